//! One HTTP request to a checked address: no redirects, no proxy, no cookies, 10 seconds, 2 MiB.
use super::{Host, Outbound, Purpose, Refused};
use axum::http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode,
    header::{CONTENT_TYPE, HOST, USER_AGENT},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::rt::TokioIo;
use std::{net::IpAddr, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

/// From the first packet to the last byte of the answer.
const TOTAL: Duration = Duration::from_secs(10);
/// More of a body is never read.
const MAX_BODY: usize = 2 * 1024 * 1024;
const MAX_URL: usize = 2048;

/// A URL that may be saved: `http` or `https`, no user and password, no fragment, a host with one reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    is_https: bool,
    host: Host,
    port: u16,
    path_and_query: String,
}

impl Target {
    /// Reads a URL by the letter; what other programs might read in another way is refused.
    pub fn parse(url: &str) -> Result<Target, Refused> {
        let bad = |why: &str| Refused::BadAddress(format!("URL: {why}"));
        if url.len() > MAX_URL {
            return Err(bad("longer than 2048 bytes"));
        }
        if url.chars().any(|sign| sign.is_whitespace() || sign.is_control() || sign == '\\') {
            return Err(bad("white space, a control character or a backslash"));
        }
        let (scheme, rest) = url.split_once("://").ok_or_else(|| bad("no scheme"))?;
        let is_https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(bad("the scheme is neither http nor https")),
        };
        if rest.contains('#') {
            return Err(bad("a fragment"));
        }
        let (authority, path) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        if authority.contains('@') {
            return Err(bad("a user name in front of the host"));
        }
        // `host:port` and `[v6]:port`; a bare IPv6 address has no place in a URL.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (authority, None),
        };
        if host.contains(':') && !host.starts_with('[') {
            return Err(bad("an IPv6 address without brackets"));
        }
        if host.contains('%') {
            return Err(bad("a percent sign in the host"));
        }
        let port = match port {
            None if is_https => 443,
            None => 80,
            Some(digits) if (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().ok().filter(|port| *port != 0).ok_or_else(|| bad("not a port"))?
            }
            Some(_) => return Err(bad("not a port")),
        };
        let host = Host::parse(host).map_err(bad)?;
        let path_and_query = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Target { is_https, host, port, path_and_query })
    }

    pub fn host(&self) -> &Host {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// Host and port as the `Host` header has them.
    fn authority(&self) -> String {
        let default = if self.is_https { 443 } else { 80 };
        if self.port == default { self.host.to_string() } else { format!("{}:{}", self.host, self.port) }
    }
}

/// What a server answered; any status, a redirect included, is an answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Outbound {
    /// For the moment of saving: the URL is well formed and its host, where it is an address, may be reached.
    /// A name is looked up and checked at every connection, not here.
    pub fn check_url(&self, url: &str) -> Result<Target, Refused> {
        let target = Target::parse(url)?;
        if let Host::Address(address) = target.host {
            self.check_address(&target.host, address, target.port, Purpose::Web)?;
        }
        Ok(target)
    }

    /// As [`Outbound::check_url`], and a host's name is looked up too: one that leads to an address which may not
    /// be reached is refused. A name that nobody knows yet passes; it is checked again at every connection.
    pub async fn check_url_and_name(&self, url: &str) -> Result<Target, Refused> {
        let target = self.check_url(url)?;
        match self.checked(&target.host, target.port, Purpose::Web).await {
            Err(refused @ Refused::NotAllowed(_)) => Err(refused),
            _ => Ok(target),
        }
    }

    /// * `headers` – besides `Host`, `User-Agent` and the length.
    pub async fn get(&self, url: &str, headers: &[(HeaderName, HeaderValue)]) -> Result<Answer, Refused> {
        self.request(Method::GET, url, headers, Bytes::new()).await
    }

    /// * `content_type` – of `body`.
    pub async fn post(
        &self,
        url: &str,
        content_type: HeaderValue,
        headers: &[(HeaderName, HeaderValue)],
        body: Bytes,
    ) -> Result<Answer, Refused> {
        let headers: Vec<_> =
            [(CONTENT_TYPE, content_type)].into_iter().chain(headers.iter().cloned()).collect();
        self.request(Method::POST, url, &headers, body).await
    }

    async fn request(
        &self,
        method: Method,
        url: &str,
        headers: &[(HeaderName, HeaderValue)],
        body: Bytes,
    ) -> Result<Answer, Refused> {
        let target = self.check_url(url)?;
        let answer = async {
            let host = match &target.host {
                Host::Address(IpAddr::V6(address)) => address.to_string(),
                host => host.to_string(),
            };
            let stream = self.connect(&host, target.port, Purpose::Web).await?;
            if target.is_https {
                exchange(self.tls(&host, stream).await?, &target, method, headers, body).await
            } else {
                exchange(stream, &target, method, headers, body).await
            }
        };
        let slow = |_| Refused::TooSlow(format!("{}: no answer within 10 s", target.authority()));
        timeout(TOTAL, answer).await.map_err(slow)?
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    target: &Target,
    method: Method,
    headers: &[(HeaderName, HeaderValue)],
    body: Bytes,
) -> Result<Answer, Refused> {
    let authority = target.authority();
    let broken = |cause: hyper::Error| Refused::BadAnswer(format!("{authority}: {cause}"));
    let mut request = Request::builder()
        .method(method)
        .uri(&target.path_and_query)
        .header(HOST, &authority)
        .header(USER_AGENT, concat!("Firstline/", env!("CARGO_PKG_VERSION")))
        .body(Full::new(body))
        .map_err(|cause| Refused::BadAddress(format!("{authority}: {cause}")))?;
    for (name, value) in headers {
        request.headers_mut().insert(name, value.clone());
    }
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_headers(100)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let response = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(|cause| {
            let why =
                if cause.is::<LengthLimitError>() { "more than 2 MiB".into() } else { cause.to_string() };
            Refused::BadAnswer(format!("{authority}: {why}"))
        })?;
        Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
    };
    // The connection is driven here and not on a task of its own, so that nothing outlives the time limit.
    tokio::pin!(response, connection);
    let mut is_driven = true;
    loop {
        tokio::select! {
            answer = &mut response => return answer,
            _ = &mut connection, if is_driven => is_driven = false,
        }
    }
}
