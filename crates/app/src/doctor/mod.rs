//! `firstline doctor`: looks at everything that must hold, and changes nothing.
//!
//! The invariants I1 to I9 of a desk, as far as the features exist, are the checks over the data; beside them stand
//! checks of the place: configuration, folder, database, program.
mod place;
mod store;

use crate::{config::Config, failure::Failure, indexing, open};
use kernel::clock::{Clock, Millis};
use platform::{
    blobs::Blobs,
    db::{self, Conn, catalogue, dump},
};
use std::io::Write;

/// What is wrong, and which rows or files.
pub struct Finding(String);

/// How many rows a finding names.
const NAMED: usize = 20;

/// A check over the data.
struct Check {
    name: &'static str,
    /// The rows that break it, as they are called in the advice; 21 at most.
    broken: fn(&mut Conn, Millis) -> db::Result<Vec<(String,)>>,
    what: &'static str,
    advice: &'static str,
}

const RESTORE: &str =
    "compare with a backup and tell the makers of the program: this cannot come from using it";

/// In the order in which they are printed. Of the invariants, I1 is `inbound-*`, I2 `outbound-*`, I3 `blobs` (contents of
/// uploads that nobody sent may stay behind), I4
/// `message-raw`, I5 `ticket-counts`, I8 `database-file` (references; a desk is a database, so there is nobody else's
/// row) and I9 `ticket-status`. I6 and I7 come with promises of time and with the audit chain.
const CHECKS: &[Check] = &[
    Check {
        name: "ticket-status",
        broken: store::tickets_beside_their_status,
        what: "tickets whose category is not that of their status",
        advice: RESTORE,
    },
    Check {
        name: "ticket-requester",
        broken: store::tickets_without_requester,
        what: "tickets whose requester does not take part",
        advice: RESTORE,
    },
    Check {
        name: "contact-merges",
        broken: store::contacts_that_lead_astray,
        what: "contacts whose id leads elsewhere than their merges",
        advice: RESTORE,
    },
    Check {
        name: "ticket-assignment",
        broken: store::tickets_of_nobody,
        what: "tickets that belong to a team, a person or an inbox that does not exist",
        advice: "assign them anew",
    },
    Check {
        name: "deadlines",
        broken: store::deadlines_beside_the_log,
        what: "tickets whose kept deadlines are not what their history says",
        advice: "run `firstline reindex`",
    },
    Check {
        name: "stays",
        broken: store::stays_beside_their_clock,
        what: "hand-overs of which a ticket or an alarm says something else than their clock",
        advice: "run `firstline reindex`",
    },
    Check {
        name: "time-spent",
        broken: store::time_beside_its_sum,
        what: "tickets whose time spent is not what its entries add up to",
        advice: RESTORE,
    },
    Check {
        name: "checklists",
        broken: store::checklists_beside_their_items,
        what: "tickets that say something else of their checklist than its items do",
        advice: RESTORE,
    },
    Check {
        name: "side-conversations",
        broken: store::marks_beside_side_conversations,
        what: "tickets that say something else than their side conversations do",
        advice: RESTORE,
    },
    Check {
        name: "contracts",
        broken: store::tickets_of_no_contract,
        what: "tickets whose contract is not there",
        advice: RESTORE,
    },
    Check {
        name: "message-raw",
        broken: store::messages_without_raw,
        what: "messages that came by mail but have no raw mail",
        advice: RESTORE,
    },
    Check {
        name: "inbound-final",
        broken: store::inbound_stuck,
        what: "mails that came in and have been neither decided nor tried for an hour",
        advice: "is `firstline serve` running? If so, replay them in the ledger",
    },
    Check {
        name: "inbound-outcome",
        broken: store::inbound_without_ticket,
        what: "mails whose outcome names a ticket that is not there",
        advice: "replay them in the ledger",
    },
    Check {
        name: "inbound-once",
        broken: store::inbound_twice,
        what: "mails that came in once and stand in tickets twice",
        advice: RESTORE,
    },
    Check {
        name: "outbound-outcome",
        broken: store::outbound_without_message,
        what: "answers that should go out and whose message is not there",
        advice: RESTORE,
    },
    Check {
        name: "outbound-final",
        broken: store::outbound_stuck,
        what: "mails that should have gone out an hour ago and have not been tried",
        advice: "is `firstline serve` running? If so, look at the health page of their inbox",
    },
    Check {
        name: "jobs",
        broken: store::jobs_stuck,
        what: "jobs that should have run an hour ago",
        advice: "is `firstline serve` running? If so, restart it and look at its log",
    },
    Check {
        name: "events",
        broken: store::readers_ahead,
        what: "readers of the event log that are ahead of it",
        advice: "was the database replaced by an older copy? Use `firstline restore` for that",
    },
    Check {
        name: "clock",
        broken: store::events_of_the_future,
        what: "events that happened in the future",
        advice: "set the clock of this machine; expected it to be right to five minutes",
    },
];

/// A configuration that cannot be read is a finding like any other.
pub fn of_configuration(failure: &Failure) -> Failure {
    say(format_args!("FINDING configuration: {failure}"));
    Failure::Found
}

