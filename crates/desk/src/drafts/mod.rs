//! What somebody has begun to write: kept while they type, gone when they send.
use crate::tickets::{NoteTickets, Ticket, TicketError, store};
use axum::{
    extract::Path,
    http::StatusCode,
    routing::{get, put},
};
use kernel::{clock::DAY, fault::Problem, id::Id};
use platform::{
    args,
    authority::{Grant, Tx, User},
    db::{self, Conn},
    sql,
    web::{Failure, Json, Routes, roomy},
};
use serde_json::{Map, Value};

/// Larger than any answer.
const MOST: usize = 500_000;
/// The form of a new ticket has this number.
const NEW: Id<Ticket> = Id::new(0);
/// More than anybody writes at the same time.
const DRAFTS: i64 = 200;
/// A draft that was not touched for so long may go when there is no room.
const LEFT_MS: i64 = 30 * DAY;

/// The draft of `user` for a ticket; ticket 0 is the form of a new one.
pub fn find(conn: &mut Conn, user: Id<User>, ticket: Id<Ticket>) -> db::Result<Option<String>> {
    let row = conn.find::<(String,)>(
        sql!("SELECT body FROM draft WHERE user_id = $1 AND ticket_id = $2"),
        args![user, ticket],
    )?;
    Ok(row.map(|(body,)| body))
}
pub fn remove(conn: &mut Conn, user: Id<User>, ticket: Id<Ticket>) -> db::Result<()> {
    conn.run(sql!("DELETE FROM draft WHERE user_id = $1 AND ticket_id = $2"), args![user, ticket]).map(drop)
}
/// Makes a composer that was taken back the draft again; what was begun since stands below it.
///
/// * `composer` – JSON, as the page keeps drafts.
pub fn put_back<P>(tx: &mut Tx<P>, user: Id<User>, ticket: Id<Ticket>, composer: &str) -> db::Result<()> {
    let parse = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
    let begun = find(tx, user, ticket)?.map(|body| parse(&body)).unwrap_or_default();
    let merged = merged(parse(composer), &begun);
    save(tx, user, ticket, &Value::Object(merged).to_string())
}

/// Both texts and the files of both; everything else is the first one's.
fn merged(mut first: Map<String, Value>, second: &Map<String, Value>) -> Map<String, Value> {
    let text =
        |of: &Map<String, Value>| of.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    let (one, two) = (text(&first), text(second));
    if !two.trim().is_empty() && one.trim() != two.trim() {
        let html = |of: &Map<String, Value>, text: &str| {
            let own = of.get("html").and_then(Value::as_str).filter(|html| !html.is_empty());
            own.map_or_else(|| mail::html::from_text(text), str::to_owned)
        };
        let both = html(&first, &one) + &html(second, &two);
        first.insert("html".into(), both.into());
        first.insert("text".into(), format!("{one}\n\n{two}").into());
    }
    let files = |of: &Map<String, Value>| {
        of.get("attachments").and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let mut all = files(&first);
    for file in files(second) {
        if !all.contains(&file) {
            all.push(file);
        }
    }
    if !all.is_empty() {
        first.insert("attachments".into(), all.into());
    }
    first
}

fn save<P>(tx: &mut Tx<P>, user: Id<User>, ticket: Id<Ticket>, body: &str) -> db::Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO draft (user_id, ticket_id, body, updated_at_ms) VALUES ($1, $2, $3, $4)
               ON CONFLICT (user_id, ticket_id) DO UPDATE
                 SET body = excluded.body, updated_at_ms = excluded.updated_at_ms"
        ),
        args![user, ticket, body, now],
    )
    .map(drop)
}

/// Puts words below what somebody has begun to write; they are plain from then on.
pub(crate) fn append<P>(tx: &mut Tx<P>, user: Id<User>, ticket: Id<Ticket>, words: &str) -> db::Result<()> {
    let begun = find(tx, user, ticket)?;
    let mut draft: serde_json::Map<String, serde_json::Value> =
        begun.and_then(|body| serde_json::from_str(&body).ok()).unwrap_or_default();
    let before = draft.get("text").and_then(serde_json::Value::as_str).unwrap_or_default().trim_end();
    let text = if before.is_empty() { words.to_owned() } else { format!("{before}\n\n{words}") };
    draft.insert("text".into(), text.into());
    draft.remove("html");
    let body = serde_json::Value::Object(draft).to_string();
    save(tx, user, ticket, &body)
}

/// Somebody who has as many drafts as they may have loses the oldest, if it was left long ago.
///
/// * errors – 409 `too_many_drafts` where all of them are young.
fn make_room<P>(tx: &mut Tx<P>, user: Id<User>, ticket: Id<Ticket>) -> Result<(), Problem> {
    let (others,) = tx.one::<(i64,)>(
        sql!("SELECT count(*) AS n FROM draft WHERE user_id = $1 AND ticket_id <> $2"),
        args![user, ticket],
    )?;
    if others < DRAFTS {
        return Ok(());
    }
    let left = tx.now().plus(-LEFT_MS);
    let removed = tx.run(
        sql!(
            "DELETE FROM draft WHERE user_id = $1 AND ticket_id IN
               (SELECT ticket_id FROM draft WHERE user_id = $1 AND ticket_id <> $2 AND updated_at_ms < $3
                 ORDER BY updated_at_ms LIMIT 1)"
        ),
        args![user, ticket, left],
    )?;
    if removed == 0 { Err(Problem::conflict("too_many_drafts")) } else { Ok(()) }
}

async fn put_draft(
    grant: Grant<NoteTickets>,
    Path(ticket): Path<Id<Ticket>>,
    Json(body): Json<Map<String, Value>>,
) -> Result<StatusCode, Failure> {
    let user = grant.actor().user().ok_or_else(Problem::not_found)?;
    let body = serde_json::to_string(&body).map_err(|_| Problem::internal())?;
    if body.len() > MOST {
        return Err(Problem::new(413, "too_large").into());
    }
    grant
        .change::<_, TicketError>(move |tx| {
            if ticket != NEW {
                store::see(tx, ticket)?.ok_or_else(Problem::not_found)?;
            }
            make_room(tx, user, ticket)?;
            Ok(save(tx, user, ticket, &body)?)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn get_draft(
    grant: Grant<NoteTickets>,
    Path(ticket): Path<Id<Ticket>>,
) -> Result<Json<serde_json::Value>, Failure> {
    let user = grant.actor().user().ok_or_else(Problem::not_found)?;
    let body = grant.read::<_, db::Error>(move |tx| find(tx, user, ticket)).await?;
    let body = body.and_then(|body| serde_json::from_str(&body).ok());
    Ok(Json(body.unwrap_or(serde_json::Value::Null)))
}

pub fn routes() -> Routes {
    Routes::new()
        .put::<NoteTickets>("/drafts/{ticket}", roomy(put(put_draft)))
        .get::<NoteTickets>("/drafts/{ticket}", get(get_draft))
}
