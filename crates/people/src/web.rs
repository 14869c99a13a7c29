//! What the slices' handlers share.
use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    Home, keys,
    web::{Failure, Request},
};
use serde::Serialize;

/// The id in the path. What is no number is not there.
pub struct PathId<T>(pub Id<T>);
impl<T> FromRequestParts<Home> for PathId<T> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, home: &Home) -> Result<Self, Failure> {
        let text = axum::extract::Path::<String>::from_request_parts(parts, home).await;
        let id = text.ok().and_then(|text| text.parse().ok());
        id.map(PathId).ok_or_else(|| Failure(Problem::not_found()))
    }
}

/// For forms that strangers send: they come from our own pages (S17), here is who sends them.
pub struct OwnPage(pub Request);
impl FromRequestParts<Home> for OwnPage {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, home: &Home) -> Result<Self, Failure> {
        let Ok(request) = Request::from_request_parts(parts, home).await;
        if request.is_same_origin(&home.site.public_url) {
            Ok(OwnPage(request))
        } else {
            Err(Problem::new(403, "cross_site_request").into())
        }
    }
}

/// A thing with the ETag of how it looks now.
pub struct Tagged<T>(pub StatusCode, pub T);
impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = platform::web::Json(&self.1).into_response();
        *response.status_mut() = self.0;
        let tag = HeaderValue::from_str(&tag(&self.1)).expect("base32 in quotes");
        response.headers_mut().insert(header::ETAG, tag);
        response
    }
}
/// Changes with everything that the API shows of a thing.
fn tag<T: Serialize>(thing: &T) -> String {
    let text = serde_json::to_string(thing).unwrap_or_default();
    format!("\"{}\"", keys::base32(&keys::token_hash(&text)[..10]))
}

/// `If-Match`: change it only if it is still what was read.
pub struct IfMatch(Option<String>);
impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let value = parts.headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
        Ok(IfMatch(value.map(str::to_owned)))
    }
}
impl IfMatch {
    /// * errors – 412 where `now` is not what the caller read.
    pub fn check<T: Serialize>(&self, now: &T) -> Result<(), Problem> {
        match self.0.as_deref() {
            None | Some("*") => Ok(()),
            Some(wanted) if wanted.split(',').any(|one| one.trim() == tag(now)) => Ok(()),
            Some(_) => Err(Problem::new(412, "changed_meanwhile")),
        }
    }
}

/// Of rows that belong to several things, those of one.
pub(crate) fn of<T, V: Clone>(rows: &[(Id<T>, V)], id: Id<T>) -> Vec<V> {
    rows.iter().filter(|(of, _)| *of == id).map(|(_, value)| value.clone()).collect()
}
