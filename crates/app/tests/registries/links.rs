//! A link that leads nowhere is found here, not by the person who follows it.
use crate::source::{self, File};
use regex::Regex;

/// A place that a page, the settings' list or a redirect leads to.
struct Link {
    /// `file: text`, for the message.
    at: String,
    path: String,
    /// A form is sent there, or a script asks for it by another method than GET.
    is_form: bool,
}

/// The path without query and mark, with `{x}` for what a template or a format string fills in.
fn path_of(text: &str) -> String {
    let text = Regex::new(r"\{\{ self\.query\(\) \}\}|\{%.*?%\}").unwrap().replace_all(text, "");
    let text = Regex::new(r"\{\{.*?\}\}|\{[^{}]*\}").unwrap().replace_all(&text, "{x}");
    text.split(['?', '#']).next().unwrap_or_default().to_owned()
}

fn links_in(files: Vec<File>, pattern: &str) -> Vec<Link> {
    let pattern = Regex::new(pattern).unwrap();
    let mut found = Vec::new();
    for file in files {
        for link in pattern.captures_iter(&file.text) {
            let (whole, path) = (&link[0], path_of(&link["path"]));
            found.push(Link {
                at: format!("{}: {whole}", file.name),
                path,
                is_form: whole.contains("action="),
            });
        }
    }
    assert!(found.len() > 10, "links are found by {pattern}");
    found
}

fn leads_to(path: &str, route: &str) -> bool {
    let (mut path, mut route) = (path.split('/'), route.split('/'));
    loop {
        match (path.next(), route.next()) {
            (None, None) => return true,
            (Some(part), Some(wanted)) if part == wanted || wanted.starts_with('{') && !part.is_empty() => {}
            _ => return false,
        }
    }
}

#[test]
fn every_link_leads_to_a_page() {
    let mut links =
        links_in(source::files(".html"), r#"(?:href|action|formaction|src)="(?<path>/[^"/][^"]*)""#);
    let in_code = r#"(?:Redirect::to\(&?(?:format!\()?|\bentry\(\s*)"(?<path>/[^"]*)""#;
    links.extend(links_in(source::files(".rs"), in_code));
    let routes = app::routes().table;
    // The API describes itself beside the table of routes.
    let described = "/api/v1/openapi.json";
    let is_there = |link: &&Link| {
        link.path == described
            || routes
                .iter()
                .any(|route| (link.is_form || route.method == "GET") && leads_to(&link.path, &route.path))
    };
    let lost: Vec<_> = links.iter().filter(|link| !is_there(link)).map(|link| link.at.as_str()).collect();
    assert!(lost.is_empty(), "these lead nowhere:\n{}", lost.join("\n"));
}

#[test]
fn what_varies_matches_only_what_may_vary() {
    assert_eq!(path_of("/t/{{ ticket.id }}/people{{ self.query() }}"), "/t/{x}/people");
    assert_eq!(path_of("/x{% if let Some(a) = b %}/{{ a }}{% endif %}?q={{ c }}#d"), "/x/{x}");
    assert_eq!(path_of("/t/{ticket}?view={view}"), "/t/{x}");
    assert!(leads_to("/t/{x}/people", "/t/{ticket}/people"));
    assert!(
        !leads_to("/t/{x}", "/t/new") && !leads_to("/t/", "/t/{ticket}") && !leads_to("/t", "/t/{ticket}")
    );
}
