//! A list as a file, whatever its length: read and sent page by page, each in a transaction of its own.
//!
//! The newest ticket comes first, whatever the list's order: numbers do not change while the file is written, so that
//! no ticket is left out or comes twice.
use super::xlsx::{Book, Cell};
use crate::{
    fields,
    filter::{Filter, Order, Place, Reader, find},
    tickets::{
        Ticket, TicketError, ViewTickets,
        api::{Chosen, found_bodies},
        store,
    },
};
use axum::{
    body::{Body, Bytes},
    extract::Query,
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Tx},
    db,
    i18n::{self, Language},
    web::{Failure, file_name_header},
};
use std::collections::BTreeMap;

/// Tickets of one page.
const PAGE: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xlsx,
    Jsonl,
}
platform::words! { Format { Csv = "csv", Xlsx = "xlsx", Jsonl = "jsonl" } }

#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `csv`, `xlsx`, or `jsonl`: a ticket a line, as `GET /api/v1/tickets` has it. `csv` unless given.
    format: Option<String>,
}

/// A line of CSV. What a spreadsheet would take for a formula begins with `'`.
pub struct Line {
    text: String,
    delimiter: char,
    is_first: bool,
}
impl Line {
    pub fn new(delimiter: char) -> Line {
        Line { text: String::new(), delimiter, is_first: true }
    }
    pub fn cell(&mut self, text: &str) {
        if !std::mem::take(&mut self.is_first) {
            self.text.push(self.delimiter);
        }
        // Programs look past blanks, and take the wide forms for the narrow ones.
        let first = text.trim_start_matches([' ', '\u{a0}', '\u{feff}']).chars().next();
        let is_formula = first.is_some_and(|c| "=+-@\t\r\n|%＝＋－＠".contains(c));
        let has_syntax = text.contains(['"', '\n', '\r', '\t', ';', ',']) || text.contains(self.delimiter);
        if has_syntax {
            self.text.push('"');
        }
        if is_formula {
            self.text.push('\'');
        }
        for c in text.chars() {
            if c == '"' {
                self.text.push('"');
            }
            self.text.push(c);
        }
        if has_syntax {
            self.text.push('"');
        }
    }
    /// A number, which is no formula.
    pub fn number(&mut self, number: impl std::fmt::Display) {
        if !std::mem::take(&mut self.is_first) {
            self.text.push(self.delimiter);
        }
        self.text.push_str(&number.to_string());
    }
    pub fn end(mut self) -> String {
        self.text.push_str("\r\n");
        self.text
    }
}

/// How spreadsheets of a country read CSV: what stands between cells, and whether they need to be told of UTF-8.
pub(crate) fn habits(language: Language) -> (char, &'static str) {
    match language {
        Language::En => (',', ""),
        Language::De | Language::Nl => (';', "\u{feff}"),
    }
}

const COLUMNS: [&str; 18] = [
    "number",
    "subject",
    "type",
    "status",
    "priority",
    "channel",
    "requester",
    "email",
    "organisation",
    "team",
    "assignee",
    "tags",
    "created",
    "updated",
    "due",
    "solved",
    "spent",
    "contract",
];

/// The way through a list.
struct Walk {
    grant: Grant<ViewTickets>,
    filter: Filter,
    reader: Reader,
    format: Format,
    fields: Vec<fields::Field>,
    after: Option<Place>,
    has_begun: bool,
    is_done: bool,
    /// The workbook under way, where it is to be one.
    book: Option<Book>,
}
/// What one transaction read.
enum Part {
    Lines(String),
    Rows(Vec<Vec<Cell>>),
}
impl Walk {
    /// The next part of the file; `None` at its end.
    async fn next(mut self) -> Result<Option<(Bytes, Walk)>, TicketError> {
        if self.is_done {
            return Ok(None);
        }
        let (filter, reader, after, format) =
            (self.filter.clone(), self.reader.clone(), self.after, self.format);
        let (language, fields, is_first) =
            (self.grant.actor().language, self.fields.clone(), !self.has_begun);
        let head = head(language, &self.fields);
        let work = move |tx: &mut Tx<ViewTickets>| {
            let found = find::walk(tx, &filter, &reader, Order::Created, after, PAGE)?;
            let part = match format {
                Format::Csv | Format::Xlsx => Part::Rows(table(tx, &reader, language, &fields, &found.ids)?),
                Format::Jsonl => Part::Lines(jsonl(tx, &found.ids, language)?),
            };
            Ok::<_, db::Error>((part, found.next))
        };
        let (part, next) = self.grant.read(work).await?;
        (self.is_done, self.after, self.has_begun) = (next.is_none(), next, true);
        let bytes: Bytes = match (part, format) {
            (Part::Lines(text), _) => text.into(),
            (Part::Rows(rows), Format::Xlsx) => {
                let failed = |_| TicketError::from(Problem::internal());
                let mut book = match self.book.take() {
                    Some(book) => book,
                    None => Book::new(i18n::text(language, "frame-tickets"), head).map_err(failed)?,
                };
                for row in &rows {
                    book.row(row).map_err(failed)?;
                }
                if self.is_done {
                    book.finish().map_err(failed)?.into()
                } else {
                    let ready = book.take();
                    self.book = Some(book);
                    ready.into()
                }
            }
            (Part::Rows(rows), _) => {
                let (delimiter, mark) = habits(language);
                match is_first {
                    true => format!("{mark}{}{}", csv(delimiter, &[head]), csv(delimiter, &rows)).into(),
                    false => csv(delimiter, &rows).into(),
                }
            }
        };
        Ok(Some((bytes, self)))
    }
}

