//! The manual is true: its examples run, its links lead somewhere, and it is found.
#![allow(clippy::disallowed_methods, reason = "the examples of the manual are scripts")]
mod program;
use program::{Data, Served, postgres, setup, token};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
/// Name and text of each page.
fn pages() -> Vec<(String, String)> {
    let mut all: Vec<_> = fs::read_dir(root().join("docs/manual"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect();
    all.sort();
    assert!(all.len() > 10, "the manual is there");
    all
}
/// What stands in the fenced blocks of this kind.
fn blocks<'t>(text: &'t str, kind: &str) -> Vec<&'t str> {
    let mut rest = text;
    let (open, mut found) = (format!("\n```{kind}\n"), Vec::new());
    while let Some(at) = rest.find(&open) {
        let body = &rest[at + open.len()..];
        let end = body.find("```").expect("a block ends");
        found.push(&body[..end]);
        rest = &body[end..];
    }
    found
}

#[test]
fn the_examples_of_the_manual_run_on_both_databases() {
    for database in ["sqlite".to_owned(), postgres()] {
        let data = Data::new();
        setup(&data, &database).went_well();
        let token = token(&data, &database);
        let desk = Served::start(data.path(), &["--database", &database, "--dns", "off"]);
        let mut count = 0;
        for (page, text) in pages() {
            for example in blocks(&text, "sh") {
                let script = format!("set -euo pipefail\n{example}");
                let output = Command::new("bash")
                    .args(["-c", &script])
                    .current_dir(data.0.path())
                    .env("URL", format!("http://{}", desk.address))
                    .env("TOKEN", &token)
                    .output()
                    .unwrap();
                let (out, err) =
                    (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
                assert!(output.status.success(), "{page}:\n{example}\n{out}\n{err}\n{}", desk.log());
                count += 1;
            }
        }
        assert!(count >= 10, "only {count} examples were found");
        desk.stop();
    }
}

#[test]
fn every_link_between_the_pages_leads_somewhere_and_every_page_is_found() {
    let link = regex::Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let (mut broken, mut found) = (Vec::new(), Vec::new());
    for (page, text) in pages() {
        for target in link.captures_iter(&text).map(|target| target[1].to_owned()) {
            if target.starts_with("http") {
                continue;
            }
            let (file, place) = target.split_once('#').unwrap_or((&target, ""));
            let path = root().join("docs/manual").join(if file.is_empty() { &page } else { file });
            let is_there = match fs::read_to_string(&path) {
                Ok(text) => {
                    let heading = |line: &str| {
                        line.trim_start_matches(['#', ' ']).to_lowercase().replace(' ', "-") == place
                    };
                    place.is_empty() || text.lines().filter(|line| line.starts_with('#')).any(heading)
                }
                Err(_) => path.is_dir(),
            };
            if !is_there {
                broken.push(format!("{page}: {target}"));
            }
            if page == "README.md" {
                found.push(file.to_owned());
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    let lost: Vec<_> = pages()
        .into_iter()
        .map(|(page, _)| page)
        .filter(|page| page != "README.md" && !found.contains(page))
        .collect();
    assert!(lost.is_empty(), "docs/manual/README.md does not name {lost:?}");
    assert!(fs::read_to_string(root().join("README.md")).unwrap().contains("docs/manual"));
}