pub async fn run(config: &Config) -> Result<(), Failure> {
    let mut report = Report::default();
    report.add("configuration", Ok(Vec::new()));
    for (name, findings) in place::look(config) {
        report.add(name, Ok(findings));
    }
    match open::existing(config).await {
        Ok(db) => {
            report.add("database", Ok(Vec::new()));
            let place = config.place.clone();
            let in_clear = db.read(move |conn| catalogue::is_in_clear(conn, &place)).await;
            report.add("database-tls", in_clear.map(in_clear_text));
            let is_current = migrations(&db, &mut report).await;
            if is_current {
                data(config, &db, &mut report).await?;
                let index = indexing::findings(config, &db).await;
                report.add("search-index", index.map(|found| found.into_iter().map(Finding).collect()));
            }
            db.close();
        }
        Err(failure) => report.add("database", Ok(vec![Finding(failure.to_string())])),
    }
    if report.has_findings { Err(Failure::Found) } else { Ok(()) }
}

/// * `is_so` – whether everything of the desk, passwords' hashes included, crosses the network for anybody to read.
fn in_clear_text(is_so: bool) -> Vec<Finding> {
    let what = "the database is on another machine, and what goes there and back is not encrypted; switch TLS on in \
                PostgreSQL and add sslmode=require to the address, or add sslmode=disable if the network itself is \
                encrypted";
    if is_so { vec![Finding(what.into())] } else { Vec::new() }
}

/// One line. Whoever has read enough, as `head` does, still gets the code that all of it comes to.
fn say(line: std::fmt::Arguments) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[derive(Default)]
struct Report {
    has_findings: bool,
}
impl Report {
    fn add(&mut self, name: &str, findings: db::Result<Vec<Finding>>) {
        let findings =
            findings.unwrap_or_else(|error| vec![Finding(format!("it could not be checked: {error}"))]);
        if findings.is_empty() {
            say(format_args!("ok {name}"));
        }
        for Finding(text) in findings {
            self.has_findings = true;
            say(format_args!("FINDING {name}: {text}"));
        }
    }
}

/// * returns – whether the tables are those that the other checks expect.
async fn migrations(db: &db::Db, report: &mut Report) -> bool {
    let pending = db::pending(db, db::MIGRATIONS).await;
    let done = db.read(db::migrations_done).await;
    let mut findings = Vec::new();
    if let Ok(pending) = &pending
        && !pending.names.is_empty()
    {
        let names = pending.names.join(", ");
        findings.push(Finding(format!(
            "{names} did not run yet; run `firstline migrate`, or start `firstline serve`"
        )));
    }
    for (name, checksum) in done.iter().flatten() {
        match db::MIGRATIONS.iter().find(|known| known.name == name) {
            None => findings
                .push(Finding(format!("{name} is of a newer program; expected that program, not this one"))),
            Some(known) if known.checksum() != *checksum => {
                findings.push(Finding(format!("{name} changed after it ran; expected a released program")));
            }
            Some(_) => {}
        }
    }
    let is_current = findings.is_empty() && pending.is_ok() && done.is_ok();
    report.add("migrations", pending.and(done).map(|_| findings));
    is_current
}

/// Everything on one snapshot, so that a desk that is being served is seen at one moment.
async fn data(config: &Config, db: &db::Db, report: &mut Report) -> Result<(), Failure> {
    // Where there is no folder, another one has none of the files either; nothing is made.
    let folder = if config.blobs().exists() { config.blobs() } else { config.data.clone() };
    let blobs = Blobs::open(folder).map_err(Failure::at(config.blobs().display()))?;
    let now = Clock::System.now();
    let seen = db.read::<_, db::Error>(move |conn| {
        dump::take_your_time(conn)?;
        let mut seen = vec![("database-file", Ok(damage(conn)?)), ("ticket-counts", counts(conn))];
        for check in CHECKS {
            let broken = (check.broken)(conn, now);
            seen.push((check.name, broken.map(|rows| named(rows, check.what, check.advice))));
        }
        seen.push(("blobs", contents(conn, &blobs)));
        Ok(seen)
    });
    for (name, findings) in seen.await? {
        report.add(name, findings);
    }
    Ok(())
}

fn named(rows: Vec<(String,)>, what: &str, advice: &str) -> Vec<Finding> {
    if rows.is_empty() {
        return Vec::new();
    }
    let more = if rows.len() > NAMED { " and more" } else { "" };
    let ids: Vec<String> = rows.into_iter().take(NAMED).map(|(id,)| id).collect();
    vec![Finding(format!("{what}: {}{more}; {advice}", ids.join(", ")))]
}

fn damage(conn: &mut Conn) -> db::Result<Vec<Finding>> {
    let rows = catalogue::damage(conn)?.into_iter().map(|text| (text,)).collect();
    Ok(named(
        rows,
        "the database is damaged",
        "stop the program, keep the files, and restore the last backup",
    ))
}

fn counts(conn: &mut Conn) -> db::Result<Vec<Finding>> {
    let wrong = desk::tickets::counts::wrong(conn)?.into_iter();
    let rows = wrong.map(|(team, assignee, category, kept, found)| {
        (format!("team {team} assignee {assignee} {category} (counted {found}, kept {kept})"),)
    });
    Ok(named(rows.collect(), "the kept numbers of tickets are wrong", "run `firstline reindex`"))
}

fn contents(conn: &mut Conn, blobs: &Blobs) -> db::Result<Vec<Finding>> {
    let bad = platform::blobs::check(conn, blobs)?.into_iter().map(|hash| (hash.hex(),)).collect();
    Ok(named(bad, "contents that are missing or damaged", "put the files back into `blobs` from a backup"))
}
