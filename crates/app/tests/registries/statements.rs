//! Every statement prepares on both databases.
use platform::db::{self, Error, MIGRATIONS, STATEMENTS};

#[test]
fn every_statement_prepares_on_both_databases() {
    // The program's own code has to be linked, or its registries are empty.
    assert!(app::routes().table.len() > 10);
    testkit::on_both(async |desk| {
        db::migrate(&desk.db, &kernel::clock::Clock::System, MIGRATIONS).await.unwrap();
        let mut refused = Vec::new();
        for statement in STATEMENTS {
            let prepared = desk.db.read::<_, Error>(move |conn| conn.prepare(statement)).await;
            refused.extend(prepared.err().map(|error| format!("\n{}: {error}", statement.at)));
        }
        assert!(STATEMENTS.len() > 100 && refused.is_empty(), "{}: {}", desk.engine, refused.concat());
    });
}

#[test]
fn every_statement_that_a_filter_can_become_prepares_on_both_databases() {
    testkit::on_both(async |desk| {
        db::migrate(&desk.db, &kernel::clock::Clock::System, MIGRATIONS).await.unwrap();
        let all = desk::filter::sql::every();
        assert!(all.len() > 500);
        let mut refused = Vec::new();
        for composed in all {
            let text = composed.text().to_owned();
            let prepared = desk.db.read::<_, Error>(move |conn| conn.prepare_composed(&composed)).await;
            refused.extend(prepared.err().map(|error| format!("\n{text}: {error}")));
        }
        assert!(refused.is_empty(), "{}: {}", desk.engine, refused.concat());
    });
}