fn jsonl(tx: &mut Tx<ViewTickets>, ids: &[Id<Ticket>], language: Language) -> db::Result<String> {
    let lines = found_bodies(tx, ids, language)?;
    let line = |body| serde_json::to_string(&body).unwrap_or_default() + "\n";
    Ok(lines.into_iter().map(line).collect())
}

/// The first row.
fn head(language: Language, fields: &[fields::Field]) -> Vec<Cell> {
    let own = COLUMNS.iter().map(|column| i18n::text(language, &format!("export-{column}")).to_owned());
    own.chain(fields.iter().map(|field| field.name.clone())).map(Cell::Text).collect()
}
/// A row for each ticket, the newest first.
fn table(
    tx: &mut Tx<ViewTickets>,
    reader: &Reader,
    language: Language,
    fields: &[fields::Field],
    ids: &[Id<Ticket>],
) -> db::Result<Vec<Vec<Cell>>> {
    let mut tickets = store::by_ids(tx, ids)?;
    tickets.sort_by_key(|ticket| std::cmp::Reverse(ticket.id.number()));
    let mut tags: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for tag in store::tags(tx, ids)? {
        tags.entry(tag.ticket_id).or_default().push(tag.tag);
    }
    let values = fields::of_tickets(tx, ids)?;
    let word = |kind: &str, word: &str| {
        Cell::Text(i18n::text(language, &format!("{kind}-{}", word.replace('_', "-"))).to_owned())
    };
    let text = |text: Option<String>| text.filter(|text| !text.is_empty()).map_or(Cell::Empty, Cell::Text);
    let time = |at: Millis| Cell::Time(at.timestamp().to_zoned(reader.zone.clone()).datetime());
    let row = |ticket: Ticket| {
        let (name, code) = (ticket.status_name.as_deref(), ticket.status_code.as_deref());
        let status = crate::statuses::name_in(language, name, code, ticket.category);
        let mut row = vec![
            Cell::Whole(ticket.id.number()),
            Cell::Text(ticket.subject),
            word("ticket-kind", ticket.kind.word()),
            Cell::Text(status),
            word("priority", ticket.priority.word()),
            word("channel", ticket.channel.word()),
            text(Some(ticket.requester_name)),
            text(ticket.requester_email),
            text(ticket.organisation_name),
            text(ticket.team_name),
            text(ticket.assignee_name),
            text(tags.remove(&ticket.id).map(|tags| tags.join(", "))),
            time(ticket.created_at_ms),
            time(ticket.updated_at_ms),
            ticket.due_at_ms.map_or(Cell::Empty, time),
            ticket.solved_at_ms.map_or(Cell::Empty, time),
            Cell::Whole(ticket.spent_minutes),
            text(ticket.contract_name),
        ];
        let own = values.get(&ticket.id);
        row.extend(fields.iter().map(|field| match own.and_then(|own| own.get(&field.key)) {
            None => Cell::Empty,
            Some(serde_json::Value::String(text)) if field.kind == fields::FieldKind::Date => {
                text.parse().map_or_else(|_| Cell::Text(text.clone()), Cell::Date)
            }
            Some(serde_json::Value::String(text)) => Cell::Text(text.clone()),
            Some(other) => other.as_f64().map_or_else(|| Cell::Text(other.to_string()), Cell::Decimal),
        }));
        row
    };
    Ok(tickets.into_iter().map(row).collect())
}
fn csv(delimiter: char, rows: &[Vec<Cell>]) -> String {
    let mut out = String::new();
    for row in rows {
        let mut line = Line::new(delimiter);
        for cell in row {
            match cell {
                Cell::Empty => line.cell(""),
                Cell::Text(text) => line.cell(text),
                Cell::Whole(number) => line.number(number),
                Cell::Decimal(number) => line.number(number),
                Cell::Time(at) => line.cell(&at.strftime("%Y-%m-%d %H:%M").to_string()),
                Cell::Date(at) => line.cell(&at.to_string()),
            }
        }
        out.push_str(&line.end());
    }
    out
}

