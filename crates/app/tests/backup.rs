//! `backup` and `restore`: everything, on both engines and from one to the other (F19, F20).
mod program;
use platform::{
    args,
    db::{Db, Error, Place, Size, dump},
    sql,
};
use program::{ADMIN, Data, Served, postgres, run, setup, token};

/// The desk's database, opened beside the program.
fn open(data: &Data, database: &str) -> Db {
    let place = match database.split_once("&schema=") {
        None => Place::Sqlite(data.0.path().join("desk.db")),
        Some((url, schema)) => Place::Postgres { url: url.into(), schema: schema.into() },
    };
    Db::open(&place, Size::default()).unwrap()
}

/// Every row of every table, except for what the program does by itself while it runs.
async fn rows(db: &Db) -> Vec<(String, Vec<String>)> {
    db.read::<_, Error>(|conn| {
        let mut all = Vec::new();
        for table in dump::tables(conn)? {
            let mut rows = Vec::new();
            table.rows::<Error>(conn, |values| {
                rows.push(format!("{values:?}"));
                Ok(())
            })?;
            rows.sort();
            all.push((table.name, rows));
        }
        all.sort();
        Ok(all)
    })
    .await
    .unwrap()
}

/// A desk with a ticket, a large and a small file, and mails in every state.
async fn fill(data: &Data, database: &str) {
    setup(data, database).went_well();
    let bearer = format!("Bearer {}", token(data, database));
    let desk = Served::start(data.path(), &["--database", database]);
    let json = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let ticket = r#"{"subject":"Größe 😀","text":"It's\n\"late\"","requester":{"email":"cy@example.org","name":"Cy"}}"#;
    let made = desk.send("POST", "/api/v1/tickets", &json, ticket);
    assert_eq!(made.status, 201, "{} {}", made.body, desk.log());
    desk.stop();
    let db = open(data, database);
    let blobs = platform::blobs::Blobs::open(data.0.path().join("blobs")).unwrap();
    let (large, small) = (blobs.prepare(vec![0xAB; 300_000]).unwrap(), blobs.prepare(vec![0; 10]).unwrap());
    db.write::<_, Error>(move |conn| {
        for ready in [&large, &small] {
            platform::blobs::insert(conn, ready, kernel::clock::Millis(1))?;
        }
        for state in ["waiting", "sending", "sent", "failed"] {
            conn.run(
                sql!(
                    "INSERT INTO outbound (kind, header_id, recipients, recipients_text, subject, state, next_at_ms,
                                           created_at_ms)
                       VALUES ('notice', $1, '[]', 'cy@example.org', 'Hello', $1, 9000000000000, 1)"
                ),
                args![state],
            )?;
        }
        // An answer for later, somebody who asked for a link, and a letter with one.
        conn.run(
            sql!(
                "INSERT INTO scheduled_reply (ticket_id, user_id, draft, composer, seen_id, is_later, send_at_ms, created_at_ms)
                   VALUES (1, 1, '{}', '{}', 0, TRUE, 9000000000000, 1)"
            ),
            args![],
        )?;
        conn.run(
            sql!(
                "INSERT INTO job (kind, payload, state, run_at_ms, created_at_ms)
                   VALUES ('sign_in.send_link', '{}', 'waiting', 9000000000000, 1)"
            ),
            args![],
        )?;
        conn.run(
            sql!(
                "INSERT INTO outbound (kind, header_id, recipients, recipients_text, subject, body, state, next_at_ms,
                                       created_at_ms)
                   VALUES ('account', 'link', '[]', 'cy@example.org', 'Link', 'secret', 'waiting', 9000000000000, 1)"
            ),
            args![],
        )?;
        Ok(())
    })
    .await
    .unwrap();
    db.close();
}

/// Why the answer for later is held, how many asked for a link, and what is left of the letter with one.
async fn waiting(db: &Db) -> (Option<String>, i64, Option<String>) {
    let of = sql!(
        "SELECT (SELECT held_because FROM scheduled_reply) AS held,
                (SELECT count(*) FROM job WHERE kind = 'sign_in.send_link') AS links,
                (SELECT body FROM outbound WHERE kind = 'account') AS body"
    );
    db.read::<_, Error>(move |conn| conn.one(of, args![])).await.unwrap()
}

