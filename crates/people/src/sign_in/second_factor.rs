//! Codes that change every 30 seconds (RFC 6238), as authenticator apps show them.
use kernel::{clock::Millis, secret::Secret};
use platform::keys;
use totp_rs::{Algorithm, Builder, Totp};

const STEP_S: u64 = 30;

/// A new secret: 160 bits in base32, as apps take it.
pub fn new_secret() -> Secret<String> {
    Secret::new(keys::base32(&keys::random::<20>()).to_uppercase())
}

/// What the QR code says.
pub fn address(secret: &Secret<String>, desk: &str, email: &str) -> String {
    let [desk, email] = [desk, email].map(|text| platform::web::escape(text, b"-_.@"));
    format!(
        "otpauth://totp/{desk}:{email}?secret={}&issuer={desk}&algorithm=SHA1&digits=6&period=30",
        secret.reveal()
    )
}

/// The QR code as an SVG path of modules, and how many modules one side has.
///
/// * returns – `None` where the text is too long for a QR code.
pub fn picture(text: &str) -> Option<(String, usize)> {
    let code = qrcode::QrCode::new(text).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (index, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            path += &format!("M{} {}h1v1h-1z", index % width + 2, index / width + 2);
        }
    }
    Some((path, width + 4))
}

/// The step to which `code` belongs: now, or one before or after, because clocks differ.
pub fn step_of(secret: &Secret<String>, code: &str, now: Millis) -> Option<i64> {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    if digits.len() != 6 || code.chars().any(|c| !c.is_ascii_digit() && c != ' ') {
        return None;
    }
    let step = totp(secret)?.check(&digits, u64::try_from(now.0 / 1000).ok()?)?;
    i64::try_from(step).ok()
}
/// The code at `now`, for tests and for nobody else.
#[cfg(test)]
pub fn code_at(secret: &Secret<String>, now: Millis) -> String {
    totp(secret).unwrap().generate(u64::try_from(now.0 / 1000).unwrap()).to_string()
}
fn totp(secret: &Secret<String>) -> Option<Totp> {
    let secret = totp_rs::Secret::try_from_base32(secret.reveal()).ok()?;
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(STEP_S)
        .with_secret(secret)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, the last six of its eight digits.
        let secret = Secret::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned());
        assert_eq!(code_at(&secret, Millis(59_000)), "287082");
        assert_eq!(step_of(&secret, "287 082", Millis(59_000)), Some(1));
        assert_eq!(step_of(&secret, "287082", Millis(89_000)), Some(1), "one step late is fine");
        assert_eq!(step_of(&secret, "287082", Millis(121_000)), None);
        assert_eq!(step_of(&secret, "28708", Millis(59_000)), None);
        assert_eq!(step_of(&secret, "287082x", Millis(59_000)), None);
    }
    #[test]
    fn a_qr_code_has_a_margin() {
        let text = address(&new_secret(), "ACME IT", "ada@x.example");
        assert!(text.starts_with("otpauth://totp/ACME%20IT:ada@x.example?secret="));
        let (path, side) = picture(&text).unwrap();
        assert!(path.starts_with("M2 2h1v1h-1z") && side > 40);
    }
}
