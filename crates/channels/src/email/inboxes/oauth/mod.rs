//! Signing in without a password (OAuth 2, XOAUTH2): somebody agrees once at the mail provider, and from then on
//! access tokens are fetched with the refresh token that came of it.
//!
//! Source: RFC 6749, RFC 7636 (PKCE), `docs/behaviour/mail-transport.md`, "Signing in without a password".
pub mod connect;
pub mod policy;
pub mod store;
pub mod tokens;

pub use policy::{App, NewApp, OauthDraft, Provider};
