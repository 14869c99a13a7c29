//! Wrong words, wrong configuration, and help that teaches.
mod program;
use platform::{
    args,
    db::{Db, Error, Place, Size},
    sql,
};
use program::{Data, Ended, firstline, run, setup};

#[test]
fn help_teaches_with_examples() {
    let help = run(&["--help"]).went_well();
    for words in ["firstline serve --data", "FIRSTLINE_SMTP_LISTEN", "allow_outbound", "exit code"] {
        assert!(help.contains(words), "{words} is not in {help}");
    }
    assert!(run(&["serve", "--help"]).went_well().contains("listening on http://ADDR"));
    assert!(run(&["--version"]).went_well().starts_with("firstline "));
}

#[test]
fn a_wrong_word_is_a_wrong_usage() {
    for words in [&["sevre"][..], &["serve", "--lisen", "x"], &[]] {
        let ended = run(words);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{words:?}: {}", ended.err);
    }
}

#[test]
fn a_wrong_configuration_is_one_line_and_touches_nothing() {
    let data = Data::new();
    let folder = data.file("desk");
    let refused = run(&["serve", "--data", &folder, "--listen", "8080"]).refused(2);
    assert_eq!(
        refused,
        "firstline: --listen: \"8080\" is no address; expected IP:PORT, e.g. 127.0.0.1:8080\n"
    );
    let misspelled = firstline(&["serve", "--data", &folder]).env("FIRSTLINE_LISTNE", "x").output().unwrap();
    assert!(Ended::of(misspelled).refused(2).starts_with("firstline: FIRSTLINE_LISTNE: there is no such"));
    assert!(!std::path::Path::new(&folder).exists(), "no folder was made");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(format!("{folder}/firstline.toml"), "\nsmtp = \"0.0.0.0:25\"").unwrap();
    let unknown = run(&["serve", "--data", &folder]).refused(2);
    assert!(unknown.contains("firstline.toml:2: smtp: there is no such key"), "{unknown}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "nothing was made in it");
}

#[test]
fn a_database_that_is_not_there_is_named_without_its_password() {
    let data = Data::new();
    let url = "postgres://ada:hunter2@127.0.0.1:1/desk";
    let refused =
        run(&["serve", "--data", data.path(), "--database", url, "--listen", "127.0.0.1:0"]).refused(1);
    assert!(refused.contains("the database cannot be reached"), "{refused}");
    assert!(!refused.contains("hunter2"), "{refused}");
}

#[test]
fn migrate_says_what_it_did_and_is_done_once() {
    let data = Data::new();
    let first = run(&["migrate", "--data", data.path()]).went_well();
    assert!(!first.starts_with("0 ") && first.ends_with("up to date\n"), "{first}");
    assert!(run(&["migrate", "--data", data.path()]).went_well().starts_with("0 migrations ran"));
}

#[test]
fn what_is_in_the_way_is_named_with_what_helps() {
    let data = Data::new();
    setup(&data, "sqlite").went_well();
    let file = data.file("a-file");
    std::fs::write(&file, "x").unwrap();
    let is_file = run(&["serve", "--data", &file]).refused(1);
    assert!(is_file.contains("it is a file; expected a folder that this user may write"), "{is_file}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    for flag in ["--listen", "--smtp-listen", "--lmtp-listen"] {
        // Of a flag that is given twice the last one counts.
        let refused =
            run(&["serve", "--data", data.path(), "--listen", "127.0.0.1:0", flag, &port]).refused(1);
        assert!(refused.contains(&format!("{flag} {port}: another program has this port")), "{refused}");
    }
    let elsewhere = run(&["serve", "--data", data.path(), "--listen", "192.0.2.1:8080"]).refused(1);
    assert!(elsewhere.contains("this machine does not have this address"), "{elsewhere}");
    for count in ["-1", "x", "99999999999"] {
        let ended = run(&["demo", "--data", &data.file("demo"), "--tickets", count]);
        assert_eq!(ended.code, Some(2));
        assert!(ended.err.contains("expected a whole number from 0 to 10000000"), "{}", ended.err);
    }
    std::fs::rename(data.file("secret.key"), data.file("elsewhere")).unwrap();
    let keyless = run(&["serve", "--data", data.path(), "--listen", "127.0.0.1:0"]).refused(1);
    assert!(keyless.contains("secret.key: it is missing; expected the key"), "{keyless}");
    assert!(!std::path::Path::new(&data.file("secret.key")).exists(), "no other key was made");
    std::fs::rename(data.file("elsewhere"), data.file("secret.key")).unwrap();
    std::fs::write(data.file("desk.db"), "this is no database, but it is long enough to be looked at")
        .unwrap();
    let damaged = run(&["doctor", "--data", data.path()]);
    assert_eq!(damaged.code, Some(1));
    let refused = run(&["serve", "--data", data.path(), "--listen", "127.0.0.1:0"]).refused(1);
    assert!(
        refused.contains("desk.db: file is not a database; expected the database of a desk"),
        "{refused}"
    );
}

/// A desk on which a migration of a later release has run.
#[tokio::test(flavor = "multi_thread")]
async fn a_desk_of_a_newer_program_is_left_alone_on_both_databases() {
    for database in ["sqlite".to_owned(), program::postgres()] {
        let data = Data::new();
        setup(&data, &database).went_well();
        let place = match database.split_once("&schema=") {
            None => Place::Sqlite(data.0.path().join("desk.db")),
            Some((url, schema)) => Place::Postgres { url: url.into(), schema: schema.into() },
        };
        let db = Db::open(&place, Size::default()).unwrap();
        let later =
            sql!("INSERT INTO migration (name, checksum, applied_at_ms) VALUES ('9000_later', 'x', 1)");
        db.write::<_, Error>(move |conn| conn.run(later, args![])).await.unwrap();
        db.close();
        let file = data.file("b.flb");
        let at = ["--data", data.path(), "--database", &database];
        for words in [
            &["serve", "--listen", "127.0.0.1:0"][..],
            &["migrate"],
            &["backup", "--to", &file],
            &["reindex"],
            &["token", "create", "--user", program::ADMIN, "--scopes", "all"],
        ] {
            let refused = run(&[words, &at].concat()).refused(1);
            assert!(
                refused.contains("used by a newer firstline (it has 9000_later)"),
                "{words:?}: {refused}"
            );
        }
        assert!(!std::path::Path::new(&file).exists());
        let doctor = run(&[&["doctor"][..], &at].concat());
        assert!(
            doctor.out.contains("FINDING migrations: 9000_later is of a newer program"),
            "{}",
            doctor.out
        );
    }
}
