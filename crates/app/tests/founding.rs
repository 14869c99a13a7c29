//! `setup` and `token create`, as a robot uses them.
mod program;
use program::{ADMIN, Data, PASSWORD, Served, postgres, run, setup, token};

#[test]
fn a_robot_sets_up_a_desk_and_gets_in_on_both_databases() {
    for database in ["sqlite".to_owned(), postgres()] {
        let data = Data::new();
        let said = setup(&data, &database).went_well();
        assert!(said.contains("Acme Help is ready") && said.contains(ADMIN), "{said}");
        let token = token(&data, &database);
        assert!(token.starts_with("fl_") && token.lines().count() == 1, "the token alone: {token:?}");
        let desk = Served::start(data.path(), &["--database", &database]);
        let bearer = format!("Bearer {token}");
        let mine = desk.send("GET", "/api/v1/tickets", &[("authorization", &bearer)], "");
        assert_eq!((mine.status, mine.body.as_str()), (200, r#"{"items":[],"next":null}"#), "{}", desk.log());
        assert_eq!(desk.get("/api/v1/tickets").status, 401, "nobody gets in without it");
        let wrong = [("authorization", "Bearer fl_wrong")];
        assert_eq!(desk.send("GET", "/api/v1/tickets", &wrong, "").status, 401);
        let log = desk.log();
        assert!(!log.contains(&token) && !log.contains(PASSWORD), "{log}");
        desk.stop();
    }
}

#[test]
fn a_desk_is_set_up_once() {
    let data = Data::new();
    setup(&data, "sqlite").went_well();
    let again = setup(&data, "sqlite").refused(1);
    assert!(again.contains("set up already"), "{again}");
}

#[test]
fn each_wrong_word_of_setup_is_named_with_its_flag_and_nothing_is_made() {
    let data = Data::new();
    let (desk, password) = (data.file("desk"), data.file("password"));
    std::fs::write(&password, PASSWORD).unwrap();
    let words = |name, email, language, file| {
        run(&[
            "setup",
            "--data",
            &desk,
            "--desk-name",
            name,
            "--admin-email",
            email,
            "--admin-password-file",
            file,
            "--language",
            language,
        ])
        .refused(2)
    };
    let all = words(" ", "ada", "fr", &password);
    for flag in ["--desk-name: ", "--admin-email: ", "--language: ", "(en, de, nl)"] {
        assert!(all.contains(flag), "{flag} is not in {all}");
    }
    assert!(!all.contains(PASSWORD), "the password is not repeated: {all}");
    assert!(words("Acme", ADMIN, "de", "/nowhere").contains("--admin-password-file: /nowhere: "));
    let short = data.file("short");
    std::fs::write(&short, "hunter2").unwrap();
    let guessed = words("Acme", ADMIN, "de", &short);
    assert_eq!(guessed, "firstline: --admin-password-file: At least 8 characters\n");
    let missing = run(&["setup", "--data", &desk, "--language", "de"]).refused(2);
    assert!(missing.contains("--desk-name, --admin-email, --admin-password-file: expected"), "{missing}");
    assert!(!std::path::Path::new(&desk).exists(), "no folder was made");
}

#[test]
fn a_token_is_for_somebody_who_is_here_on_a_desk_that_is_there() {
    let data = Data::new();
    let create = |folder: &str, user: &str, scopes: &str| {
        run(&["token", "create", "--data", folder, "--user", user, "--scopes", scopes])
    };
    let none = data.file("none");
    assert!(create(&none, ADMIN, "all").refused(1).contains("there is no desk in"));
    assert!(!std::path::Path::new(&none).exists(), "no desk was made by asking");
    setup(&data, "sqlite").went_well();
    assert!(
        create(data.path(), "eve@acme.example", "all").refused(1).contains("nobody here has the address")
    );
    assert!(create(data.path(), "eve", "all").refused(2).contains("\"eve\" is no e-mail address"));
    assert!(
        create(data.path(), ADMIN, "everything")
            .refused(2)
            .contains("--scopes: \"everything\": expected all")
    );
    assert_eq!(create(data.path(), "ADA@acme.example", "all").code, Some(0), "case does not matter");
}

#[test]
fn a_desk_that_is_being_served_can_be_set_up_and_given_tokens() {
    let data = Data::new();
    let desk = Served::start(data.path(), &[]);
    setup(&data, "sqlite").went_well();
    let bearer = format!("Bearer {}", token(&data, "sqlite"));
    assert_eq!(desk.send("GET", "/api/v1/tickets", &[("authorization", &bearer)], "").status, 200);
    desk.stop();
}
