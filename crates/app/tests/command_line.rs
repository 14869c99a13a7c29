//! Wrong words, wrong configuration, and help that teaches.
mod program;
use program::{Data, Ended, firstline, run};

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
