//! What a request says about its sender, and grants as extractors.
use super::Failure;
use crate::{
    Home,
    authority::{Actor, Grant, Permission},
    i18n::Language,
};
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
};
use kernel::{clock::DAY, fault::Problem, secret::Secret};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, OnceLock},
};

/// The parts of a request that say who sends it.
#[derive(Clone)]
pub struct Request {
    pub headers: HeaderMap,
    pub method: Method,
    pub path: String,
    /// The connection's other end.
    pub peer: IpAddr,
}

/// The value of the first cookie with this name.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

impl Request {
    fn of(parts: &Parts) -> Request {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Request {
            headers: parts.headers.clone(),
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            peer: peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(addr)| addr.ip().to_canonical()),
        }
    }
    pub fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.headers, name)
    }
    pub fn bearer(&self) -> Option<&str> {
        let value = self.header(header::AUTHORIZATION)?;
        let (kind, token) = value.split_once(' ')?;
        kind.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }
    /// The network that limits are counted by: a /24, or a /56 of IPv6.
    pub fn net(&self) -> String {
        match self.peer {
            IpAddr::V4(ip) => {
                let [a, b, c, _] = ip.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:{:x}::/56", d & 0xff00)
            }
        }
    }
    /// A few words for the list of sessions, e.g. `Firefox on Linux`.
    pub fn device(&self) -> String {
        let agent = self.header(header::USER_AGENT).unwrap_or_default();
        let first = |pairs: &[(&str, &'static str)]| {
            pairs.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
        };
        let browser = first(&[
            ("Edg/", "Edge"),
            ("OPR/", "Opera"),
            ("Firefox/", "Firefox"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
            ("curl/", "curl"),
        ]);
        let system = first(&[
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Windows", "Windows"),
            ("Mac OS X", "macOS"),
            ("Linux", "Linux"),
        ]);
        match (browser, system) {
            (Some(browser), Some(system)) => format!("{browser} · {system}"),
            (Some(one), None) | (None, Some(one)) => one.into(),
            (None, None) => "?".into(),
        }
    }
    /// Whether a browser's own words allow this request to change something with a cookie (S17).
    ///
    /// Every browser that sends cookies cross-site also sends one of the two headers with a POST.
    pub fn is_same_origin(&self, public_url: &str) -> bool {
        if let Some(site) = self.headers.get("sec-fetch-site") {
            return site == "same-origin" || site == "none";
        }
        let Some(origin) = self.header(header::ORIGIN) else { return false };
        let host = self.header(header::HOST).unwrap_or_default();
        origin == public_url || origin.split_once("://").is_some_and(|(_, of)| of == host)
    }
    /// Whether the browser keeps its page to itself: without TLS, that is how a form of a page with a token in its
    /// address arrives. Enough only where that token, and no cookie, opens what the form changes.
    pub fn hides_its_page(&self) -> bool {
        !self.headers.contains_key("sec-fetch-site") && self.header(header::ORIGIN) == Some("null")
    }
}

/// The name of the session cookie. With TLS the prefix binds it to host, path and TLS.
pub fn session_cookie_name(home: &Home) -> &'static str {
    if home.site.is_https() { "__Host-firstline" } else { "firstline" }
}

/// The name of the customers' session cookie: somebody may be signed in on both sides in one browser.
pub fn customer_cookie_name(home: &Home) -> &'static str {
    if home.site.is_https() { "__Host-firstline-customer" } else { "firstline-customer" }
}
/// Whether a page is one of the customers'. Their cookie counts there and nowhere else.
pub fn is_customers_path(path: &str) -> bool {
    path == "/portal" || path.starts_with("/portal/") || path.starts_with("/p/")
}

/// The header that sets the session cookie of those who work here; `None` removes it.
pub fn session_cookie(home: &Home, token: Option<&Secret<String>>) -> HeaderValue {
    cookie_header(home, session_cookie_name(home), token)
}
/// The same for a customer.
pub fn customer_cookie(home: &Home, token: Option<&Secret<String>>) -> HeaderValue {
    cookie_header(home, customer_cookie_name(home), token)
}
fn cookie_header(home: &Home, name: &str, token: Option<&Secret<String>>) -> HeaderValue {
    let secure = if home.site.is_https() { "; Secure" } else { "" };
    let (value, age) = token.map_or(("", 0), |token| (token.reveal().as_str(), 90 * DAY / 1000));
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}"))
        .expect("tokens are letters and digits")
}

