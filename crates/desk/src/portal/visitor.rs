//! Whoever looks at a page of the customer's side.
use axum::{
    extract::{FromRequestParts, MatchedPath},
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use kernel::{clock::DAY, fault::Problem};
use platform::{
    Home,
    i18n::Language,
    web::{Failure, LANGUAGE_COOKIE, Page, Request, Ui, chosen_language},
};

/// The page's language, and the cookie that remembers it where `?lang=` chose it.
pub struct Visitor {
    pub ui: Ui,
    is_chosen: bool,
    remember: Option<HeaderValue>,
}

impl FromRequestParts<Home> for Visitor {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, home: &Home) -> Result<Self, Failure> {
        let ui = Ui::from_request_parts(parts, home).await?;
        let asked = chosen_language(&Default::default(), parts.uri.query());
        let is_chosen = chosen_language(&parts.headers, parts.uri.query()).is_some();
        Ok(Visitor { ui, is_chosen, remember: asked.map(|language| cookie(home, language)) })
    }
}
fn cookie(home: &Home, language: Language) -> HeaderValue {
    let secure = if home.site.is_https() { "; Secure" } else { "" };
    let (word, age) = (language.word(), 365 * DAY / 1000);
    let text = format!("{LANGUAGE_COOKIE}={word}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
    HeaderValue::from_str(&text).expect("letters, digits and signs of a cookie")
}

impl Visitor {
    /// The language of somebody whom a link names, unless they chose another.
    pub fn speak(&mut self, language: Option<Language>) {
        if let (false, Some(language)) = (self.is_chosen, language) {
            self.ui.language = language;
        }
    }
    /// A page that no search engine lists and no cache keeps.
    pub fn show<T: askama::Template>(&self, status: StatusCode, page: T) -> Response {
        let fixed = [
            (header::CACHE_CONTROL, "no-store"),
            (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        ];
        let mut response = (status, fixed, Page(page)).into_response();
        if let Some(cookie) = &self.remember {
            response.headers_mut().append(header::SET_COOKIE, cookie.clone());
        }
        response
    }
}

/// Proof that a form does not come from a page of another site (S17).
///
/// A page whose address is a link forbids the referrer, so a browser without TLS says `null` for its origin. Such a form
/// is opened by its address and not by a cookie: the `null` gains a stranger nothing. Anywhere else it is refused.
pub struct OurForm(pub Request);
impl FromRequestParts<Home> for OurForm {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, home: &Home) -> Result<Self, Failure> {
        let Ok(request) = Request::from_request_parts(parts, home).await;
        let is_link =
            parts.extensions.get::<MatchedPath>().is_some_and(|path| path.as_str().contains("{token}"));
        if (is_link && request.hides_its_page()) || request.is_same_origin(&home.site.public_url) {
            Ok(OurForm(request))
        } else {
            Err(Problem::new(403, "cross_site_request").into())
        }
    }
}
