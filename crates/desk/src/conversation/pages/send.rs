//! What the composer sends: an answer, an answer to all, a note, or the conversation sent on to somebody else.
//!
//! A browser that lost its connection sends the same form again until it hears what became of it: `key` makes it count
//! once (`docs/behaviour/offline.md`).
use crate::{
    attachments::{self, Attachment},
    conversation::{
        Message, MessageKind, ReplyDraft,
        actions::{self, Signer},
        doubt::Doubt,
        guard::{self, Intended, Stopped},
    },
    drafts, mentions,
    scheduled::{self, ScheduledReply, When, actions::Waiting},
    tickets::{
        self, NoteTickets, ReplyTickets, Ticket, TicketError, ViewTickets,
        pages::{self, Asked, edit::by_form_names},
    },
};
use axum::{
    extract::{Path, Query},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{clock::SECOND, fault::Problem, id::Id};
use people::users;
use platform::{
    authority::{Grant, Implies, Tx},
    blobs::Hash,
    idempotency::{self, Key},
    web::{Failure, Form, Json, Page, Ui},
};
use serde::{Deserialize, Serialize};

/// What the composer's form has.
pub(crate) const FIELDS: &[&str] = &[
    "kind",
    "to",
    "cc",
    "bcc",
    "text",
    "html",
    "status",
    "seen",
    "message",
    "attachment",
    "plain",
    "forward_subject",
    "forward_file",
    "forward_files",
    "confirm",
    "when",
    "at",
    "canned",
    "key",
    "who",
    "waited",
];

/// The tabs of the composer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Reply,
    ReplyAll,
    Note,
    Forward,
}
impl Way {
    fn from_word(word: &str) -> Option<Way> {
        match word {
            "reply" => Some(Way::Reply),
            "reply-all" => Some(Way::ReplyAll),
            "note" => Some(Way::Note),
            "forward" => Some(Way::Forward),
            _ => None,
        }
    }
}

/// `POST /t/{number}/messages`. Whoever accepts nothing but JSON (the outbox of a browser) gets what became of it as JSON.
#[allow(clippy::too_many_arguments, reason = "what axum takes out of the request, each once")]
pub async fn post(
    grant: Grant<NoteTickets>,
    replying: Option<Grant<ReplyTickets>>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Failure> {
    form.only(FIELDS)?;
    is_by(&grant, &form)?;
    let is_outbox = headers.get(header::ACCEPT).is_some_and(|accept| accept == "application/json");
    let files = keep(&grant, &form).await?;
    let (doubts, problem) = match send(&grant, replying, number, &form, &files).await {
        Ok(sent) if is_outbox => return Ok(Json(sent).into_response()),
        Ok(Sent::Message(message)) => {
            return Ok(Redirect::to(&format!("{}#m{message}", asked.back(number))).into_response());
        }
        Ok(Sent::Scheduled(id)) => {
            return Ok(Redirect::to(&format!("{}#s{id}", asked.back(number))).into_response());
        }
        Err(Stopped::Unsure(doubts)) => (doubts, Problem::conflict("unconfirmed")),
        Err(Stopped::Refused(problem)) => (Vec::new(), problem),
    };
    if is_outbox {
        return Err(problem.into());
    }
    if problem.status != 422 && !matches!(problem.code, "newer_message" | "unconfirmed") {
        return Err(problem.into());
    }
    let seen = form.get("seen").parse().unwrap_or(Id::new(0));
    let stop = (problem.status == 409).then(|| {
        let confirmed = form.all("confirm").map(str::to_owned).chain(doubts.iter().map(Doubt::key)).collect();
        let news_after = (problem.code == "newer_message").then_some(seen);
        Stop { news_after, doubts, confirmed }
    });
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let page = pages::load(&grant, ui, number, asked).await?;
    let me = grant.actor().who.to_string();
    let waiting = move |tx: &mut Tx<NoteTickets>| attachments::store::waiting(tx, &files, &me);
    let waiting = grant.read::<_, platform::db::Error>(waiting).await?;
    let form = if stop.is_none() { form.with_reason(&by_form_names(problem)) } else { form };
    Ok((status, Page(page.with_composer(form, waiting).stopped(stop))).into_response())
}

/// Why an answer was not sent that its writer can send all the same.
pub struct Stop {
    /// Somebody else wrote after this message.
    pub news_after: Option<Id<Message>>,
    pub doubts: Vec<Doubt>,
    /// What the form says next time.
    pub confirmed: Vec<String>,
}

/// What became of a form.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sent {
    Message(Id<Message>),
    Scheduled(Id<ScheduledReply>),
}

