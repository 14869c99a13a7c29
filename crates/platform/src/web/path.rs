//! Addresses of pages: what varies in a path, and what is asked of it.
use super::Failure;
use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use kernel::fault::Problem;
use serde::de::DeserializeOwned;

/// `InPath<Id<Ticket>>`, `InPath<(Id<Webhook>, Id<Delivery>)>`: what does not parse is not there (404).
pub struct InPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Path(found) = Path::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
        Ok(InPath(found))
    }
}

/// A page's address with what is asked of it; what is empty is left out.
pub fn address(path: &str, query: &[(&str, &str)]) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()));
    let pairs = pairs.finish();
    if pairs.is_empty() { path.into() } else { format!("{path}?{pairs}") }
}

/// Text with `%` and two figures for each byte that is neither a letter, a figure nor one of `plain`.
pub fn escape(text: &str, plain: &[u8]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            escaped.push(byte.into());
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
