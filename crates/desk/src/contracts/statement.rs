//! The statement of a period: what was agreed, what was used and by what, and what is owed beyond it.
use super::{
    Contract, Terms, Unit, cover,
    money::amount,
    pdf::{HEIGHT, MARGIN, Paper, Side, WIDTH},
    period::Account,
    store::{self, Listed, Spent},
    terms::day,
    usage::{self, Used},
};
use crate::{
    tickets::{Channel, Ticket, TicketError, store::Sight},
    time::policy::shown,
    views::export::{Line as Csv, habits},
};
use jiff::civil::Date;
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Scope, Tx},
    i18n::{self, Language},
};
use std::collections::HashMap;

/// Why a ticket stands in a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = StatementReason, rename_all = "snake_case")]
pub enum Reason {
    /// It counts.
    Counted,
    /// It counts, and is more than what is available.
    Over,
    /// It came in another period; time was spent on it in this one.
    Before,
    /// It was merged into another, which counts.
    Merged,
    /// Nothing counts tickets like it.
    NotCounted,
}
platform::words! { Reason {
    Counted = "counted", Over = "over", Before = "before", Merged = "merged", NotCounted = "not_counted",
} }

/// A ticket of a statement.
#[derive(Clone, Debug)]
pub struct Line {
    pub ticket: Id<Ticket>,
    /// `None` where the reader may not see it.
    pub subject: Option<String>,
    pub requester: Option<String>,
    pub channel: Channel,
    pub day: Date,
    /// As what it counts, and the how manieth of the period it is.
    pub counts: Option<(Unit, i64)>,
    pub reason: Reason,
    pub billable: i64,
    pub other: i64,
    pub spent: Vec<Spent>,
}

/// All that a statement says.
pub struct Statement {
    pub contract: Contract,
    pub organisations: Vec<String>,
    pub terms: Terms,
    pub used: Used,
    pub lines: Vec<Line>,
    /// Whether the period still runs.
    pub is_running: bool,
}

/// How far the person who acts sees tickets; only their own where they may see none.
fn sight<P>(tx: &Tx<P>) -> Sight {
    let reach = tx.actor().reach("tickets.view");
    Sight::within(tx.actor(), reach.unwrap_or(Scope::Own))
}

/// The statement of the period that begins on `from`.
///
/// * errors – 404 where no period begins on that day, or it is still to come.
pub fn of<P>(tx: &mut Tx<P>, contract: Contract, from: Date) -> Result<Statement, TicketError> {
    let all = store::terms(tx, contract.id)?;
    let today = cover::today(tx)?;
    let used = usage::on(tx, &contract, &all, from)?;
    let used = used.filter(|used| used.from == from && from <= today).ok_or_else(Problem::not_found)?;
    let terms = all.into_iter().rev().find(|terms| terms.begins() <= from).ok_or_else(Problem::not_found)?;
    let zone = cover::zone(tx)?;
    let span = (usage::start(used.from, &zone), usage::start(used.until, &zone));
    let (first, end) = (used.from.to_string(), used.until.to_string());
    let sight = sight(tx);
    let listed = store::listed(tx, &sight, contract.id, span, (&first, &end))?;
    let with_time: Vec<_> = listed.iter().filter(|it| it.billable + it.other > 0).map(|it| it.id).collect();
    let mut spent: HashMap<Id<Ticket>, Vec<Spent>> = HashMap::new();
    for entry in store::spent_on(tx, &with_time, (&first, &end))? {
        spent.entry(entry.ticket_id).or_default().push(entry);
    }
    let organisations =
        store::organisations(tx, &[contract.id])?.into_iter().map(|(.., name)| name).collect();
    let mut counted: HashMap<Unit, i64> = HashMap::new();
    let line = |listed: Listed| {
        let day = cover::date(listed.created_at_ms, &zone);
        let is_here = used.from <= day && day < used.until;
        let counts = terms.counts_as(listed.channel == Channel::Phone);
        let counts = counts.filter(|_| is_here && !listed.is_merged).map(|unit| {
            let nth = counted.entry(unit).or_default();
            *nth += 1;
            (unit, *nth)
        });
        let available =
            |unit: Unit| used.accounts.iter().find(|it| it.unit == unit).map_or(0, Account::available);
        let reason = match counts {
            Some((unit, nth)) if nth > available(unit) => Reason::Over,
            Some(_) => Reason::Counted,
            None if !is_here => Reason::Before,
            None if listed.is_merged => Reason::Merged,
            None => Reason::NotCounted,
        };
        let is_seen = listed.subject.is_some();
        let mut entries = spent.remove(&listed.id).unwrap_or_default();
        if !is_seen {
            entries.iter_mut().for_each(|entry| entry.what.clear());
        }
        Line {
            ticket: listed.id,
            subject: listed.subject,
            requester: listed.requester_name,
            channel: listed.channel,
            day,
            counts,
            reason,
            billable: listed.billable,
            other: listed.other,
            spent: entries,
        }
    };
    let mut lines: Vec<Line> = listed.into_iter().map(line).collect();
    // What neither counts nor took time has nothing to say here.
    lines.retain(|line| line.counts.is_some() || line.billable + line.other > 0);
    let is_running = today < used.until;
    Ok(Statement { contract, organisations, terms, used, lines, is_running })
}