/// A form says who wrote it. Where somebody else has signed in meanwhile in the same browser, it is not theirs to send.
///
/// * errors – 409 `other_person`.
fn is_by<P: 'static>(grant: &Grant<P>, form: &Form) -> Result<(), Problem> {
    match form.some("who") {
        Some(who) if who != grant.actor().who.to_string() => Err(Problem::conflict("other_person")),
        _ => Ok(()),
    }
}

/// What makes this sending of the form one request, however often it comes: the browser's `key`, the words, and the
/// content of its files.
fn key(form: &Form, ticket: Id<Ticket>) -> Option<Key> {
    let key = form.some("key").filter(|key| key.len() <= 100)?;
    let names = FIELDS.iter().filter(|name| !matches!(**name, "key" | "who" | "waited"));
    let words: Vec<_> = names.map(|name| (*name, form.all(name).collect::<Vec<_>>())).collect();
    let files: Vec<_> = form.files.iter().map(|file| (&file.name, Hash::of(&file.bytes).hex())).collect();
    Some(Key::of_form(key, &(ticket, words, files)))
}

/// Sends unless the same was sent before; then says again what became of it.
fn once<P>(
    tx: &mut Tx<P>,
    key: Option<&Key>,
    work: impl FnOnce(&mut Tx<P>) -> Result<Sent, Stopped>,
) -> Result<Sent, Stopped> {
    let sent = idempotency::once(tx, key, work)?;
    serde_json::from_value(sent).map_err(|_| Problem::internal().into())
}

