//! What may stand in a `style` attribute.

/// Properties that change how text looks inside its box and nothing outside it.
const PROPERTIES: &[&str] = &[
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-style",
    "border-top-width",
    "border-width",
    "color",
    "direction",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
    "word-wrap",
    "overflow-wrap",
];

/// The declarations of `style` that are allowed, or `None` when nothing is left.
///
/// A value is words, numbers, percentages, `#colours` and colour functions. No `url()`, no escapes, no `@`,
/// no other function, no negative margin, nothing that could leave the declaration.
pub(super) fn allowed(style: &str) -> Option<String> {
    let mut kept = String::new();
    for declaration in style.split(';').take(100) {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if value.is_empty() || value.len() > 200 || !is_harmless(value) {
            continue;
        }
        let Some(name) = PROPERTIES.iter().find(|known| known.eq_ignore_ascii_case(name)) else { continue };
        if (name.starts_with("margin") || *name == "text-indent") && value.contains('-') {
            continue;
        }
        if name.starts_with("background") && value.contains('/') {
            continue;
        }
        if !kept.is_empty() {
            kept.push(';');
        }
        kept.push_str(name);
        kept.push(':');
        kept.push_str(value);
    }
    (!kept.is_empty()).then_some(kept)
}

fn is_harmless(value: &str) -> bool {
    let plain = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, ' ' | '#' | '%' | '.' | ',' | '-' | '+' | '!' | '\'' | '"' | '_')
    };
    if value.chars().all(plain) {
        return true;
    }
    // `rgb(1, 2, 3)` and its like, and nothing else with a bracket.
    let mut rest = value;
    while let Some(open) = rest.find('(') {
        let (before, after) = (&rest[..open], &rest[open + 1..]);
        let function =
            before.rsplit(|c: char| c.is_ascii_whitespace() || c == ',').next().unwrap_or_default();
        let is_colour =
            ["rgb", "rgba", "hsl", "hsla"].iter().any(|known| known.eq_ignore_ascii_case(function));
        let Some(close) = after.find(')') else { return false };
        let numbers = |c: char| c.is_ascii_digit() || matches!(c, ' ' | ',' | '.' | '%');
        if !is_colour || !before.chars().all(plain) || !after[..close].chars().all(numbers) {
            return false;
        }
        rest = &after[close + 1..];
    }
    rest.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_stay_and_tricks_go() {
        for (style, kept) in [
            ("color: red; position: fixed", Some("color:red")),
            (
                "COLOR:rgb(1, 2,3);font-family:'Segoe UI', sans-serif",
                Some("color:rgb(1, 2,3);font-family:'Segoe UI', sans-serif"),
            ),
            ("background-color: url(x)", None),
            ("background: url(https://x.example/)", None),
            ("width: expression(alert(1))", None),
            ("color: re\\64", None),
            ("margin-left: -900px", None),
            ("color: red } * { x", None),
            ("font-size: 12px !important", Some("font-size:12px !important")),
            ("border: 1px solid #ccc;behavior:x", Some("border:1px solid #ccc")),
            ("@import 'x'", None),
        ] {
            assert_eq!(allowed(style).as_deref(), kept, "{style}");
        }
    }
}
