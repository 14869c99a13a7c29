//! Real mail through the reader. Each test prints its figures; `docs/behaviour/email.md` quotes them.
//!
//! `cargo nextest run -p mail --test corpora --no-capture`

mod bounces;
mod hostile;
mod replies;
mod second_opinion;
mod whole;
mod xss;

use mail::{Limits, Mail};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Where the corpora lie.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/corpora")
}

/// Every file below a folder of the corpora, by its path from the root, in order.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
                if !name.contains("LICENSE") {
                    found.push(name);
                }
            }
        }
    }
    found.sort();
    found
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn text(name: &str) -> String {
    String::from_utf8_lossy(&bytes(name)).into_owned()
}

fn read(name: &str) -> Mail {
    Mail::read(&bytes(name), &Limits::default())
}

/// What the upstream project states about a file, if it states anything.
fn expected(name: &str) -> Option<Value> {
    let raw = std::fs::read(root().join("expected").join(format!("{name}.json"))).ok()?;
    Some(serde_json::from_slice(&raw).expect("valid JSON"))
}

/// Prints a figure and fails below its threshold.
fn assert_share(what: &str, right: usize, all: usize, at_least_percent: f64) {
    let share = 100.0 * right as f64 / all as f64;
    println!("{what}: {right} of {all} ({share:.1} %)");
    assert!(all > 0 && share >= at_least_percent, "{what}: {share:.1} % is below {at_least_percent} %");
}
