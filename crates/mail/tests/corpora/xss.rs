//! Every XSS payload of the corpora comes out of the cleaner inert. The result is read by another parser than
//! the one that wrote it, into a tree, and every node of the tree is looked at.

use super::*;
use html2text::{Element, Handle};
use mail::{UntrustedHtml, clean, clean_composed};

/// Whose HTML it was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Stranger,
    Composer,
}

/// What is wrong with a tree of elements, if anything.
fn danger(node: &Handle, of: Of) -> Option<String> {
    if let Element { name, attrs, .. } = &node.data {
        let tag = name.local.to_string().to_lowercase();
        const FORBIDDEN: &[&str] = &[
            "script", "style", "iframe", "frame", "object", "embed", "applet", "form", "input", "button",
            "textarea", "select", "link", "meta", "base", "svg", "math", "template", "noscript", "video",
            "audio", "source", "title", "isindex", "marquee", "xml", "layer",
        ];
        if FORBIDDEN.contains(&tag.as_str()) {
            return Some(format!("element <{tag}>"));
        }
        for attribute in attrs.borrow().iter() {
            let (key, value) = (attribute.name.local.to_string().to_lowercase(), attribute.value.to_string());
            let squeezed: String = value
                .chars()
                .filter(|c| !c.is_whitespace() && !c.is_control())
                .collect::<String>()
                .to_lowercase();
            if key.starts_with("on")
                || matches!(
                    key.as_str(),
                    "srcdoc"
                        | "srcset"
                        | "formaction"
                        | "xlink:href"
                        | "background"
                        | "id"
                        | "name"
                        | "class"
                )
            {
                return Some(format!("attribute {key}={value:?} of <{tag}>"));
            }
            if matches!(key.as_str(), "href" | "src") {
                // The composer's own pictures have addresses without a scheme; a colon before any slash makes one.
                let scheme = squeezed.split(['/', '?', '#']).next().filter(|start| start.contains(':'));
                let allowed = scheme.map_or(
                    squeezed.is_empty() || squeezed.starts_with('/') && !squeezed.starts_with("//"),
                    |scheme| {
                        ["http:", "https:", "mailto:", "tel:", "cid:"]
                            .iter()
                            .any(|known| scheme.starts_with(known))
                    },
                );
                if !allowed {
                    return Some(format!("address {value:?}"));
                }
                // The agent put the pictures of the composer there; those of strangers wait.
                if key == "src" && of == Of::Stranger && !squeezed.is_empty() && !squeezed.starts_with('/') {
                    return Some(format!("remote picture {value:?}"));
                }
            }
            if key == "style" {
                let tricks = [
                    "url",
                    "expression",
                    "@",
                    "\\",
                    "javascript",
                    "behavior",
                    "position",
                    "-moz-binding",
                    "/*",
                    "<",
                ];
                if let Some(trick) = tricks.iter().find(|trick| squeezed.contains(**trick)) {
                    return Some(format!("style {value:?} with {trick}"));
                }
            }
        }
    }
    node.children.borrow().iter().find_map(|child| danger(child, of))
}

fn payloads() -> Vec<(String, String)> {
    let mut payloads: Vec<(String, String)> = Vec::new();
    for name in files("bleach_xss") {
        payloads.push((name.clone(), text(&name)));
    }
    for name in files("html_xss")
        .into_iter()
        .chain(files("naughty_strings").into_iter().filter(|name| name.ends_with("blns.json")))
    {
        let whole = text(&name);
        match serde_json::from_str::<Value>(&whole) {
            Ok(value) => strings(&value, &mut |string| payloads.push((name.clone(), string.to_owned()))),
            Err(_) => {
                payloads.extend(whole.lines().map(|line| (name.clone(), line.to_owned())));
                payloads.push((name.clone(), whole));
            }
        }
    }
    payloads
}

fn strings(value: &Value, found: &mut dyn FnMut(&str)) {
    match value {
        Value::String(string) => found(string),
        Value::Array(values) => values.iter().for_each(|value| strings(value, found)),
        Value::Object(values) => values.values().for_each(|value| strings(value, found)),
        _ => {}
    }
}

fn assert_inert(name: &str, payload: &str, safe: &str, of: Of) {
    let tree = html2text::config::plain().parse_html(safe.as_bytes()).expect("a tree");
    if let Some(what) = danger(&tree.document, of) {
        panic!("{name}: {what}\n  payload: {payload}\n  result:  {safe}");
    }
}

#[test]
fn every_payload_comes_out_inert() {
    let payloads = payloads();
    for (name, payload) in &payloads {
        // As it is, inside an attribute, and behind something left open.
        let places = [
            payload.clone(),
            format!("<b title=\"{payload}\">x</b>"),
            format!("<div style=\"{payload}\">x"),
            format!("<a href='{payload}'>x</a><table><td>{payload}"),
        ];
        // The naughty strings are mostly no markup: once is enough.
        let places = if name.contains("naughty") { &places[..1] } else { &places[..] };
        for html in places {
            let html = UntrustedHtml::new(html.as_str());
            let cleaned = clean(&html, &|cid| Some(format!("/attachments/{}", cid.len())));
            assert_inert(name, payload, cleaned.html.as_str(), Of::Stranger);
            // What is clean stays clean when it is read and cleaned again.
            let again = clean(&UntrustedHtml::new(cleaned.html.as_str()), &|_| None);
            assert_inert(name, payload, again.html.as_str(), Of::Stranger);
            assert_inert(name, payload, clean_composed(&html).as_str(), Of::Composer);
        }
    }
    println!("payloads cleaned: {}, in up to 4 places, 3 ways", payloads.len());
    assert!(payloads.len() > 500);
}

/// HTML mails of the corpora, cleaned, carry nothing that runs or loads.
#[test]
fn every_html_mail_comes_out_inert() {
    let mut count = 0;
    for folder in [
        "mimekit",
        "mikel_mail",
        "mime4j",
        "rspamd",
        "django_mailbox",
        "stalwart_mail_parser",
        "hostile_mail",
        "talon",
        "sisimai_bounces/maildir/bsd",
    ] {
        for name in files(folder) {
            let raw = bytes(&name);
            let html = if name.ends_with(".html") || name.ends_with(".htm") {
                Some(UntrustedHtml::new(String::from_utf8_lossy(&raw).into_owned()))
            } else {
                read(&name).html
            };
            let Some(html) = html else { continue };
            let cleaned = clean(&html, &|_| Some("/attachments/1".to_owned()));
            assert_inert(&name, "", cleaned.html.as_str(), Of::Stranger);
            count += 1;
        }
    }
    println!("HTML mails cleaned: {count}");
    assert!(count > 50);
}
