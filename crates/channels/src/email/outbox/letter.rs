//! How the program's own mails look: one column, the desk's name and colour, and a button for the link.
use mail::{SafeHtml, UntrustedHtml, clean_composed, html::escape_into};
use platform::{
    brand::Brand,
    i18n::{self, Language},
};

/// A link that may stand in a mail of ours, alone on its line.
fn is_link(line: &str) -> bool {
    let is_web = line.starts_with("https://") || line.starts_with("http://");
    is_web && !line.contains(char::is_whitespace)
}

/// The HTML beside the text of a letter. A link that stands alone becomes a button with the address below it.
///
/// Colours and sizes are in the elements, since many mail programs know no style sheet. No ground is set: who likes it
/// dark gets it dark. Nothing is loaded from anywhere.
pub fn html(text: &str, language: Language, desk: &str, brand: &Brand) -> SafeHtml {
    let (fill, ink) = (brand.fill(), brand.fill().ink());
    let lang = language.word();
    let mut out = format!(
        "<div lang=\"{lang}\" style=\"max-width:36em;border-top:4px solid {fill};padding-top:16px;font-family:Arial,\
         Helvetica,sans-serif;font-size:16px;line-height:1.5\"><p style=\"margin:0 0 16px;font-weight:bold\">"
    );
    escape_into(desk, &mut out);
    out.push_str("</p>");
    for paragraph in text.trim().split("\n\n") {
        if is_link(paragraph.trim()) {
            let mut link = String::new();
            escape_into(paragraph.trim(), &mut link);
            let label = i18n::text(language, "letter-open");
            out += &format!(
                "<p style=\"margin:0 0 8px\"><a href=\"{link}\" style=\"background-color:{fill};color:{ink};border:12px \
                 solid {fill};border-left-width:20px;border-right-width:20px;border-radius:8px;font-weight:bold;\
                 text-decoration:none\">{label}</a></p><p style=\"margin:16px 0 16px;font-size:13px;word-break:break-all\">\
                 <a href=\"{link}\">{link}</a></p>"
            );
            continue;
        }
        out.push_str("<p style=\"margin:0 0 16px\">");
        out += &mail::html::from_text(paragraph);
        out.push_str("</p>");
    }
    out.push_str("</div>");
    clean_composed(&UntrustedHtml::new(out))
}

/// The line under an answer by which a customer follows the request: in the text, and in the HTML.
pub fn follow(link: &str, language: Language) -> (String, String) {
    let words = i18n::text(language, "letter-follow");
    let mut shown = String::new();
    escape_into(link, &mut shown);
    let marked = format!(
        "<p lang=\"{}\" style=\"font-size:13px\">{words} <a href=\"{shown}\" style=\"word-break:break-all\">{shown}</a></p>",
        language.word()
    );
    (format!("{words}\n{link}"), marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_a_button_and_everything_else_is_text() {
        let text = "Hello <b>x</b>,\n\nopen it:\nnow\n\nhttps://help.example.org/p/1-2-abc?a=1&b=2\n\nBye";
        let html = html(text, Language::De, "A & B", &Brand::default()).as_str().to_owned();
        assert!(html.contains("lang=\"de\"") && html.contains("A &amp; B"), "{html}");
        assert!(html.contains("Hello &lt;b&gt;x&lt;/b&gt;") && html.contains("open it:<br>"), "{html}");
        assert_eq!(
            html.matches("href=\"https://help.example.org/p/1-2-abc?a=1&amp;b=2\"").count(),
            2,
            "{html}"
        );
        assert!(html.contains("background-color:#3654c8;color:#ffffff"), "{html}");
        assert!(!html.contains("<img") && !html.contains("javascript"), "{html}");
    }
    #[test]
    fn only_an_address_that_stands_alone_is_one() {
        for text in ["javascript:alert(1)", "see https://x.org", "https://x.org or not", "//x.org"] {
            assert!(!is_link(text), "{text}");
        }
    }
}