/// A number of something as people read it: time as hours and minutes.
pub fn volume(unit: Unit, number: i64) -> String {
    match unit {
        Unit::Time => shown(number),
        Unit::Tickets | Unit::Calls => number.to_string(),
    }
}

/// A day as people of a country write it in a table: `26/11/2026`, `26.11.2026`, `26-11-2026`.
pub fn short_day(language: Language, day: Date) -> String {
    let mark = match language {
        Language::En => '/',
        Language::De => '.',
        Language::Nl => '-',
    };
    format!("{:02}{mark}{:02}{mark}{}", day.day(), day.month(), day.year())
}

impl Statement {
    /// `statement-gold-2026-11-01.pdf`.
    pub fn file_name(&self, ending: &str) -> String {
        let plain = kernel::text::fold(&self.contract.name);
        let plain: String = plain.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        format!("statement-{}-{}.{ending}", plain.trim_matches('-'), self.used.from)
    }
    pub fn billable(&self) -> i64 {
        self.lines.iter().map(|line| line.billable).sum()
    }
    pub fn other(&self) -> i64 {
        self.lines.iter().map(|line| line.other).sum()
    }
    /// Why a line stands there, in words.
    pub fn because(&self, language: Language, line: &Line) -> String {
        let words = |key: &str| i18n::text(language, key);
        let key = format!("statement-reason-{}", line.reason.word().replace('_', "-"));
        match line.counts {
            Some((unit, nth)) => i18n::format(
                language,
                &key,
                &[("unit", words(&format!("contract-one-{}", unit.word())).into()), ("number", nth.into())],
            ),
            None => words(&key).to_owned(),
        }
    }

    /// The tickets and, after an empty line, the sums: as spreadsheets of the reader's country take it.
    pub fn csv(&self, language: Language) -> String {
        let (delimiter, mark) = habits(language);
        let words = |key: &str| i18n::text(language, key);
        let mut out = mark.to_owned();
        let mut row = |cells: &[&str]| {
            let mut line = Csv::new(delimiter);
            cells.iter().for_each(|cell| line.cell(cell));
            out.push_str(&line.end());
        };
        row(&[
            words("export-number"),
            words("statement-day"),
            words("export-subject"),
            words("export-requester"),
            words("export-channel"),
            words("statement-counts-as"),
            words("statement-billable-minutes"),
            words("statement-other-minutes"),
        ]);
        for line in &self.lines {
            let channel = words(&format!("channel-{}", line.channel.word().replace('_', "-")));
            row(&[
                &line.ticket.to_string(),
                &line.day.to_string(),
                line.subject.as_deref().unwrap_or(words("statement-hidden")),
                line.requester.as_deref().unwrap_or_default(),
                channel,
                &self.because(language, line),
                &line.billable.to_string(),
                &line.other.to_string(),
            ]);
        }
        row(&[]);
        row(&[
            words("statement-what"),
            words("statement-included"),
            words("statement-carried"),
            words("statement-used"),
            words("statement-over"),
            words("statement-price"),
            words("statement-amount"),
        ]);
        let money = |minor: Option<i64>| match minor {
            Some(minor) => amount(language, minor, &self.used.currency),
            None => String::new(),
        };
        for account in &self.used.accounts {
            let number = |number: i64| volume(account.unit, number);
            row(&[
                words(&format!("contract-unit-{}", account.unit.word())),
                &number(account.included),
                &number(account.carried),
                &number(account.used),
                &number(account.over()),
                &money(account.price),
                &money(account.amount()),
            ]);
        }
        if let Some(sum) = self.used.amount() {
            row(&[words("statement-sum"), "", "", "", "", "", &money(Some(sum))]);
        }
        out
    }

