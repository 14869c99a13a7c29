//! Office files: ZIP archives of XML.
use super::{Growing, archive::Archive, markup};

fn open(bytes: &[u8]) -> Result<Archive<'_>, String> {
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err("it is encrypted, or of an office before 2007".into());
    }
    Archive::open(bytes).ok_or_else(|| "it is no office file".into())
}

/// docx, xlsx, pptx.
pub fn open_xml(bytes: &[u8]) -> Result<String, String> {
    let mut archive = open(bytes)?;
    let mut out = Growing::default();
    let mut names: Vec<_> = archive.names().into_iter().filter(|name| is_content(name)).collect();
    // Slide 2 before slide 10.
    names.sort_by_key(|name| (name.len(), name.clone()));
    for name in names {
        if out.is_full() {
            break;
        }
        let Some(xml) = archive.text(&name) else { continue };
        let xml = if name.starts_with("xl/worksheets/") { sheet(&xml) } else { xml };
        out.add(markup::text(&xml).trim());
    }
    if out.text.is_empty() { Err("there is no text in it".into()) } else { Ok(out.text) }
}
fn is_content(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".xml") else { return false };
    let is = |begin: &str| stem.starts_with(begin) && !stem[begin.len()..].contains('/');
    let is_word = matches!(stem, "word/document" | "word/footnotes" | "word/endnotes" | "word/comments");
    is_word
        || is("word/header")
        || is("word/footer")
        || is("xl/sharedStrings")
        || is("xl/worksheets/sheet")
        || is("xl/comments")
        || is("ppt/slides/slide")
        || is("ppt/notesSlides/notesSlide")
}

/// A sheet without the cells that only point to a shared text, and without formulas.
fn sheet(xml: &str) -> String {
    let mut out = String::with_capacity(xml.len() / 2);
    for cell in xml.split("<c ").skip(1) {
        let (head, body) = cell.split_once('>').unwrap_or((cell, ""));
        let body = body.split("</c>").next().unwrap_or("");
        if head.contains("t=\"s\"") || head.ends_with('/') {
            continue;
        }
        let value = match (body.find("<v>"), body.find("<is>")) {
            (Some(at), _) | (None, Some(at)) => &body[at..],
            _ => continue,
        };
        out.push_str(value);
        out.push(' ');
    }
    out
}

/// odt, ods, odp.
pub fn open_document(bytes: &[u8]) -> Result<String, String> {
    let mut archive = open(bytes)?;
    let xml = archive.text("content.xml").ok_or("there is no text in it")?;
    let mut out = Growing::default();
    let body = xml.find("<office:body").map_or(xml.as_str(), |at| &xml[at..]);
    out.add(markup::text(body).trim());
    Ok(out.text)
}
