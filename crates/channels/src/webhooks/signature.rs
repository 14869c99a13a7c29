//! The signature of a delivery, as Standard Webhooks 1.0 defines it.
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::secret::Secret;
use sha2::Sha256;

/// `v1,` and the HMAC-SHA-256 of `id.timestamp.body` in base64, one for each secret, with blanks between.
///
/// * `timestamp` – seconds since the epoch.
/// * returns – `None` where a secret is not `whsec_` and base64.
pub fn sign(secrets: &[Secret<String>], id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
    let one = |secret: &Secret<String>| {
        let key = STANDARD.decode(secret.reveal().strip_prefix("whsec_")?).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    };
    let all: Option<Vec<_>> = secrets.iter().map(one).collect();
    all.map(|all| all.join(" "))
}

#[cfg(test)]
mod unit {
    use super::*;

    /// The example of the standard's own libraries.
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let signed =
            sign(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }
    #[test]
    fn a_secret_of_another_form_signs_nothing() {
        assert_eq!(sign(&[Secret::new("secret".into())], "a", 1, b""), None);
    }
}
