//! Addresses that were stored before domains had one form: those with letters beyond ASCII are written anew, once.
//!
//! A migration queues it where there is anything to look at: only a program knows how IDNA writes a domain.
use kernel::text;
use platform::{
    Home, args,
    authority::{Grant, System},
    db::{self, Conn, Statement},
    jobs::{Errand, Trouble},
    sql,
};

/// Rows that are looked at in one transaction.
const PAGE: usize = 1000;

/// Writes every stored address whose domain is not in its one form. May run twice: there is nothing left then.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct OneForm {}

impl Errand for OneForm {
    const KIND: &'static str = "email.one_form";

    async fn run(self, home: Home) -> Result<(), Trouble> {
        let grant = Grant::<System>::system(&home);
        for column in columns() {
            let mut after = String::new();
            loop {
                let (column, from) = (column.clone(), after);
                let looked = grant.change::<_, db::Error>(move |tx| page(tx, &column, &from)).await?;
                let Some(last) = looked else { break };
                after = last;
            }
        }
        Ok(())
    }
}
platform::register_errand!(OneForm);

/// A column of addresses or of domains, each of its values once.
#[derive(Clone)]
struct Column {
    /// Its values after `$1`, in order, `$2` at most.
    read: &'static Statement,
    /// Writes `$2` for `$1` where nobody has it.
    write: &'static Statement,
    form: fn(&str) -> Option<String>,
}

fn columns() -> [Column; 4] {
    [
        Column {
            read: sql!("SELECT email AS value FROM contact_email WHERE email > $1 ORDER BY email LIMIT $2"),
            write: sql!(
                "UPDATE contact_email SET email = $2
                  WHERE email = $1 AND NOT EXISTS (SELECT 1 FROM contact_email o WHERE o.email = $2)"
            ),
            form: text::email,
        },
        Column {
            read: sql!("SELECT email AS value FROM desk_user WHERE email > $1 ORDER BY email LIMIT $2"),
            write: sql!(
                "UPDATE desk_user SET email = $2
                  WHERE email = $1 AND NOT EXISTS (SELECT 1 FROM desk_user o WHERE o.email = $2)"
            ),
            form: text::email,
        },
        Column {
            read: sql!("SELECT address AS value FROM inbox WHERE address > $1 ORDER BY address LIMIT $2"),
            write: sql!(
                "UPDATE inbox SET address = $2
                  WHERE address = $1 AND NOT EXISTS (SELECT 1 FROM inbox o WHERE o.address = $2)"
            ),
            form: text::email,
        },
        Column {
            read: sql!(
                "SELECT domain AS value FROM organisation_domain WHERE domain > $1 ORDER BY domain LIMIT $2"
            ),
            write: sql!(
                "UPDATE organisation_domain SET domain = $2
                  WHERE domain = $1 AND NOT EXISTS (SELECT 1 FROM organisation_domain o WHERE o.domain = $2)"
            ),
            form: text::domain,
        },
    ]
}

/// * returns – the last value that was looked at; `None` after all of them.
fn page(conn: &mut Conn, column: &Column, after: &str) -> db::Result<Option<String>> {
    let values = conn.all::<(String,)>(column.read, args![after, PAGE])?;
    for (value,) in &values {
        if value.is_ascii() {
            continue;
        }
        let Some(new) = (column.form)(value).filter(|new| new != value) else { continue };
        if conn.run(column.write, args![value, &new])? == 0 {
            tracing::warn!(
                "two rows have the same address in two forms; the older form stays until somebody merges them"
            );
        }
    }
    Ok(values.into_iter().next_back().map(|(value,)| value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock::{Clock, Millis};
    use platform::db::{MIGRATIONS, migrate};
    use testkit::on_both;

    #[test]
    fn addresses_of_before_are_found_in_their_one_form_and_nobody_loses_one() {
        on_both(async |desk| {
            // As a desk was before this migration, with what people had typed.
            let clock = Clock::fixed(Millis(1_795_251_900_000));
            let at = MIGRATIONS.iter().position(|migration| migration.name == "0037_letters").unwrap();
            migrate(&desk.db, &clock, &MIGRATIONS[..at]).await.unwrap();
            let fill = |conn: &mut Conn| {
                let contact = sql!(
                    "INSERT INTO contact (name, name_folded, created_at_ms, updated_at_ms) VALUES ($1, $1, 1, 1) RETURNING id"
                );
                let address =
                    sql!("INSERT INTO contact_email (email, contact_id, is_primary) VALUES ($1, $2, TRUE)");
                for email in
                    ["jo@müller.example", "ada@größe.example", "ada@xn--gre-6ka8i.example", "bo@x.example"]
                {
                    let (id,) = conn.one::<(i64,)>(contact, args![email])?;
                    conn.run(address, args![email, id])?;
                }
                conn.run(
                    sql!(
                        "INSERT INTO inbox (name, address, receive_kind, created_at_ms)
                           VALUES ('Help', 'help@müller.example', 'smtp', 1)"
                    ),
                    args![],
                )
            };
            desk.db.write::<_, db::Error>(fill).await.unwrap();
            migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
            let home = testkit::home(desk.db.clone(), clock);
            while platform::jobs::run_next(&home).await.unwrap() {}
            let read = |conn: &mut Conn| {
                let mut all = Vec::new();
                for column in columns() {
                    all.extend(conn.all::<(String,)>(column.read, args!["", PAGE])?);
                }
                all.sort();
                Ok::<_, db::Error>(all.into_iter().map(|(value,)| value).collect::<Vec<_>>())
            };
            let all = desk.db.read(read).await.unwrap();
            assert_eq!(
                all,
                [
                    "ada@größe.example", // Somebody has the other form already.
                    "ada@xn--gre-6ka8i.example",
                    "bo@x.example",
                    "help@xn--mller-kva.example",
                    "jo@xn--mller-kva.example",
                ]
            );
        });
    }
}
