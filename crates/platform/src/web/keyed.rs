//! `Idempotency-Key` as it comes with a request.
use super::{Failure, Json, body, room};
use crate::{Home, idempotency::Key, keys::Keys};
use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use kernel::fault::Problem;
use serde::de::DeserializeOwned;

/// The key of a request, if it has one, and what it asks for: a key is for one operation at one address.
pub struct Asked {
    key: Option<String>,
    operation: String,
    keys: Keys,
}
impl Asked {
    /// * `sent` – what was sent with it. The same key with something else is a mistake of the caller.
    pub fn with(&self, sent: &[&[u8]]) -> Option<Key> {
        let parts: Vec<&[u8]> =
            std::iter::once(self.operation.as_bytes()).chain(sent.iter().copied()).collect();
        // Signed, because a password may be in it, and this stands in the database for a day.
        let request = self.keys.sign("idempotency", &parts);
        Some(Key::new(self.key.clone()?, crate::keys::base32(&request)))
    }
}
impl FromRequestParts<Home> for Asked {
    type Rejection = Failure;
    /// * errors – 422 where the key is longer than 200 characters.
    async fn from_request_parts(parts: &mut Parts, home: &Home) -> Result<Self, Failure> {
        let key = parts.headers.get("idempotency-key").map(|value| {
            let key = value.to_str().ok().filter(|key| (1..=200).contains(&key.len()));
            key.map(str::to_owned).ok_or(Problem::new(422, "idempotency_key_invalid"))
        });
        let operation = format!("{} {}", parts.method, parts.uri.path());
        Ok(Asked { key: key.transpose()?, operation, keys: home.keys.clone() })
    }
}

/// A JSON body of an operation that makes something, and its key: for [`crate::idempotency::once`].
pub struct Keyed<T>(pub Option<Key>, pub T);
impl<T: DeserializeOwned> FromRequest<Home> for Keyed<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, home: &Home) -> Result<Self, Failure> {
        let (mut parts, sent) = request.into_parts();
        let asked = Asked::from_request_parts(&mut parts, home).await?;
        let request = Request::from_parts(parts, sent);
        if asked.key.is_none() {
            return Json::from_request(request, home).await.map(|Json(draft)| Keyed(None, draft));
        }
        body::expect_json(&request)?;
        let bytes = room::whole(request, home, Problem::new(400, "json_malformed")).await?;
        Ok(Keyed(asked.with(&[&bytes]), body::parse(&bytes)?))
    }
}