/// `POST /t/{number}/draft`: what could not be sent from another place becomes the writer's draft, above what they have
/// begun since.
pub async fn put_back(
    grant: Grant<NoteTickets>,
    Path(number): Path<Id<Ticket>>,
    form: Form,
) -> Result<StatusCode, Failure> {
    form.only(FIELDS)?;
    is_by(&grant, &form)?;
    let me = grant.actor().user().ok_or_else(Problem::not_found)?;
    let files = keep(&grant, &form).await?;
    let kept = composer(&form, form.some("status"), &files);
    grant
        .change::<_, TicketError>(move |tx| {
            tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            Ok(drafts::put_back(tx, me, number, &kept)?)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes in the files of a form and those that were uploaded before it was sent.
pub async fn keep<P: 'static>(grant: &Grant<P>, form: &Form) -> Result<Vec<Id<Attachment>>, Problem> {
    let mut ids = Vec::new();
    for id in form.all("attachment") {
        ids.push(id.parse().map_err(|_| Problem::field("attachments", "unknown_id"))?);
    }
    for file in &form.files {
        ids.push(attachments::api::keep(grant, file.clone()).await?.id);
    }
    Ok(ids)
}

async fn send(
    grant: &Grant<NoteTickets>,
    replying: Option<Grant<ReplyTickets>>,
    number: Id<Ticket>,
    form: &Form,
    files: &[Id<Attachment>],
) -> Result<Sent, Stopped> {
    let key = key(form, number);
    let way = Way::from_word(form.get("kind")).ok_or_else(|| Problem::field("kind", "unknown_word"))?;
    let mut draft = draft(form, way, files);
    // A button's status stands behind the one of the list beside it, and counts.
    let status = form.all("status").last().filter(|status| !status.is_empty()).map(str::to_owned);
    if way == Way::Note {
        let reply = draft.parse()?;
        let confirmed: Vec<String> = form.all("confirm").map(str::to_owned).collect();
        let work = move |tx: &mut Tx<NoteTickets>| {
            once(tx, key.as_ref(), |tx| {
                let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                mentions::actions::look(tx, &ticket, &reply.text, &confirmed)?;
                let message = actions::note(tx, &ticket, &reply)?;
                // The form has the list of statuses for everybody; it counts for those who may change the ticket.
                if status.is_some() && tickets::store::may_edit(tx, &ticket)? {
                    actions::set_status_after(tx, &ticket, status.as_deref())?;
                }
                forget_draft(tx, number)?;
                Ok(Sent::Message(message))
            })
        };
        return grant.change(work).await;
    }
    let grant = replying.ok_or(Problem::new(403, "permission_required"))?;
    let signer = Signer::of(grant.home());
    draft.status = status.clone();
    let seen: Id<Message> = form.get("seen").parse().unwrap_or(Id::new(i64::MAX));
    let confirmed: Vec<String> = form.all("confirm").map(str::to_owned).collect();
    // A time in the field is meant, whichever button was pressed.
    let word = form.some("when").or(form.some("at").map(|_| "at")).unwrap_or_default();
    let when = When::from_form(word, form.get("at"))?;
    let composer = composer(form, status.as_deref(), files);
    let has_files =
        !files.is_empty() || (way == Way::Forward && draft.forward_attachments.as_deref() != Some(&[]));
    // What has waited on the writer's device could be taken back there.
    let has_waited = form.is_on("waited");
    let work = move |tx: &mut Tx<ReplyTickets>| {
        once(tx, key.as_ref(), |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            // Mistakes before doubts: whoever has to mend something sees that first.
            let words = draft.clone().parse()?;
            let named = words.to.iter().chain(&words.cc).flatten().chain(&words.bcc);
            let intended = Intended {
                text: &words.text,
                addresses: named.map(String::as_str).collect(),
                has_files,
                is_forward: way == Way::Forward,
            };
            guard::look(tx, &ticket, &intended, Some(seen), Some(&confirmed))?;
            let chosen = scheduled::actions::instant(tx, when)?;
            let undo_ms = if has_waited { 0 } else { tx.actor().habits.undo_seconds.clamp(0, 60) * SECOND };
            let send_at = chosen.or_else(|| (undo_ms > 0).then(|| tx.now().plus(undo_ms)));
            let sent = match send_at {
                Some(send_at) => {
                    let waiting = Waiting { draft, composer, seen, is_later: chosen.is_some(), send_at };
                    Sent::Scheduled(scheduled::actions::schedule(tx, &ticket, waiting)?)
                }
                None => Sent::Message(scheduled::actions::send_now(tx, &ticket, draft, &signer)?),
            };
            remember_status(tx, status.as_deref())?;
            forget_draft(tx, number)?;
            Ok(sent)
        })
    };
    grant.change(work).await
}

/// The status that somebody chose is proposed next time, where they want that.
fn remember_status<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    status: Option<&str>,
) -> platform::db::Result<()> {
    let (habits, status) = (&tx.actor().habits, status.unwrap_or_default());
    if !habits.remembers_status || habits.then_status == status {
        return Ok(());
    }
    match tx.actor().user() {
        Some(me) => users::store::set_then_status(tx, me, status),
        None => Ok(()),
    }
}

