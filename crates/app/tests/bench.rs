//! The bench itself, tiny: it fills, serves, measures and prints, on both databases, and its desk is a sound one.
mod program;
use program::{Data, postgres, run};

fn on(database: &str, engine: &str) {
    let data = Data::new();
    let words = ["bench", "--data", data.path(), "--database", database, "--tickets", "300", "--rounds", "1"];
    let out = run(&[&words[..], &["--operations", "20"]].concat()).went_well();
    assert!(out.contains(&format!("### {engine}, 300 tickets")), "{out}");
    let operations = [
        "bare durable transaction",
        "inbox page",
        "ticket page",
        "ticket page beside its list",
        "create by API, one client",
        "create by API, 8 clients",
        "mail by SMTP, 8 senders",
        "search, a rare word",
        "search, a word of half of all",
        "palette, a letter more",
        "event, 200 rules look",
    ];
    for operation in operations {
        let line = out.lines().find(|line| line.starts_with(&format!("| {operation} |")));
        let line = line.unwrap_or_else(|| panic!("{operation} is not in {out}"));
        let statements = line.rsplit('|').nth(1).and_then(|cell| cell.trim().parse::<f64>().ok());
        assert!(statements.is_some_and(|count| count >= 1.0), "{line}");
    }
    let folder = data.file(&format!("{}-300", engine.to_lowercase()));
    let place = match engine {
        "SQLite" => "sqlite".to_owned(),
        _ => format!("{database}&schema=bench_300"),
    };
    let sound = run(&["doctor", "--data", &folder, "--database", &place]);
    assert_eq!(sound.code, Some(0), "{}", sound.out);
}

#[test]
fn a_small_desk_is_measured_on_sqlite() {
    on("sqlite", "SQLite");
}

#[test]
fn a_small_desk_is_measured_on_postgres() {
    let url = postgres();
    let (server, _) = url.rsplit_once("&schema=").unwrap();
    on(server, "PostgreSQL");
}

#[test]
fn a_wrong_word_is_named_before_anything_is_filled() {
    let data = Data::new();
    for (words, expected) in [
        (
            ["--tickets", "twenty"],
            "firstline: --tickets: \"twenty\"; expected numbers from 100 on, e.g. 20000,100000\n",
        ),
        (["--database", "both"], "firstline: --database both: expected --postgres postgres://… beside it\n"),
        (["--database", "mysql"], "firstline: --database: expected sqlite, both or postgres://…\n"),
    ] {
        let folder = data.file("desks");
        let refused = run(&[&["bench", "--data", &folder][..], &words[..]].concat()).refused(2);
        assert_eq!(refused, expected);
        assert!(!std::path::Path::new(&folder).exists());
    }
}
