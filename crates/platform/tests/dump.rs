//! Tables go out of one database and into another without a change.
use platform::{
    args,
    db::{Db, Error, MIGRATIONS, Value, dump, migrate},
    sql,
};
use testkit::Desk;

/// Every table, with every row as text.
async fn content(db: &Db) -> Vec<(dump::Table, Vec<String>)> {
    db.read::<_, Error>(|conn| {
        dump::take_your_time(conn)?;
        let mut all = Vec::new();
        for table in dump::tables(conn)? {
            let mut rows = Vec::new();
            table.rows::<Error>(conn, |values| {
                rows.push(format!("{values:?}"));
                Ok(())
            })?;
            rows.sort();
            all.push((table, rows));
        }
        Ok(all)
    })
    .await
    .unwrap()
}

fn set(db: &Db, values: Vec<(String, i64)>) -> impl Future<Output = Result<(), Error>> {
    db.write(move |conn| {
        for (name, at) in values {
            conn.run(
                sql!(
                    "INSERT INTO team (name, name_folded, is_archived, created_at_ms) VALUES ($1, $1, $2, $3)"
                ),
                args![&name, at % 2 == 0, at],
            )?;
        }
        Ok(())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_one_engine_are_the_same_on_the_other() {
    let clock = kernel::clock::Clock::System;
    for (from, to) in [(Desk::sqlite(), Desk::postgres()), (Desk::postgres(), Desk::sqlite())] {
        migrate(&from.db, &clock, MIGRATIONS).await.unwrap();
        migrate(&to.db, &clock, MIGRATIONS).await.unwrap();
        let teams = (0..1201).map(|n| (format!("Team 'ä\u{1F600}' {n}"), i64::MAX - n)).collect();
        set(&from.db, teams).await.unwrap();
        let gone = sql!("DELETE FROM team WHERE id > 1200");
        from.db.write::<_, Error>(move |conn| conn.run(gone, args![])).await.unwrap();

        let whole = content(&from.db).await;
        to.db
            .write::<_, Error>(move |conn| {
                let tables = dump::tables(conn)?;
                for table in tables.iter().rev() {
                    table.clear(conn)?;
                }
                Ok(())
            })
            .await
            .unwrap();
        // Row by row, as a restore does it.
        let (send, receive) = std::sync::mpsc::sync_channel::<(usize, Vec<Owned>)>(64);
        let (reading, writing) = (from.db.clone(), to.db.clone());
        let read = reading.read::<_, Error>(move |conn| {
            for (index, table) in dump::tables(conn)?.iter().enumerate() {
                table.rows::<Error>(conn, |values| {
                    send.send((index, values.iter().map(Owned::of).collect())).unwrap();
                    Ok(())
                })?;
            }
            Ok(())
        });
        let write = writing.write::<_, Error>(move |conn| {
            let tables = dump::tables(conn)?;
            while let Ok((index, row)) = receive.recv() {
                tables[index].insert(conn, &[row.iter().map(Owned::value).collect()])?;
            }
            for table in &tables {
                if table.last_number.is_some() {
                    table.number_after(conn, if table.name == "team" { 1201 } else { 0 })?;
                }
            }
            Ok(())
        });
        let (read, written) = tokio::join!(read, write);
        read.unwrap();
        written.unwrap();

        let (there, here) = (content(&to.db).await, whole);
        assert_eq!(there.len(), here.len());
        for ((table, rows), (of, expected)) in there.iter().zip(&here) {
            assert_eq!((&table.name, rows), (&of.name, expected));
            assert_eq!(table.columns, of.columns, "{}", table.name);
        }
        let team = here.iter().find(|(table, _)| table.name == "team").unwrap();
        assert_eq!(team.1.len(), 1200);
        set(&to.db, vec![("new".into(), 1)]).await.unwrap();
        let newest = sql!("SELECT max(id) AS id FROM team");
        let (id,) = to.db.read::<(i64,), Error>(move |conn| conn.one(newest, args![])).await.unwrap();
        assert_eq!(id, 1202, "the number of a row that is gone is not given again");
    }
}

enum Owned {
    Null,
    Bool(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}
impl Owned {
    fn of(value: &Value) -> Owned {
        match *value {
            Value::Null => Owned::Null,
            Value::Bool(v) => Owned::Bool(v),
            Value::Integer(v) => Owned::Integer(v),
            Value::Real(v) => Owned::Real(v),
            Value::Text(v) => Owned::Text(v.into()),
            Value::Bytes(v) => Owned::Bytes(v.into()),
        }
    }
    fn value(&self) -> Value<'_> {
        match self {
            Owned::Null => Value::Null,
            Owned::Bool(v) => Value::Bool(*v),
            Owned::Integer(v) => Value::Integer(*v),
            Owned::Real(v) => Value::Real(*v),
            Owned::Text(v) => Value::Text(v),
            Owned::Bytes(v) => Value::Bytes(v),
        }
    }
}

#[test]
fn a_table_comes_after_those_it_refers_to() {
    testkit::on_both(async |desk| {
        migrate(&desk.db, &kernel::clock::Clock::System, MIGRATIONS).await.unwrap();
        let tables = desk.db.read::<_, Error>(dump::tables).await.unwrap();
        let place = |name: &str| tables.iter().position(|table| table.name == name).unwrap();
        for (first, then) in
            [("role", "desk_user"), ("contact", "ticket"), ("ticket", "message"), ("blob", "attachment")]
        {
            assert!(place(first) < place(then), "{first} before {then}");
        }
        assert!(tables.iter().all(|table| table.name != "migration"));
    });
}
