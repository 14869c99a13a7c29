//! Plain text in whatever encoding.

/// Never fails; bytes that mean nothing become `\u{fffd}`. A text with zeros in it is no text.
pub fn text(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(crate::texts::MOST * 2)];
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    if bytes.contains(&0) {
        return String::new();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // It was cut in the middle of a letter.
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned()
        }
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}