    /// The same on paper.
    pub fn pdf(&self, language: Language, desk: &str) -> Result<Vec<u8>, Problem> {
        let words = |key: &str| i18n::text(language, key);
        let date = |day: Date| short_day(language, day);
        let money = |minor: Option<i64>| match minor {
            Some(minor) => amount(language, minor, &self.used.currency),
            None => "–".to_owned(),
        };
        let right = WIDTH - MARGIN;
        let span = format!("{} – {}", date(self.used.from), date(self.used.last()));
        let mut paper = Paper::default();
        let left = |x: f32| (x, Side::Left);
        paper.down(12.0);
        paper.words(left(MARGIN), 9.0, false, desk, 300.0);
        paper.down(30.0);
        paper.words(left(MARGIN), 18.0, true, &self.contract.name, 500.0);
        paper.down(18.0);
        paper.words(left(MARGIN), 11.0, false, &self.organisations.join(", "), 500.0);
        paper.down(18.0);
        paper.words(left(MARGIN), 11.0, true, &format!("{} {span}", words("statement-title")), 500.0);
        if self.is_running {
            paper.down(14.0);
            paper.words(left(MARGIN), 9.0, false, words("statement-running"), 500.0);
        }
        paper.down(30.0);
        let columns = [250.0, 310.0, 370.0, 420.0, 480.0, right];
        let heads = ["included", "carried", "used", "over", "price", "amount"];
        for (x, head) in columns.iter().zip(heads) {
            paper.words((*x, Side::Right), 8.0, true, words(&format!("statement-{head}")), 64.0);
        }
        paper.words(left(MARGIN), 8.0, true, words("statement-what"), 120.0);
        paper.rule(0.4);
        for account in &self.used.accounts {
            paper.down(18.0);
            paper.words(
                left(MARGIN),
                9.0,
                false,
                words(&format!("contract-unit-{}", account.unit.word())),
                120.0,
            );
            let number = |number: i64| volume(account.unit, number);
            let cells = [
                number(account.included),
                number(account.carried),
                number(account.used),
                number(account.over()),
                money(account.price),
                money(account.amount()),
            ];
            for (x, cell) in columns.iter().zip(&cells) {
                paper.words((*x, Side::Right), 9.0, false, cell, 74.0);
            }
            // The picture: what is used of what is available, and what is more in another colour.
            paper.down(12.0);
            let whole = account.available().max(account.used).max(1) as f32;
            let length = right - MARGIN;
            let inside = account.used.min(account.available()) as f32 / whole * length;
            let room = account.available() as f32 / whole * length;
            paper.bar(MARGIN, (room.max(1.0), 5.0), [0.88, 0.89, 0.91]);
            paper.bar(MARGIN, (inside, 5.0), [0.21, 0.33, 0.78]);
            if account.over() > 0 {
                paper.bar(MARGIN + room, (length - room, 5.0), [0.72, 0.2, 0.16]);
            }
        }
        if let Some(sum) = self.used.amount() {
            paper.down(24.0);
            paper.rule(0.4);
            paper.words(left(MARGIN), 10.0, true, words("statement-sum"), 200.0);
            paper.words((right, Side::Right), 10.0, true, &money(Some(sum)), 120.0);
        }
        paper.down(36.0);
        paper.words(left(MARGIN), 11.0, true, words("statement-tickets"), 300.0);
        let head = |paper: &mut Paper| {
            paper.down(18.0);
            paper.words(left(MARGIN), 8.0, true, words("export-number"), 40.0);
            paper.words(left(96.0), 8.0, true, words("statement-day"), 56.0);
            paper.words(left(158.0), 8.0, true, words("export-subject"), 180.0);
            paper.words(left(345.0), 8.0, true, words("statement-counts-as"), 110.0);
            paper.words((right, Side::Right), 8.0, true, words("statement-time"), 80.0);
            paper.rule(0.4);
        };
        head(&mut paper);
        for line in &self.lines {
            if paper.down(15.0) {
                // The names of the columns stand above each page.
                paper.y = HEIGHT - MARGIN;
                head(&mut paper);
                paper.down(15.0);
            }
            paper.words(left(MARGIN), 8.5, false, &format!("#{}", line.ticket), 44.0);
            paper.words(left(96.0), 8.5, false, &date(line.day), 58.0);
            let subject = line.subject.as_deref().unwrap_or(words("statement-hidden"));
            paper.words(left(158.0), 8.5, false, subject, 180.0);
            paper.words(left(345.0), 8.5, false, &self.because(language, line), 140.0);
            let time = if line.billable > 0 { shown(line.billable) } else { "–".to_owned() };
            paper.words((right, Side::Right), 8.5, false, &time, 60.0);
            for entry in &line.spent {
                paper.down(11.0);
                let bill = if entry.is_billable { "" } else { words("time-not-billed") };
                let parts = [date(day(&entry.day)), entry.what.clone(), bill.to_owned()];
                let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                paper.words(left(158.0), 7.5, false, &parts.join(" · "), 310.0);
                paper.words((right - 40.0, Side::Right), 7.5, false, &shown(entry.minutes), 60.0);
            }
        }
        if self.lines.is_empty() {
            paper.down(16.0);
            paper.words(left(MARGIN), 9.0, false, words("statement-no-tickets"), 400.0);
        }
        let title = format!("{} {span}", self.contract.name);
        let foot = |page: usize, of: usize| format!("{} · {span} · {page}/{of}", self.contract.name);
        paper.finish(&title, language.word(), foot).map_err(|_| Problem::internal())
    }
}
