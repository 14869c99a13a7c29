//! The program's own text: what may stand where.
use regex::Regex;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

pub struct File {
    /// From the repository's root, e.g. `crates/desk/src/lib.rs`.
    pub name: String,
    /// Without the tests at its end.
    pub text: String,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The files of all crates with this ending, without tests.
pub fn files(ending: &str) -> Vec<File> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            if path.is_dir() {
                // Test code may do what it likes.
                if !matches!(name.as_str(), "tests" | "testkit" | "target" | "node_modules") {
                    walk(&path, ending, found);
                }
            } else if name.ends_with(ending)
                && !matches!(name.as_str(), "tests.rs" | "testing.rs" | "world.rs")
            {
                found.push(path);
            }
        }
    }
    let (root, mut found) = (root(), Vec::new());
    walk(&root.join("crates"), ending, &mut found);
    found.sort();
    assert!(found.len() >= 10, "the source is there: {ending}");
    let file = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        // `mod tests;` is a file of its own.
        let tests = Regex::new(r"#\[cfg\(test\)\]\nmod \w+ \{").unwrap();
        let text = tests.find(&text).map_or(text.as_str(), |tests| &text[..tests.start()]).to_owned();
        File { name: path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(), text }
    };
    found.into_iter().map(file).collect()
}

/// Lines of Rust with `pattern`, comments left out, as `file:line: text`.
fn lines_with(pattern: &str) -> Vec<(String, String)> {
    let pattern = Regex::new(pattern).unwrap();
    let mut found = Vec::new();
    for file in files(".rs") {
        for (number, line) in file.text.lines().enumerate() {
            if pattern.is_match(line) && !line.trim_start().starts_with("//") {
                found.push((file.name.clone(), format!("{}:{}: {}", file.name, number + 1, line.trim())));
            }
        }
    }
    found
}

#[track_caller]
fn only_in(pattern: &str, allowed: &[&str]) {
    let found = lines_with(pattern);
    let elsewhere: Vec<_> = found
        .iter()
        .filter(|(file, _)| !allowed.contains(&file.as_str()))
        .map(|(_, at)| at.as_str())
        .collect();
    assert!(elsewhere.is_empty(), "{pattern} does not belong here:\n{}", elsewhere.join("\n"));
    let used: BTreeSet<_> = found.iter().map(|(file, _)| file.as_str()).collect();
    let unused: Vec<_> = allowed.iter().filter(|file| !used.contains(*file)).collect();
    assert!(unused.is_empty(), "no longer needs {pattern}: {unused:?}");
}

#[test]
fn time_is_asked_for_in_one_place() {
    only_in(r"SystemTime::now|Timestamp::now|Zoned::now|Utc::now", &["crates/kernel/src/clock.rs"]);
}

#[test]
fn the_program_runs_no_other_programs() {
    // The bench starts the program itself, to measure it; so does the search, to read files of strangers apart.
    let itself = ["crates/app/src/bench/server.rs", "crates/search/src/extract/child.rs"];
    only_in(r"Command::new\(|process::Command\b", &itself);
}

#[test]
fn every_socket_outwards_goes_through_one_place() {
    // The bench asks the program that it started itself.
    // SIP listens; what it sends are answers to where it was asked from.
    let allowed = [
        "crates/app/src/bench/client.rs",
        "crates/channels/src/voice/sip/mod.rs",
        "crates/platform/src/outbound/mod.rs",
    ];
    only_in(r"TcpStream::connect|UdpSocket::bind|reqwest::|ureq::", &allowed);
}