async fn states(db: &Db) -> Vec<(String, String, Option<String>)> {
    let of = sql!("SELECT header_id, state, reason FROM outbound WHERE kind = 'notice' ORDER BY header_id");
    db.read::<_, Error>(move |conn| conn.all(of, args![])).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_desk_is_the_same_on_every_pair_of_engines() {
    for from in ["sqlite".to_owned(), postgres()] {
        let (data, files) = (Data::new(), Data::new());
        fill(&data, &from).await;
        let file = files.file("desk.flb");
        let words = ["--data", data.path(), "--database", &from];
        let said = run(&[&["backup", "--to", &file][..], &words].concat()).went_well();
        assert!(said.contains(" 1 files, "), "{said}");
        let db = open(&data, &from);
        let before = rows(&db).await;
        db.close();
        for to in ["sqlite".to_owned(), postgres()] {
            let new = Data::new();
            let words = ["--data", new.path(), "--database", &to];
            let said = run(&[&["restore", "--from", &file][..], &words].concat()).went_well();
            assert!(said.contains("3 mails that were waiting are marked as failed"), "{said}");
            assert!(said.contains("1 answers that were to be sent later are held"), "{said}");
            let db = open(&new, &to);
            let after = rows(&db).await;
            for ((name, before), (same, after)) in before.iter().zip(&after) {
                assert_eq!(name, same);
                if name == "setting" {
                    let is_new = |row: &&String| !before.contains(row);
                    let new: Vec<_> = after.iter().filter(is_new).collect();
                    assert!(matches!(&new[..], [one] if one.contains("restored_at_ms")), "{new:?}");
                } else if !["outbound", "scheduled_reply", "job"].contains(&name.as_str()) {
                    assert_eq!(before, after, "{from} to {to}: {name}");
                }
            }
            assert_eq!(waiting(&db).await, (Some("restored".into()), 0, None));
            let held = |id: &str| (id.to_owned(), "failed".to_owned(), Some("restored, not sent".to_owned()));
            let kept = |id: &str| (id.to_owned(), id.to_owned(), None);
            assert_eq!(states(&db).await, [kept("failed"), held("sending"), kept("sent"), held("waiting")]);
            db.close();
            let key = |data: &Data| std::fs::read(data.0.path().join("secret.key")).unwrap();
            assert_eq!(key(&data), key(&new));

            // It works: somebody gets in, and the next ticket has the next number.
            let bearer = format!("Bearer {}", token(&new, &to));
            let desk = Served::start(new.path(), &["--database", &to]);
            let json = [("authorization", bearer.as_str()), ("content-type", "application/json")];
            let ticket = r#"{"subject":"Next","text":"x","requester":{"email":"cy@example.org"}}"#;
            let next = desk.send("POST", "/api/v1/tickets", &json, ticket);
            assert!(next.status == 201 && next.body.contains(r#""number":2"#), "{}", next.body);
            desk.stop();
            let again = run(&[&["restore", "--from", &file][..], &words].concat()).refused(1);
            assert!(again.contains("there is a desk in"), "{again}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_while_serving_is_whole_and_resend_lets_mails_go() {
    let (data, files, new) = (Data::new(), Data::new(), Data::new());
    fill(&data, "sqlite").await;
    let desk = Served::start(data.path(), &[]);
    let file = files.file("desk.flb");
    run(&["backup", "--data", data.path(), "--to", &file]).went_well();
    let again = run(&["backup", "--data", data.path(), "--to", &file]).refused(1);
    assert!(again.contains("it is there already"), "{again}");
    desk.stop();
    run(&["restore", "--data", new.path(), "--from", &file, "--resend"]).went_well();
    let db = open(&new, "sqlite");
    let of = |id: &str, state: &str| (id.to_owned(), state.to_owned(), None);
    let expected =
        [of("failed", "failed"), of("sending", "waiting"), of("sent", "sent"), of("waiting", "waiting")];
    assert_eq!(states(&db).await, expected);
    assert_eq!(waiting(&db).await, (None, 1, Some("secret".into())), "it goes on where it was");
    db.close();
}

#[test]
fn a_damaged_file_touches_nothing() {
    let (data, files, new) = (Data::new(), Data::new(), Data::new());
    setup(&data, "sqlite").went_well();
    let (file, folder) = (files.file("desk.flb"), new.file("desk"));
    run(&["backup", "--data", data.path(), "--to", &file]).went_well();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let refused = run(&["restore", "--data", &folder, "--from", &file]).refused(1);
    assert!(refused.contains("its checksum is wrong"), "{refused}");
    std::fs::write(&file, b"PK").unwrap();
    assert!(run(&["restore", "--data", &folder, "--from", &file]).refused(1).contains("it is no backup"));
    assert!(
        run(&["restore", "--data", &folder, "--from", "/nowhere"]).refused(1).contains("--from /nowhere: ")
    );
    assert!(!std::path::Path::new(&folder).exists(), "no folder was made");
}

#[test]
fn a_desk_with_somebody_in_it_or_being_served_is_not_replaced() {
    let (data, files, new) = (Data::new(), Data::new(), Data::new());
    setup(&data, "sqlite").went_well();
    let file = files.file("desk.flb");
    run(&["backup", "--data", data.path(), "--to", &file]).went_well();
    let desk = Served::start(new.path(), &[]);
    assert!(
        run(&["restore", "--data", new.path(), "--from", &file])
            .refused(1)
            .contains("another firstline serves")
    );
    desk.stop();
    run(&["restore", "--data", new.path(), "--from", &file]).went_well();
    let gone_in = run(&["token", "create", "--data", new.path(), "--user", ADMIN, "--scopes", "all"]);
    gone_in.went_well();
}