/// Whoever signed in, found once a request.
#[derive(Clone)]
struct Known(Option<Arc<Actor>>);

/// The language of whoever was found, for what is said after the handler has ended.
#[derive(Clone, Default)]
pub(super) struct Spoken(Arc<OnceLock<Language>>);
impl Spoken {
    pub(super) fn language(&self) -> Option<Language> {
        self.0.get().copied()
    }
}

async fn known(parts: &mut Parts, home: &Home) -> Result<Option<Arc<Actor>>, Problem> {
    if let Some(Known(actor)) = parts.extensions.get::<Known>() {
        return Ok(actor.clone());
    }
    let request = Request::of(parts);
    let actor = home.authenticate.actor(home, &request).await?.map(Arc::new);
    if let (Some(actor), Some(Spoken(language))) = (&actor, parts.extensions.get()) {
        let _ = language.set(actor.language);
    }
    parts.extensions.insert(Known(actor.clone()));
    Ok(actor)
}

impl FromRequestParts<Home> for Request {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &Home) -> Result<Self, Self::Rejection> {
        Ok(Request::of(parts))
    }
}

/// The actor, if somebody is signed in.
pub(super) async fn actor(parts: &mut Parts, home: &Home) -> Result<Option<Arc<Actor>>, Problem> {
    known(parts, home).await
}

impl<P: Permission> FromRequestParts<Home> for Grant<P> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, home: &Home) -> Result<Self, Failure> {
        let actor = known(parts, home).await?.ok_or(Problem::new(401, "sign_in_required"))?;
        let is_safe = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        let request = Request::of(parts);
        if !is_safe && request.bearer().is_none() && !request.is_same_origin(&home.site.public_url) {
            return Err(Problem::new(403, "cross_site_request").into());
        }
        Ok(Grant::check(home, actor, !is_safe)?)
    }
}
impl<P: Permission> axum::extract::OptionalFromRequestParts<Home> for Grant<P> {
    type Rejection = Failure;
    /// `None` for somebody unknown and for somebody without `P`.
    async fn from_request_parts(parts: &mut Parts, home: &Home) -> Result<Option<Self>, Failure> {
        match known(parts, home).await? {
            Some(actor) if actor.reach(P::KEY).is_some() => {
                <Self as FromRequestParts<Home>>::from_request_parts(parts, home).await.map(Some)
            }
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&'static str, &'static str)]) -> Request {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let peer = "2001:db8:1:2345::1".parse().unwrap();
        Request { headers: map, method: Method::POST, path: "/".into(), peer }
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let request = request(&[("cookie", "xfirstline=no; firstline=yes"), ("cookie", "b=2")]);
        assert_eq!(request.cookie("firstline"), Some("yes"));
        assert_eq!(request.cookie("b"), Some("2"));
        assert_eq!(request.cookie("first"), None);
    }
    #[test]
    fn only_our_own_pages_may_post() {
        let ours = "https://help.example.org";
        let may = |headers| request(headers).is_same_origin(ours);
        assert!(may(&[("sec-fetch-site", "same-origin")]));
        assert!(!may(&[("sec-fetch-site", "same-site"), ("origin", "https://help.example.org")]));
        assert!(!may(&[("sec-fetch-site", "cross-site")]));
        assert!(may(&[("origin", "https://help.example.org")]));
        assert!(may(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(!may(&[("origin", "https://evil.example"), ("host", "help.example.org")]));
        assert!(!may(&[]));
        assert!(!may(&[("origin", "null")]));
        assert!(request(&[("origin", "null")]).hides_its_page());
        assert!(!request(&[("origin", "null"), ("sec-fetch-site", "cross-site")]).hides_its_page());
    }
    #[test]
    fn limits_count_networks() {
        assert_eq!(request(&[]).net(), "2001:db8:1:2300::/56");
    }
}
