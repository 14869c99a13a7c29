//! `docs/behaviour/security.md` says for each of the forty cases which test proves it, or which feature is missing.
use regex::Regex;
use std::{collections::BTreeMap, fs, path::PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}
fn page() -> String {
    fs::read_to_string(root().join("docs/behaviour/security.md")).unwrap()
}
/// A test is written `crates/app/tests/abuse/mail.rs: case_01_…`; both halves have to exist.
fn check(at: &str, cell: &str) -> usize {
    let test = Regex::new(r"`([a-z0-9_/.-]+\.(?:rs|mjs)): ([^`]+)`").unwrap();
    let mut count = 0;
    for found in test.captures_iter(cell) {
        let text = fs::read_to_string(root().join(&found[1]));
        let text = text.unwrap_or_else(|_| panic!("{at}: there is no {}", &found[1]));
        let is_there = match found[1].ends_with(".mjs") {
            true => text.contains(&format!("test(\"{}\"", &found[2])),
            false => text.contains(&format!("fn {}(", &found[2])),
        };
        assert!(is_there, "{at}: there is no {} in {}", &found[2], &found[1]);
        count += 1;
    }
    count
}

#[test]
fn each_of_the_forty_cases_has_a_test_or_says_which_feature_is_missing() {
    let row = Regex::new(r"(?m)^\| (\d+) \| ([^|]+) \| (.+) \|$").unwrap();
    let page = page();
    let rows: BTreeMap<u32, String> =
        row.captures_iter(&page).map(|found| (found[1].parse().unwrap(), found[3].to_owned())).collect();
    assert_eq!(rows.keys().copied().collect::<Vec<_>>(), (1..=40).collect::<Vec<_>>());
    for (number, cell) in &rows {
        let count = check(&format!("case {number}"), cell);
        let is_missing = cell.starts_with("no such feature yet: ");
        assert!(count > 0 || is_missing, "case {number} has neither a test nor a reason: {cell}");
    }
    // And what is here is in the table.
    let name = Regex::new(r"fn (case_\d\d_[a-z0-9_]+)\(").unwrap();
    let mut here = 0;
    for file in ["mail.rs", "web.rs", "served.rs"] {
        let text = fs::read_to_string(root().join("crates/app/tests/abuse").join(file)).unwrap();
        for found in name.captures_iter(&text) {
            let number: u32 = found[1][5..7].parse().unwrap();
            assert!(rows[&number].contains(&found[1]), "{} is not in the table", &found[1]);
            here += 1;
        }
    }
    assert!(here >= 15, "{here}");
}

#[test]
fn each_promise_has_a_test_that_exists() {
    let row = Regex::new(r"(?m)^\| (S\d\d)[^|]*\| (.+) \| (.+) \|$").unwrap();
    let page = page();
    let mut count = 0;
    for found in row.captures_iter(&page) {
        assert!(check(&found[1], &found[3]) > 0, "{}: {}", &found[1], &found[3]);
        count += 1;
    }
    assert!(count >= 15, "{count}");
}
