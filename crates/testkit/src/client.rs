//! A person or a program that talks to a router: cookies, forms, JSON. No socket is opened.
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};
use tower::ServiceExt;

/// Keeps cookies as a browser does, and says that its posts come from our own pages unless told otherwise.
#[derive(Clone)]
pub struct Client {
    router: Router,
    cookies: BTreeMap<String, String>,
    headers: HeaderMap,
    peer: IpAddr,
    is_cross_site: bool,
}

impl Client {
    pub fn new(router: Router) -> Client {
        Client {
            router,
            cookies: BTreeMap::new(),
            headers: HeaderMap::new(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
            is_cross_site: false,
        }
    }
    /// A program with this token; it sends no cookies.
    pub fn with_bearer(&self, token: &str) -> Client {
        let value = format!("Bearer {token}");
        Client { cookies: BTreeMap::new(), ..self.clone() }
            .with_header(header::AUTHORIZATION.as_str(), &value)
    }
    /// Sends this header with every request.
    pub fn with_header(mut self, name: &str, value: &str) -> Client {
        let name: header::HeaderName = name.parse().expect("a header's name");
        self.headers.insert(name, value.parse().expect("a header's value"));
        self
    }
    /// Connects from this address.
    pub fn from_address(mut self, peer: &str) -> Client {
        self.peer = peer.parse().expect("an address");
        self
    }
    /// Posts as a page of another site makes the browser post.
    pub fn from_another_site(mut self) -> Client {
        self.is_cross_site = true;
        self
    }
    /// The same browser without its cookies.
    pub fn without_cookies(mut self) -> Client {
        self.cookies.clear();
        self
    }
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.into(), value.into());
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, None, Vec::new()).await
    }
    /// As a browser's form: `application/x-www-form-urlencoded`.
    pub async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(Method::POST, path, Some("application/x-www-form-urlencoded"), encode(fields)).await
    }
    /// As a browser's form with files: field, file name, bytes.
    pub async fn post_files(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Reply {
        const LINE: &str = "----testkit-1d3f";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--{LINE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        for (field, name, bytes) in files {
            body.extend(
                format!(
                    "--{LINE}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
                     Content-Type: application/octet-stream\r\n\r\n"
                )
                .bytes(),
            );
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{LINE}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={LINE}");
        self.send(Method::POST, path, Some(&kind), body).await
    }
    pub async fn post_json(&mut self, path: &str, json: &str) -> Reply {
        self.send(Method::POST, path, Some("application/json"), json.into()).await
    }
    pub async fn patch_json(&mut self, path: &str, json: &str) -> Reply {
        self.send(Method::PATCH, path, Some("application/json"), json.into()).await
    }
    pub async fn put_json(&mut self, path: &str, json: &str) -> Reply {
        self.send(Method::PUT, path, Some("application/json"), json.into()).await
    }
    pub async fn delete(&mut self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None, Vec::new()).await
    }

    /// Any request. Cookies of the answer are kept.
    pub async fn send(&mut self, method: Method, path: &str, kind: Option<&str>, body: Vec<u8>) -> Reply {
        let mut request = Request::builder().method(method.clone()).uri(path);
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let is_api = path.starts_with("/api/");
        request = request.header(header::ACCEPT, if is_api { "application/json" } else { "text/html" });
        let is_program = self.headers.contains_key(header::AUTHORIZATION);
        if !is_program {
            let site = if self.is_cross_site { "cross-site" } else { "same-origin" };
            request = request.header("sec-fetch-site", site);
            let cookies: Vec<_> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            if !cookies.is_empty() {
                request = request.header(header::COOKIE, cookies.join("; "));
            }
        }
        let mut request = request.body(Body::from(body)).expect("a well-formed request");
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(self.peer, 40_000)));
        let response = self.router.clone().oneshot(request).await.expect("a router always answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("the body ends");
        let reply = Reply {
            of: format!("{method} {path}"),
            status: parts.status,
            headers: parts.headers,
            body: bytes.into(),
        };
        self.keep_cookies(&reply);
        reply
    }
    fn keep_cookies(&mut self, reply: &Reply) {
        for value in reply.headers.get_all(header::SET_COOKIE) {
            let line = value.to_str().expect("a cookie is text");
            let (name, rest) = line.split_once('=').expect("a cookie has a name");
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() || line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
    }
}

fn encode(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in fields {
        if !out.is_empty() {
            out.push(b'&');
        }
        for (part, end) in [(name, b"=".as_slice()), (value, b"")] {
            for byte in part.bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(byte),
                    _ => out.extend(format!("%{byte:02X}").bytes()),
                }
            }
            out.extend(end);
        }
    }
    out
}

/// An answer, read to its end.
pub struct Reply {
    of: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} → {}\n{}", self.of, self.status, self.text())
    }
}
impl Reply {
    /// * panics – with the whole answer, where the status is another.
    #[track_caller]
    pub fn assert_status(self, status: u16) -> Reply {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self
    }
    #[track_caller]
    pub fn assert_has(self, text: &str) -> Reply {
        assert!(self.text().contains(text), "no {text:?} in {self:?}");
        self
    }
    #[track_caller]
    pub fn assert_has_not(self, text: &str) -> Reply {
        assert!(!self.text().contains(text), "{text:?} in {self:?}");
        self
    }
    /// That it leads to `path`.
    #[track_caller]
    pub fn assert_leads_to(self, path: &str) -> Reply {
        assert!(self.status.is_redirection(), "{self:?}");
        assert_eq!(self.header("location"), Some(path), "{self:?}");
        self
    }
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
    /// The value of the first field with this name in the page's forms.
    pub fn form_value(&self, name: &str) -> Option<String> {
        let text = self.text();
        let at = text.find(&format!("name=\"{name}\""))?;
        let tag = &text[text[..at].rfind('<')?..];
        let tag = &tag[..tag.find('>')?];
        let (_, rest) = tag.split_once("value=\"")?;
        Some(rest.split('"').next()?.to_owned())
    }
}