async fn file(grant: Grant<ViewTickets>, chosen: Chosen, asked: Asked) -> Result<Response, Failure> {
    let word = asked.format.as_deref().unwrap_or("csv");
    let format = Format::from_word(word).ok_or(Problem::field("format", "unknown_word"))?;
    let work = move |tx: &mut Tx<ViewTickets>| {
        let (filter, _) = chosen.read(tx)?;
        let reader = Reader::of(tx);
        Ok::<_, TicketError>((filter, reader, fields::all(tx)?))
    };
    let (filter, reader, fields) = grant.read(work).await?;
    let day = reader.now.timestamp().to_zoned(reader.zone.clone()).date();
    let walk = Walk {
        grant,
        filter,
        reader,
        format,
        fields,
        after: None,
        has_begun: false,
        is_done: false,
        book: None,
    };
    // The first part is read before the answer begins: what cannot be read is a problem, and not half a file.
    let first = walk.next().await?;
    let rest = stream::try_unfold(first, |part| async move {
        let Some((bytes, walk)) = part else { return Ok(None) };
        // A client that hears of no end has no whole file, and knows it.
        let next = walk.next().await.map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok::<_, std::io::Error>(Some((bytes, next)))
    });
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::Jsonl => "application/jsonl",
    };
    let name = file_name_header(false, &format!("tickets-{day}.{}", format.word()));
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(rest)).into_response())
}

/// `GET /tickets/export`.
pub async fn page(
    grant: Grant<ViewTickets>,
    Query(chosen): Query<Chosen>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    file(grant, chosen, asked).await
}

/// Export tickets as a file, newest first, without a limit.
///
/// CSV and XLSX are in the language of the caller, CSV with its delimiter; what a spreadsheet would take for a formula
/// begins with `'` in CSV, and is a text in XLSX.
#[utoipa::path(get, path = "/api/v1/tickets/export", tag = "tickets", params(Chosen, Asked),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn api(
    grant: Grant<ViewTickets>,
    Query(chosen): Query<Chosen>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    file(grant, chosen, asked).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut line = Line::new(';');
        line.cell(text);
        line.end()
    }
    /// The cells of one line, as a spreadsheet takes it apart.
    fn cells(line: &str, delimiter: char) -> Vec<String> {
        let (mut all, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
        let mut rest = line.strip_suffix("\r\n").unwrap().chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '"' if is_quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
                '"' => is_quoted = !is_quoted,
                c if c == delimiter && !is_quoted => all.push(std::mem::take(&mut cell)),
                c => cell.push(c),
            }
        }
        all.push(cell);
        all
    }
    #[test]
    fn two_hundred_formulas_are_texts_in_csv() {
        let formulas = super::super::xlsx::tests::formulas();
        assert!(formulas.len() >= 200);
        for delimiter in [',', ';'] {
            for formula in &formulas {
                let mut line = Line::new(delimiter);
                line.cell("a");
                line.cell(formula);
                line.cell("z");
                let line = line.end();
                let cells = cells(&line, delimiter);
                assert_eq!(cells, ["a", &format!("'{formula}"), "z"], "{line}");
            }
        }
    }
    #[test]
    fn no_cell_is_a_formula() {
        for begin in ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "\u{a0}+"] {
            let text = cell(&format!("{begin}HYPERLINK(\"http://x\";\"y\")"));
            assert!(text.trim_start_matches('"').starts_with('\''), "{text}");
        }
        assert_eq!(cell("Printer; 3rd \"floor\""), "\"Printer; 3rd \"\"floor\"\"\"\r\n");
        assert_eq!(cell("Ada"), "Ada\r\n");
    }
}
