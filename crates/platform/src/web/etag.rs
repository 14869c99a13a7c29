//! ETags: how a thing looked when it was read, and whether it still does.
use super::Json;
use crate::keys;
use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use kernel::fault::Problem;
use serde::Serialize;

/// A thing with the ETag of how it looks now.
pub struct Tagged<T>(pub StatusCode, pub T);
impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        tagged(self.0, &of_looks(&self.1), &self.1)
    }
}
/// A thing whose row counts its changes, with that number as its ETag.
pub struct Versioned<T>(pub StatusCode, pub i64, pub T);
impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        tagged(self.0, &of_version(self.1), &self.2)
    }
}
fn tagged<T: Serialize>(status: StatusCode, tag: &str, thing: &T) -> Response {
    let mut response = Json(thing).into_response();
    *response.status_mut() = status;
    let tag = HeaderValue::from_str(tag).expect("letters and digits in quotes");
    response.headers_mut().insert(header::ETAG, tag);
    response
}
/// Changes with everything that the API shows of a thing.
fn of_looks<T: Serialize>(thing: &T) -> String {
    // As a value: fields in one order, whatever the thing was made from.
    let text = serde_json::to_value(thing).unwrap_or_default().to_string();
    format!("\"{}\"", keys::base32(&keys::token_hash(&text)[..10]))
}
fn of_version(version: i64) -> String {
    format!("\"{version}\"")
}

/// `If-Match`: change it only if it is still what was read. `*` is any; a weak tag (`W/`) is never the same.
pub struct IfMatch(Option<String>);
impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let value = parts.headers.get(header::IF_MATCH);
        // What is no text is no tag of ours; it must not count as if nothing had been said.
        Ok(IfMatch(value.map(|value| value.to_str().unwrap_or_default().to_owned())))
    }
}
impl IfMatch {
    /// * errors – 412 where `now` is not what the caller read.
    pub fn check<T: Serialize>(&self, now: &T) -> Result<(), Problem> {
        if self.fits(|| of_looks(now)) { Ok(()) } else { Err(Problem::new(412, "changed_meanwhile")) }
    }
    /// Whether the caller read this version, or did not say what they read.
    pub fn is_version(&self, version: i64) -> bool {
        self.fits(|| of_version(version))
    }
    fn fits(&self, tag: impl FnOnce() -> String) -> bool {
        match self.0.as_deref().map(str::trim) {
            None | Some("*") => true,
            Some(wanted) => {
                let tag = tag();
                wanted.split(',').any(|one| one.trim() == tag)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_we_sent_is_what_was_read() {
        let fits = |text: Option<&str>| IfMatch(text.map(str::to_owned)).is_version(5);
        for yes in [None, Some("*"), Some("\"5\""), Some("\"4\", \"5\""), Some(" * ")] {
            assert!(fits(yes), "{yes:?}");
        }
        for no in ["W/\"5\"", "\"4\"", "5", "", "\"55\"", "\"*\""] {
            assert!(!fits(Some(no)), "{no}");
        }
        let thing = serde_json::json!({ "name": "Ada" });
        let sent = Tagged(StatusCode::OK, thing.clone()).into_response();
        let tag = sent.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert!(IfMatch(Some(tag.clone())).check(&thing).is_ok());
        assert_eq!(IfMatch(Some(tag)).check(&serde_json::json!({ "name": "Bo" })).unwrap_err().status, 412);
    }
}