/// The composer as a draft keeps it, for whoever takes the answer back.
fn composer(form: &Form, status: Option<&str>, files: &[Id<Attachment>]) -> String {
    let chosen: Vec<&str> = form.all("forward_file").collect();
    let mut kept = serde_json::json!({
        "kind": form.get("kind"), "text": form.get("text"), "html": form.some("html"), "to": form.get("to"),
        "cc": form.get("cc"), "bcc": form.get("bcc"), "status": status, "attachments": files,
    });
    if form.get("kind") == "forward" {
        kept["message"] = form.get("message").into();
        kept["forward_subject"] = form.get("forward_subject").into();
        if form.is_on("forward_files") {
            kept["forward_file"] = chosen.into();
        }
    }
    kept.to_string()
}

fn forget_draft<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> platform::db::Result<()> {
    match tx.actor().user() {
        Some(me) => drafts::remove(tx, me, ticket),
        None => Ok(()),
    }
}

fn draft(form: &Form, way: Way, files: &[Id<Attachment>]) -> ReplyDraft {
    let text = |name: &str| form.some(name).map(str::to_owned);
    let (to, cc) = (addresses(form.get("to")), addresses(form.get("cc")));
    // Without scripts nobody fills in the copies of an answer to all: then those who take part are meant.
    let is_default = way == Way::ReplyAll && form.is_on("plain") && cc.is_empty();
    let is_note = way == Way::Note;
    let is_forward = way == Way::Forward;
    // Where the page showed the files to choose from, none chosen is none.
    let chosen = is_forward && form.is_on("forward_files");
    ReplyDraft {
        kind: if is_note { MessageKind::Note } else { MessageKind::Public },
        text: text("text"),
        html: text("html").map(|html| placed(html, files)),
        to: (!is_note).then_some(to),
        cc: (!is_note && !is_default).then_some(cc),
        bcc: if is_note { Vec::new() } else { addresses(form.get("bcc")) },
        status: None,
        attachments: files.to_vec(),
        // A wrong number is an unknown message.
        forward: is_forward.then(|| form.get("message").parse().unwrap_or(Id::new(0))),
        forward_attachments: chosen
            .then(|| form.all("forward_file").filter_map(|id| id.parse().ok()).collect()),
        subject: text("forward_subject").filter(|_| is_forward),
        ..ReplyDraft::default()
    }
}

/// The editor names a picture in the text `cid:ID`; from here on it is where everybody finds an upload.
fn placed(html: String, files: &[Id<Attachment>]) -> String {
    files.iter().fold(html, |html, id| {
        html.replace(&format!("src=\"cid:{id}\""), &format!("src=\"/attachments/{id}\""))
    })
}

/// `Ada <ada@x.org>, bo@x.org`: the addresses alone.
pub fn addresses(text: &str) -> Vec<String> {
    let address = |part: &str| match part.rsplit_once('<') {
        Some((_, address)) => address.trim_end().trim_end_matches('>').trim().to_owned(),
        None => part.trim().to_owned(),
    };
    text.split([',', ';', '\n']).map(address).filter(|address| !address.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_may_come_with_names() {
        let found = addresses("Ada Peters <ada@x.org>; bo@x.org,\n <cy@x.org> ,");
        assert_eq!(found, ["ada@x.org", "bo@x.org", "cy@x.org"]);
    }
    #[test]
    fn a_pasted_picture_stands_where_uploads_are_found() {
        let html = placed("<img src=\"cid:7\"><img src=\"cid:8\">".into(), &[Id::new(7)]);
        assert_eq!(html, "<img src=\"/attachments/7\"><img src=\"cid:8\">", "8 is somebody else's");
    }
    #[test]
    fn an_answer_to_all_without_scripts_goes_to_all() {
        let form = Form::filled([("to", "a@x.org".into()), ("cc", "".into()), ("plain", "1".into())]);
        assert!(draft(&form, Way::ReplyAll, &[]).cc.is_none());
        assert_eq!(draft(&form, Way::Reply, &[]).cc.unwrap(), Vec::<String>::new());
        let note = draft(&form, Way::Note, &[]);
        assert!(note.to.is_none() && note.cc.is_none() && note.bcc.is_empty(), "a note has no recipients");
    }
}
