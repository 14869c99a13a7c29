//! Headers that every answer carries (S01, S30).
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// Only our own scripts and styles run, nothing is framed by others, nothing is fetched from elsewhere. Scripts make
/// markup from text in two places only: `inert` in `ui/src/dom.ts`, and the editor's clipboard.
const CONTENT_SECURITY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types firstline ProseMirrorClipboard";

/// Adds them where the handler did not set its own. Whatever has no cache rule of its own is not kept.
///
/// Nobody hears of an address that holds a token (S14). Elsewhere our own pages are told where one comes from: with
/// `no-referrer` a browser without TLS sends `Origin: null` with every form, and such a form is refused (S17).
pub async fn security_headers(State(home): State<crate::Home>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let holds_token = route.is_some_and(|route| route.as_str().contains("{token}"));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    add(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY);
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::REFERRER_POLICY, if holds_token { "no-referrer" } else { "same-origin" });
    add(header::CACHE_CONTROL, "no-store");
    add(header::X_FRAME_OPTIONS, "DENY");
    add(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(self)");
    if home.site.is_https() {
        // Without TLS browsers ignore it, and say so on every page.
        add(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        add(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    response
}