#[test]
fn sql_is_never_built_from_texts() {
    let call = Regex::new(r#"(?s)format!\(\s*(?:r#*)?"([^"]*)"#).unwrap();
    let sql = Regex::new(r"(?s)\b(SELECT\b.*\bFROM|INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b").unwrap();
    // Pieces of a statement that differ between the databases; what varies is the number of a placeholder.
    // A backup reads and writes every table: their names come from the database's own catalogue.
    let allowed = ["crates/platform/src/db/dialect.rs", "crates/platform/src/db/dump.rs"];
    for file in files(".rs").iter().filter(|file| !allowed.contains(&file.name.as_str())) {
        for found in call.captures_iter(&file.text) {
            assert!(!sql.is_match(&found[1]), "{}: {}", file.name, &found[1]);
        }
    }
}

#[test]
fn statements_stand_in_stores() {
    let statement = Regex::new(r"\bsql!\(").unwrap();
    // A slice of one file keeps its SQL beside the rest.
    for file in files(".rs").iter().filter(|file| statement.is_match(&file.text)) {
        let is_runtime = file.name.starts_with("crates/platform/src/");
        let is_handler =
            ["api.rs", "pages.rs", "policy.rs", "actions.rs"].iter().any(|end| file.name.ends_with(end));
        assert!(is_runtime || !is_handler, "{}: SQL belongs into the store", file.name);
    }
}

/// Who takes the program's own authority, and why. A handler of somebody's request is not among them unless it
/// serves people who are not signed in.
const SYSTEM: &[(&str, &str)] = &[
    ("crates/platform/src/authority.rs", "where it is made"),
    ("crates/platform/src/events.rs", "hands new events to open pages, which check again who may see them"),
    ("crates/platform/src/jobs.rs", "jobs are the program's own work"),
    ("crates/people/src/sign_in/doorman.rs", "writes down that a session is used, before anybody is known"),
    ("crates/channels/src/webhooks/reader.rs", "turns events into deliveries"),
    ("crates/channels/src/webhooks/deliver.rs", "sends deliveries"),
    ("crates/channels/src/email/mod.rs", "learns the domain of our Message-IDs"),
    ("crates/channels/src/email/addresses.rs", "writes addresses of before in their one form, once"),
    ("crates/channels/src/email/alarms.rs", "counts what waits for somebody to look at it"),
    ("crates/channels/src/email/fetching.rs", "fetches mail and notes how far it came"),
    (
        "crates/channels/src/email/intake/door.rs",
        "stores mail that a server hands over, before anybody is known",
    ),
    ("crates/channels/src/email/intake/work.rs", "reads stored mail"),
    ("crates/channels/src/email/outbox/work.rs", "sends what waits in the outbox"),
    ("crates/people/src/sign_in/actions.rs", "signing in: whoever asks is not known yet"),
    ("crates/desk/src/portal/ask.rs", "the form of somebody unknown: the program opens the ticket"),
    ("crates/desk/src/portal/follow.rs", "a signed link: on behalf of its contact, for its one ticket"),
    ("crates/desk/src/rules/reader.rs", "has rules look at events"),
    ("crates/desk/src/bulk/work.rs", "finds a step under way, and goes on with its maker's own authority"),
    ("crates/desk/src/scheduled/work.rs", "finds what is due, and sends it with its writer's own authority"),
    ("crates/desk/src/routing/work.rs", "gives what waits to those who are free for it"),
    ("crates/desk/src/notices/reader.rs", "writes what concerns people, after asking who may see it"),
    ("crates/desk/src/escalation/climb.rs", "tells what fell due, and has climb what nobody accepted"),
    ("crates/desk/src/sla/alarms.rs", "announces what fell due"),
    ("crates/search/src/follow.rs", "keeps the search index, which asks again who may see what"),
    ("crates/app/src/founding.rs", "the first administrator of an empty desk"),
    ("crates/app/src/wizard/mod.rs", "limits guesses of the code of the first start"),
    ("crates/app/src/demo/cases.rs", "fills an empty desk with samples"),
    ("crates/app/src/demo/company.rs", "fills an empty desk with samples"),
    ("crates/app/src/demo/teamwork.rs", "fills an empty desk with samples"),
    ("crates/app/src/demo/tickets.rs", "fills an empty desk with samples"),
    ("crates/app/src/bench/fill.rs", "fills an empty desk to measure on"),
    ("crates/app/src/bench/promises.rs", "measures the worker of the promises on a desk that nobody serves"),
    ("crates/app/src/bench/routing.rs", "measures the worker of routing on a desk of its own"),
    ("crates/app/src/tidy/mod.rs", "removes what is over"),
    ("crates/app/src/tidy/contents.rs", "removes content that nothing names"),
    ("crates/app/src/token.rs", "the command line of the machine's owner"),
    ("crates/app/src/metrics/mod.rs", "counts what waits"),
];

#[test]
fn the_programs_own_authority_is_taken_by_a_reviewed_list() {
    let allowed: Vec<_> = SYSTEM.iter().map(|(file, why)| (*file, why)).collect();
    assert!(allowed.iter().all(|(_, why)| why.len() > 10), "each says why");
    let files: Vec<_> = allowed.iter().map(|(file, _)| *file).collect();
    only_in(r"Grant::(<System>::)?system\(|Grant::(<System>::)?on_behalf\(|Self::system\(", &files);
}

#[test]
fn every_template_is_used() {
    let templates = files(".html");
    let rust: String = files(".rs").into_iter().map(|file| file.text).collect();
    let all: String = templates.iter().map(|file| file.text.as_str()).collect();
    // To be extended by the customers' pages.
    let waiting = ["crates/platform/templates/portal.html"];
    for template in templates.iter().filter(|template| !waiting.contains(&template.name.as_str())) {
        let path = template.name.split_once("/src/").or_else(|| template.name.split_once("/templates/"));
        let (_, path) = path.unwrap_or_else(|| panic!("{} lies in a slice or in templates", template.name));
        let is_rendered = rust.contains(&format!("path = \"{path}\""));
        let is_included =
            ["extends", "include", "import"].iter().any(|word| all.contains(&format!("{word} \"{path}\"")));
        assert!(
            is_rendered || is_included,
            "{} is in no #[template(path)] and in no other template",
            template.name
        );
    }
}

#[test]
fn no_unfinished_work_is_hidden() {
    // In pieces, because this file is searched by others for the same words.
    let marks = [["to", "do!("].concat(), ["unimple", "mented!("].concat(), ["#[igno", "re"].concat()];
    for mark in marks {
        only_in(&regex::escape(&mark), &[]);
    }
}

#[test]
fn every_permission_that_is_named_exists() {
    let named =
        Regex::new(r#"\b(?:may|reach)\(\s*"([a-z._]+)"|"([a-z]+\.(?:view|manage|reply|note|edit|create))""#)
            .unwrap();
    let known = |key: &str| {
        let is_special = matches!(key, "customer" | "myself");
        is_special || platform::authority::PERMISSIONS.iter().any(|known| known.key == key)
    };
    let mut sources = files(".rs");
    sources.extend(files(".html"));
    let mut unknown = Vec::new();
    for file in sources {
        for found in named.captures_iter(&file.text) {
            let key = found.get(1).or(found.get(2)).unwrap().as_str();
            if !known(key) {
                unknown.push(format!("{}: {key}", file.name));
            }
        }
    }
    assert!(unknown.is_empty(), "no such permission:\n{}", unknown.join("\n"));
}
