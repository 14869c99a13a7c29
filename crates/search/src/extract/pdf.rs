//! PDF.
use super::Growing;
use lopdf::Document;

/// Pages that are read.
const MOST_PAGES: usize = 500;

pub fn text(bytes: &[u8]) -> Result<String, String> {
    // Its errors may quote the file.
    let document = Document::load_mem(bytes).map_err(|_| "it is no PDF that can be read")?;
    if document.is_encrypted() {
        return Err("it has a password".into());
    }
    let mut out = Growing::default();
    for page in document.get_pages().keys().take(MOST_PAGES) {
        if out.is_full() {
            break;
        }
        for chunk in document.extract_text_chunks(&[*page]).into_iter().flatten() {
            out.text.push_str(&chunk);
        }
        out.add("");
    }
    match out.text.trim().is_empty() {
        // A scan: pictures of pages.
        true => Err("there is no text in it".into()),
        false => Ok(out.text),
    }
}
