//! `doctor` finds what is broken, names it, and changes nothing.
mod program;
use platform::{
    args,
    db::{Db, Error, Place, Size, Statement},
    sql,
};
use program::{Data, Ended, Served, postgres, run, setup, token};

fn doctor(data: &Data, database: &str) -> Ended {
    run(&["doctor", "--data", data.path(), "--database", database])
}
/// Lines of the report that are no `ok`, but for the front end, which a test may be built without.
fn findings(ended: &Ended) -> Vec<String> {
    let lines = ended.out.lines().filter(|line| !line.starts_with("ok "));
    lines.filter(|line| !line.starts_with("FINDING front-end: ")).map(str::to_owned).collect()
}

/// A desk with one ticket.
fn desk(database: &str) -> Data {
    let data = Data::new();
    setup(&data, database).went_well();
    let bearer = format!("Bearer {}", token(&data, database));
    let desk = Served::start(data.path(), &["--database", database]);
    let json = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let ticket = r#"{"subject":"x","text":"y","requester":{"email":"cy@example.org"}}"#;
    assert_eq!(desk.send("POST", "/api/v1/tickets", &json, ticket).status, 201);
    let served = doctor(&data, database);
    assert!(findings(&served).is_empty(), "while it is served: {} {}", served.out, served.err);
    desk.stop();
    data
}

/// Breaks a row by hand.
async fn tamper(data: &Data, database: &str, statements: Vec<&'static Statement>) {
    let place = match database.split_once("&schema=") {
        None => Place::Sqlite(data.0.path().join("desk.db")),
        Some((url, schema)) => Place::Postgres { url: url.into(), schema: schema.into() },
    };
    let db = Db::open(&place, Size::default()).unwrap();
    db.write::<_, Error>(move |conn| {
        for statement in statements {
            assert!(conn.run(statement, args![])? > 0, "{} broke nothing", statement.at);
        }
        Ok(())
    })
    .await
    .unwrap();
    db.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_broken_by_hand_is_found_and_named_on_both_databases() {
    for database in ["sqlite".to_owned(), postgres()] {
        let data = desk(&database);
        let well = doctor(&data, &database);
        assert!(findings(&well).is_empty(), "{}", well.out);
        for name in
            ["configuration", "database", "migrations", "ticket-counts", "blobs", "outbound-final", "clock"]
        {
            assert!(well.out.contains(&format!("ok {name}\n")), "{name} is not in {}", well.out);
        }
        tamper(
            &data,
            &database,
            vec![
                sql!("UPDATE ticket SET is_open = FALSE WHERE id = 1"),
                sql!("UPDATE ticket SET assignee_id = 4711 WHERE id = 1"),
                sql!(
                    "UPDATE ticket SET items_all = 3, side_state = 'waiting', spent_minutes = 7 WHERE id = 1"
                ),
                sql!("UPDATE ticket_participant SET role = 'cc' WHERE ticket_id = 1"),
                sql!("UPDATE message SET channel = 'email', message_id = 'x@y' WHERE id = 1"),
                sql!("UPDATE event SET at_ms = 9000000000000 WHERE id = 2"),
                sql!("INSERT INTO event_reader (name, position) VALUES ('ahead', 1000000)"),
                sql!(
                    "INSERT INTO outbound (id, kind, header_id, recipients, recipients_text, subject, state,
                                           next_at_ms, created_at_ms)
                       VALUES (77, 'notice', 'x', '[]', 'x', 'x', 'sending', 1, 1)"
                ),
                sql!(
                    "INSERT INTO outbound (id, kind, header_id, recipients, recipients_text, subject, state,
                                           next_at_ms, created_at_ms)
                       VALUES (79, 'reply', 'y', '[]', 'x', 'x', 'sent', 1, 1)"
                ),
                sql!(
                    "INSERT INTO job (id, kind, payload, state, run_at_ms, created_at_ms)
                        VALUES (78, 'x', 'x', 'running', 1, 1)"
                ),
            ],
        )
        .await;
        let ended = doctor(&data, &database);
        assert_eq!(ended.code, Some(1), "{}", ended.err);
        let found = findings(&ended);
        for (name, which) in [
            ("ticket-counts", "(counted "),
            ("ticket-status", ": 1; "),
            ("ticket-assignment", ": 1; assign them anew"),
            ("ticket-requester", ": 1; "),
            ("checklists", ": 1; "),
            ("side-conversations", ": 1; "),
            ("time-spent", ": 1; "),
            ("message-raw", ": 1; "),
            ("clock", ": 2; set the clock"),
            ("events", ": ahead; "),
            ("outbound-final", ": 77; "),
            ("outbound-outcome", ": 79; "),
            ("jobs", ": 78; "),
        ] {
            let start = format!("FINDING {name}: ");
            assert!(
                found.iter().any(|f| f.starts_with(&start) && f.contains(which)),
                "{name} {which}: {found:#?}"
            );
        }
        assert_eq!(found.len(), 13, "and nothing else: {found:#?}");
        assert_eq!(doctor(&data, &database).out, ended.out, "it changed nothing");

        run(&["reindex", "--data", data.path(), "--database", &database]).went_well();
        assert!(doctor(&data, &database).out.contains("ok ticket-counts\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_contents_and_open_doors_are_found() {
    use std::os::unix::fs::PermissionsExt;
    let data = desk("sqlite");
    let blobs = platform::blobs::Blobs::open(data.0.path().join("blobs")).unwrap();
    let large = blobs.prepare(vec![0xCD; 300_000]).unwrap();
    let hash = large.hash.hex();
    let db = Db::open(&Place::Sqlite(data.0.path().join("desk.db")), Size::default()).unwrap();
    let insert = move |conn: &mut _| platform::blobs::insert(conn, &large, kernel::clock::Millis(1));
    db.write::<_, Error>(insert).await.unwrap();
    db.close();
    assert!(findings(&doctor(&data, "sqlite")).is_empty());
    let file = data.0.path().join("blobs").join(&hash[..2]).join(&hash);
    std::fs::write(&file, b"changed").unwrap();
    std::fs::set_permissions(data.file("desk.db"), std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::remove_file(data.file("secret.key")).unwrap();
    let found = findings(&doctor(&data, "sqlite"));
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].starts_with("FINDING data-folder: ") && found[0].contains("chmod 600"), "{found:#?}");
    assert!(found[1].starts_with("FINDING key: ") && found[1].contains("secret.key"), "{found:#?}");
    assert!(found[2].starts_with("FINDING blobs: ") && found[2].contains(&hash), "{found:#?}");
    assert!(!std::path::Path::new(&data.file("secret.key")).exists(), "no new key was made");
}

#[test]
fn a_wrong_configuration_and_a_desk_that_is_not_there_are_findings() {
    let data = Data::new();
    std::fs::write(data.file("firstline.toml"), "listne = \"x\"").unwrap();
    let ended = doctor(&data, "sqlite");
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.out.starts_with("FINDING configuration: ") && ended.out.contains("listne"),
        "{}",
        ended.out
    );
    let none = data.file("none");
    let ended = run(&["doctor", "--data", &none]);
    assert!(ended.out.contains("FINDING data-folder: "), "{}", ended.out);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("FINDING database: there is no desk in"), "{}", ended.out);
    assert!(!std::path::Path::new(&none).exists(), "no desk was made by looking");
}
