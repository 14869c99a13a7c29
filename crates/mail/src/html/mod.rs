//! HTML of strangers: to text, to safe HTML, and where its quotes begin.

mod clean;
pub mod pictures;
mod render;
mod scan;
mod style;
mod written;

pub use clean::{CleanedHtml, SafeHtml, UntrustedHtml, clean, clean_composed};
pub use render::{Rendered, render};
pub use written::written;

/// Text as HTML: escaped, line breaks kept, nothing else.
pub fn from_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push_str("<br>\n");
        }
        escape_into(line, &mut out);
    }
    out
}

/// Escapes for text and for quoted attribute values alike.
pub fn escape_into(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
}
