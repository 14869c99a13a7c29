//! The ticket's page: list, conversation, properties, the person who asks.
mod beside;
pub mod edit;
pub mod new;
pub mod store;

use super::{Category, Channel, Kind, Priority, Seen, Ticket, TicketError, ViewTickets};
use crate::{
    arrangements::{self, Change},
    conversation::{
        self, AuthorKind, Message,
        pages::{Entry, Look, send::Stop},
    },
    fields::{Field, FieldKind},
    history::pages::Lines,
    placeholders::{self, Allowed, Template, Values},
    scheduled::pages::Shown,
    views::{
        self,
        pages::{List, Sidebar},
    },
};
use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Implies, Tx},
    db,
    events::Recorded,
    web::{Failure, Form, Page, Ui},
};
use store::{Choices, Facts};

/// Messages of one page; a longer conversation opens at its end.
const MESSAGES: usize = 60;

/// The shape that stands for a channel.
pub fn channel_icon(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "mail",
        Channel::Web => "globe",
        Channel::Api => "code",
        Channel::Phone => "phone",
        Channel::WalkIn => "footprints",
        Channel::Letter => "mailbox",
        Channel::Chat | Channel::Messaging => "message-square",
    }
}

/// The same for a channel as messages store it.
pub fn icon_of(channel: &str) -> &'static str {
    Channel::from_word(channel).map_or("mail", channel_icon)
}

/// `?view=` keeps the list beside the ticket; `?forward=` is the message to send on; `?before=`, `?after=` and `?at=`
/// are messages of a long conversation; `?done=` tells of what was just done.
#[derive(Clone, Default, serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    pub view: String,
    #[serde(default)]
    pub forward: String,
    before: Option<Id<Message>>,
    after: Option<Id<Message>>,
    at: Option<Id<Message>>,
    #[serde(default)]
    done: String,
}
impl Asked {
    /// The ticket's address with the list that was beside it.
    pub fn back(&self, ticket: Id<Ticket>) -> String {
        match views::Shown::from_word(&self.view) {
            Some(shown) => format!("/t/{ticket}?view={}", shown.word()),
            None => format!("/t/{ticket}"),
        }
    }
    /// The same, to say there what was done.
    pub fn done(&self, ticket: Id<Ticket>, what: &str) -> String {
        let back = self.back(ticket);
        format!("{back}{}done={what}", if back.contains('?') { '&' } else { '?' })
    }
}

/// What is shown in the middle.
pub enum Middle {
    Conversation(Box<Thread>),
    History(Lines),
}

/// A part of a conversation, oldest first.
#[derive(Default)]
pub struct Thread {
    entries: Vec<Entry>,
    /// Whether there are messages before and after these.
    has_earlier: bool,
    has_later: bool,
    /// The message that a draft sends on, where it is none of these.
    apart: Option<Entry>,
}
impl Thread {
    /// Fetches a message that may stand far up.
    fn fetch<P: Implies<ViewTickets>>(
        &mut self,
        tx: &mut Tx<P>,
        ticket: Id<Ticket>,
        id: Id<Message>,
    ) -> db::Result<()> {
        if self.entries.iter().any(|entry| entry.message.id == id) {
            return Ok(());
        }
        let found = conversation::store::one(tx, ticket, id)?;
        let conversation = conversation::api::around(tx, ticket, found.into_iter().collect())?;
        self.apart = conversation::pages::thread(conversation).pop();
        Ok(())
    }
    /// The newest messages, or those around the ones that were asked for.
    fn load<P: Implies<ViewTickets>>(
        tx: &mut Tx<P>,
        ticket: Id<Ticket>,
        asked: &Asked,
    ) -> db::Result<Thread> {
        let newest = Id::new(i64::MAX);
        let up_to = asked.at.map(|at| Id::new(at.number().saturating_add(1)));
        let backwards = if asked.at.is_some() { MESSAGES / 2 } else { MESSAGES };
        let mut messages = match asked.after {
            Some(_) => Vec::new(),
            None => {
                let before = asked.before.or(up_to).unwrap_or(newest);
                conversation::store::before(tx, ticket, before, backwards + 1)?
            }
        };
        let mut has_earlier = asked.after.is_some();
        if messages.len() > backwards {
            has_earlier = true;
            messages.remove(0);
        }
        let mut has_later = asked.before.is_some();
        if let Some(from) = asked.after.or(asked.at) {
            let forwards = MESSAGES - messages.len();
            let mut later = conversation::store::of_ticket(tx, ticket, Some(from), forwards + 1)?;
            has_later = later.len() > forwards;
            later.truncate(forwards);
            messages.append(&mut later);
        }
        let conversation = conversation::api::around(tx, ticket, messages)?;
        let entries = conversation::pages::thread(conversation);
        Ok(Thread { entries, has_earlier, has_later, apart: None })
    }
}

/// A notice of what was just done.
pub struct Notice {
    pub text: String,
    /// The change that can be taken back.
    pub undo: Option<Change>,
}
impl Notice {
    fn of<P: Implies<ViewTickets>>(
        tx: &mut Tx<P>,
        ui: &Ui,
        ticket: Id<Ticket>,
        asked: &Asked,
    ) -> db::Result<Option<Notice>> {
        let said = |key: &str| Some(Notice { text: ui.t(key).into(), undo: None });
        Ok(match asked.done.as_str() {
            "change" => match super::undo::just_changed(tx, ticket)? {
                Some(event) => Some(Notice {
                    text: crate::history::pages::told(tx, ui, &event)?,
                    undo: Some(Change::Event(event.id)).filter(|_| super::undo::is_undoable(&event)),
                }),
                None => None,
            },
            "macro" => match super::undo::just_applied(tx, ticket)? {
                Some(event) => Some(Notice {
                    text: crate::history::pages::told(tx, ui, &event)?,
                    undo: Some(Change::Event(event.id)),
                }),
                None => None,
            },
            "snoozed" => said("snooze-done"),
            "promised" => said("call-back-promised"),
            "reminded" => said("reminder-set"),
            "undone" => said("ticket-undone"),
            "spent" => said("time-added"),
            "time" => said("time-changed"),
            "escalated" => said("escalation-done"),
            "accepted" => said("escalation-accepted"),
            "handed_back" => said("escalation-handed-back"),
            "asked" => said("side-asked"),
            "taken_back" => said("scheduled-taken-back"),
            "sent_already" => said("problem-reply-sent"),
            "overtaken" => said("problem-change-overtaken"),
            "gone" => said("arrange-gone"),
            other => match other.parse() {
                Ok(Change::Arrangement(id)) => arrangements::pages::told(tx, ui, id)?
                    .map(|(text, undo)| Notice { text, undo: undo.filter(|_| ui.may("tickets.edit")) }),
                _ => None,
            },
        })
    }
}

#[derive(askama::Template)]
#[template(path = "tickets/ticket.html")]
pub struct TicketPage {
    ui: Ui,
    /// The list and its views, where the ticket was opened from one.
    beside: Option<(Sidebar, List)>,
    ticket: Ticket,
    middle: Middle,
    facts: Facts,
    choices: Choices,
    deadlines: Vec<crate::sla::deadlines::Deadline>,
    calls: Vec<crate::call_backs::CallBack>,
    /// What was spent on it, and on tickets that were merged into it.
    spent: Vec<crate::time::TimeEntry>,
    /// Where it stands, if it was handed on.
    stay: Option<crate::escalation::Stay>,
    sides: Vec<crate::side_conversations::pages::Stream>,
    items: Vec<crate::checklists::Item>,
    /// What is in the composer.
    composer: Form,
    /// What a browser without scripts chooses from, once it asked for it.
    canned: Vec<crate::canned::CannedReply>,
    /// Files that wait in the composer, of a form that came back or of a draft.
    waiting: Vec<crate::attachments::Attachment>,
    /// Why the answer in the composer was not sent, where its writer may send it all the same.
    stop: Option<Stop>,
    /// What came back from the properties with mistakes.
    props: Form,
    /// What came back from the person's own form with mistakes.
    person: Form,
    notice: Option<Notice>,
    asked: Asked,
}

/// All that a ticket's page needs beside its middle.
pub struct Around {
    pub ticket: Seen<Ticket>,
    beside: Option<(Sidebar, List)>,
    facts: Facts,
    choices: Choices,
    deadlines: Vec<crate::sla::deadlines::Deadline>,
    calls: Vec<crate::call_backs::CallBack>,
    spent: Vec<crate::time::TimeEntry>,
    stay: Option<crate::escalation::Stay>,
    sides: Vec<crate::side_conversations::pages::Stream>,
    items: Vec<crate::checklists::Item>,
    notice: Option<Notice>,
}

/// Eight statements at most; five without a list beside it; a notice is two more, one that was handed on one, one with
/// side conversations four, one with a checklist one, and one on which time was spent one.
///
/// * errors – 404 for a ticket out of sight.
pub fn around<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ui: &Ui,
    number: Id<Ticket>,
    asked: &Asked,
) -> Result<Around, TicketError> {
    let ticket = super::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
    let beside = match asked.view.as_str() {
        "" => None,
        word => {
            let shown = views::pages::shown(Some(word))?;
            Some(views::pages::load(tx, ui, &shown, None, Some(number))?)
        }
    };
    let reader = tx.actor().user().unwrap_or(Id::new(0));
    let facts = store::facts(tx, number, reader)?;
    let mut choices = store::choices(tx)?;
    choices.statuses.retain(|status| status.can_come_from(ticket.status_id));
    crate::fields::demands::shown(tx, number, &mut choices.fields, &facts.values)?;
    let deadlines = crate::sla::deadlines::look(tx, &ticket)?;
    let calls = crate::call_backs::store::of_ticket(tx, number)?;
    let spent = match ticket.spent_minutes > 0 || !facts.merged.is_empty() {
        true => crate::time::store::of_ticket(tx, number)?,
        false => Vec::new(),
    };
    let stay = match ticket.stay_id {
        Some(stay) => crate::escalation::store::by_id(tx, stay)?,
        None => None,
    };
    let sides = crate::side_conversations::pages::beside(tx, &ticket)?;
    let items = match ticket.items_all {
        0 => Vec::new(),
        _ => crate::checklists::store::of_ticket(tx, number)?,
    };
    let notice = Notice::of(tx, ui, number, asked)?;
    Ok(Around { ticket, beside, facts, choices, deadlines, calls, spent, stay, sides, items, notice })
}

impl Around {
    pub fn page(self, ui: Ui, middle: Middle, asked: Asked) -> TicketPage {
        let composer = self.composer(&ui, &middle, &asked);
        TicketPage {
            ui,
            beside: self.beside,
            ticket: self.ticket.into_inner(),
            middle,
            facts: self.facts,
            choices: self.choices,
            deadlines: self.deadlines,
            calls: self.calls,
            spent: self.spent,
            stay: self.stay,
            sides: self.sides,
            items: self.items,
            composer,
            canned: Vec::new(),
            waiting: Vec::new(),
            stop: None,
            props: Form::default(),
            person: Form::default(),
            notice: self.notice,
            asked,
        }
    }
    /// The composer as it opens: what was begun, else an answer to all who take part.
    fn composer(&self, ui: &Ui, middle: &Middle, asked: &Asked) -> Form {
        let draft: serde_json::Value = self
            .facts
            .draft
            .as_deref()
            .and_then(|draft| serde_json::from_str(draft).ok())
            .unwrap_or_default();
        let text = |name: &str| draft.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        let has_address = self.facts.has_address();
        let (to, cc) = self.recipients();
        // What somebody began to send on stays what it was, whatever came in meanwhile; another one begins anew.
        let is_kept = |kept: &Id<Message>| asked.forward.is_empty() || asked.forward == kept.to_string();
        let kept = self.facts.forwarding().filter(is_kept);
        let is_forward = !asked.forward.is_empty() && kept.is_none();
        let kind = match text("kind") {
            _ if is_forward => "forward".into(),
            // Whom the draft was for may be without an address by now.
            Some(kind) if has_address || kind == "forward" => kind,
            _ if !has_address || !ui.may("tickets.reply") => "note".into(),
            _ if cc.is_empty() => "reply".into(),
            _ => "reply-all".into(),
        };
        let is_plain_reply = kind == "reply";
        let given = |name: &str, default: String| {
            if is_forward { String::new() } else { text(name).unwrap_or(default) }
        };
        let message = kept.map_or_else(|| self.forwarded(middle, asked), |kept| kept.to_string());
        let form = Form::filled([
            ("to", given("to", to)),
            ("cc", given("cc", if is_plain_reply { String::new() } else { cc })),
            ("bcc", given("bcc", String::new())),
            ("kind", kind),
            ("text", text("text").unwrap_or_default()),
            ("html", text("html").unwrap_or_default()),
            ("message", message),
            ("status", text("status").unwrap_or_else(|| ui.then_status().to_owned())),
        ]);
        if kept.is_none() {
            return form;
        }
        let form = match text("forward_subject") {
            Some(subject) => form.with("forward_subject", &subject),
            None => form,
        };
        let chosen = draft.get("forward_file").and_then(serde_json::Value::as_array);
        let Some(chosen) = chosen else { return form };
        let ids = chosen.iter().filter_map(serde_json::Value::as_str);
        ids.fold(form.with("forward_files", "1"), |form, id| form.with("forward_file", id))
    }
    fn forwarded(&self, middle: &Middle, asked: &Asked) -> String {
        let Middle::Conversation(thread) = middle else { return String::new() };
        let entries = &thread.entries;
        let last = entries.iter().rev().find(|entry| !entry.message.is_note()).or(entries.last());
        let chosen = entries.iter().find(|entry| entry.message.id.to_string() == asked.forward).or(last);
        chosen.map_or_else(String::new, |entry| entry.message.id.to_string())
    }
    fn recipients(&self) -> (String, String) {
        recipients(&self.facts)
    }
}

/// To whom an answer goes, and who gets a copy: as the fields of the composer have it.
fn recipients(facts: &Facts) -> (String, String) {
    let with_email = || facts.participants.iter().filter(|person| !person.email.is_empty());
    let list = |is_requester: bool| {
        let chosen = with_email().filter(|person| (person.role == "requester") == is_requester);
        chosen.map(|person| person.email.as_str()).collect::<Vec<_>>().join(", ")
    };
    (list(true), list(false))
}

/// The conversation of a ticket and all around it, with twelve statements at most; a draft that sends on what
/// stands far up is four more, one with files one more.
pub async fn load<P: Implies<ViewTickets> + 'static>(
    grant: &Grant<P>,
    ui: Ui,
    number: Id<Ticket>,
    asked: Asked,
) -> Result<TicketPage, TicketError> {
    grant
        .read(move |tx| {
            let around = around(tx, &ui, number, &asked)?;
            // A message to send on may stand far up.
            let mut place = asked.clone();
            place.at = place.at.or_else(|| asked.forward.parse().ok());
            let mut thread = Thread::load(tx, number, &place)?;
            if let Some(kept) = around.facts.forwarding().filter(|_| asked.forward.is_empty()) {
                thread.fetch(tx, number, kept)?;
            }
            let files = around.facts.draft_files();
            let waiting = match files.is_empty() {
                true => Vec::new(),
                false => {
                    let me = tx.actor().who.to_string();
                    crate::attachments::store::waiting(tx, &files, &me)?
                }
            };
            let middle = Middle::Conversation(Box::new(thread));
            Ok(TicketPage { waiting, ..around.page(ui, middle, asked) })
        })
        .await
}

/// `GET /t/{number}`; the number of a merged ticket leads to the other one.
pub async fn get(
    grant: Grant<ViewTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = load(&grant, ui, number, asked.clone()).await?;
    match page.ticket.lands_at_id {
        Some(lands) => Ok(Redirect::to(&asked.back(lands)).into_response()),
        None => Ok(Page(page).into_response()),
    }
}

/// What the template asks.
impl TicketPage {
    /// The page with a composer that came back.
    pub fn with_composer(self, composer: Form, waiting: Vec<crate::attachments::Attachment>) -> TicketPage {
        TicketPage { composer, waiting, ..self }
    }
    pub fn stopped(self, stop: Option<Stop>) -> TicketPage {
        TicketPage { stop, ..self }
    }
    /// What others wrote that the writer had not read, oldest first.
    fn news(&self) -> Vec<&Entry> {
        let after = self.stop.as_ref().and_then(|stop| stop.news_after);
        let me = self.ui.actor.as_ref().and_then(|actor| actor.user()).map(Id::number);
        let is_news = |entry: &&Entry| {
            let message = &entry.message;
            let is_mine = message.author_kind == AuthorKind::User && message.author_id == me;
            after.is_some_and(|after| message.id > after)
                && !message.is_note()
                && !message.is_automatic
                && !is_mine
        };
        self.entries().iter().filter(is_news).collect()
    }
    /// Colleagues whose answer is on its way this moment.
    fn sending_others(&self) -> Vec<&Shown> {
        let is_one = |shown: &&Shown| !shown.is_later && !shown.is_held() && !shown.is_mine(&self.ui);
        self.facts.scheduled.iter().filter(is_one).collect()
    }
    /// The reader's own answers that can be taken back this moment, the newest first.
    fn sending(&self) -> Vec<&Shown> {
        let is_one = |shown: &&Shown| !shown.is_later && !shown.is_held() && shown.is_mine(&self.ui);
        self.facts.scheduled.iter().rev().filter(is_one).collect()
    }
    /// The newest public message that somebody else than its writer wrote, for what waits.
    fn newest_in(&self) -> i64 {
        let is_in = |entry: &&Entry| entry.message.is_in() && !entry.message.is_automatic;
        self.entries().iter().rev().find(is_in).map_or(0, |entry| entry.message.id.number())
    }
    /// The status that a form or a draft has chosen: a button's counts more than the list beside it.
    fn then(&self) -> &str {
        self.composer.all("status").filter(|status| !status.is_empty()).last().unwrap_or_default()
    }
    /// A file whose picture stands in the text needs no line of its own.
    fn stands_in_text(&self, file: &crate::attachments::Attachment) -> bool {
        let html = self.composer.get("html");
        html.contains(&format!("cid:{}\"", file.id)) || html.contains(&format!("/attachments/{}\"", file.id))
    }
    /// The page with canned replies to choose from beside the composer.
    pub fn with_canned(self, canned: Vec<crate::canned::CannedReply>) -> TicketPage {
        TicketPage { canned, ..self }
    }
    pub fn with_props(self, props: Form) -> TicketPage {
        TicketPage { props, ..self }
    }
    pub fn with_person(self, person: Form) -> TicketPage {
        TicketPage { person, ..self }
    }
    fn thread(&self) -> Option<&Thread> {
        if let Middle::Conversation(thread) = &self.middle { Some(thread) } else { None }
    }
    fn has_earlier(&self) -> bool {
        self.thread().is_some_and(|thread| thread.has_earlier)
    }
    fn has_later(&self) -> bool {
        self.thread().is_some_and(|thread| thread.has_later)
    }
    /// Whoever writes has the end of the conversation before their eyes, or the message that they send on.
    fn may_write_here(&self) -> bool {
        let is_sent_on = !self.asked.forward.is_empty();
        self.thread().is_some_and(|thread| is_sent_on || !thread.has_later) && self.may_note()
    }
    /// The end of the conversation.
    fn here(&self) -> String {
        self.asked.back(self.ticket.id)
    }
    /// The address of the history, or of what is in it before an event.
    fn history(&self, until: Option<&Id<Recorded>>) -> String {
        let back = self.asked.back(self.ticket.id);
        let (path, query) = back.split_once('?').unwrap_or((&back, ""));
        let until = until.map(|until| format!("until={until}")).unwrap_or_default();
        let parts: Vec<&str> = [query, &until].into_iter().filter(|part| !part.is_empty()).collect();
        let mark = if parts.is_empty() { "" } else { "?" };
        format!("{path}/history{mark}{}", parts.join("&"))
    }
    /// The address of the messages before or after those that are shown.
    fn beyond(&self, word: &str, id: impl std::fmt::Display) -> String {
        let back = self.asked.back(self.ticket.id);
        format!("{back}{}{word}={id}", if back.contains('?') { '&' } else { '?' })
    }
    fn first_shown(&self) -> Id<Message> {
        self.entries().first().map_or(Id::new(0), |entry| entry.message.id)
    }
    fn last_shown(&self) -> Id<Message> {
        self.entries().last().map_or(Id::new(0), |entry| entry.message.id)
    }
    /// The message that the composer sends on when that is chosen.
    fn original(&self) -> Option<&Entry> {
        let apart = self.thread().and_then(|thread| thread.apart.as_ref());
        let mut all = self.entries().iter().chain(apart);
        all.find(|entry| entry.message.id.to_string() == self.composer.get("message"))
    }
    fn forward_subject(&self) -> String {
        match (self.composer.some("forward_subject"), self.original()) {
            (Some(subject), _) => subject.to_owned(),
            (None, Some(entry)) => {
                conversation::actions::forward_subject(self.ui.language, &entry.message.subject)
            }
            (None, None) => String::new(),
        }
    }
    /// Whether a file of the original goes with it: all do until somebody takes one away.
    fn goes_along(&self, file: &crate::attachments::Attachment) -> bool {
        let id = file.id.to_string();
        !self.composer.is_on("forward_files") || self.composer.all("forward_file").any(|chosen| chosen == id)
    }
    /// What is added below the words when they are sent, with its placeholders filled.
    fn signature(&self) -> Option<String> {
        let (signature, inbox) = self.facts.signature.as_ref()?;
        let values =
            Values::of_signature(self.ui.person_name(), &self.ui.desk_name, inbox, self.ticket.id.number());
        let filled = placeholders::fill(&Template::parse(signature, Allowed::Signature), &values);
        Some(filled.text).filter(|text| !text.trim().is_empty())
    }
    /// The number that a call-back is offered for.
    fn call_number(&self) -> &str {
        let known = self.facts.phones.first().map_or("", String::as_str);
        self.props.some("call_phone").unwrap_or(known)
    }
    /// What the person's form shows: what came back with a mistake, else what is stored.
    fn of_person<'p>(&'p self, name: &str, stored: &'p str) -> &'p str {
        if self.person.mistakes.is_empty() { stored } else { self.person.get(name) }
    }
    fn lines_of(&self, list: &[String]) -> String {
        list.join("\n")
    }
    fn status(&self) -> String {
        status_name(&self.ui, &self.ticket)
    }
    /// `?view=` for links that keep the list.
    fn query(&self) -> String {
        self.asked
            .back(self.ticket.id)
            .split_once('?')
            .map_or_else(String::new, |(_, query)| format!("?{query}"))
    }
    fn back_to_list(&self) -> String {
        match views::Shown::from_word(&self.asked.view) {
            Some(shown) => shown.address(),
            None => "/tickets".into(),
        }
    }
    fn is_mine(&self) -> bool {
        self.ui.actor.as_ref().and_then(|actor| actor.user()) == Some(self.ticket.assignee_id)
    }
    fn is_following(&self) -> bool {
        let me = self.ui.actor.as_ref().and_then(|actor| actor.user()).map(Id::number);
        self.facts.followers.iter().any(|person| Some(person.id) == me)
    }
    fn me(&self) -> String {
        let me = self.ui.actor.as_ref().and_then(|actor| actor.user());
        me.map_or_else(String::new, |me| me.to_string())
    }
    fn is_open(&self) -> bool {
        self.ticket.category.is_open()
    }
    fn entries(&self) -> &[Entry] {
        self.thread().map_or(&[], |thread| &thread.entries)
    }
    fn lines(&self) -> Option<&Lines> {
        if let Middle::History(shown) = &self.middle { Some(shown) } else { None }
    }
    /// The newest message that the page shows: what the writer has read.
    fn last_seen(&self) -> String {
        self.entries().last().map_or_else(|| "0".into(), |entry| entry.message.id.to_string())
    }
    fn reply_to(&self) -> String {
        recipients(&self.facts).0
    }
    fn reply_cc(&self) -> String {
        recipients(&self.facts).1
    }
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
    fn priorities(&self) -> [Priority; 4] {
        Priority::ALL
    }
    /// What the tags' field shows.
    fn tags(&self) -> String {
        self.facts.tags.join(", ")
    }
    fn value(&self, field: &Field) -> &str {
        self.facts.values.get(&field.id.number()).map_or("", String::as_str)
    }
    /// What a field of the properties shows: what came back with a mistake, else what is stored.
    fn prop<'p>(&'p self, name: &str, stored: &'p str) -> &'p str {
        if self.props.mistake(name).is_some() { self.props.get(name) } else { stored }
    }
    /// Whether the ticket cannot go on everywhere as long as the field is empty.
    fn is_awaited(&self, field: &Field) -> bool {
        matches!(self.value(field), "" | "false") && !field.needed_for().is_empty()
    }
    /// The field of the properties that a mistake is about: its id on the page, its name.
    fn field_of<'p>(&'p self, mistake: &'p kernel::fault::Field) -> Option<(&'p str, &'p str)> {
        let id = mistake.pointer.trim_start_matches('/');
        let field =
            self.choices.fields.iter().find(|field| Some(field.key.as_str()) == id.strip_prefix("field."))?;
        Some((id, &field.name))
    }
    fn needs(&self, field: &Field) -> String {
        let name = |category| crate::statuses::name_in(self.ui.language, None, None, category);
        field.needed_for().into_iter().map(name).collect::<Vec<_>>().join(", ")
    }
    fn is_checkbox(&self, field: &Field) -> bool {
        field.kind == FieldKind::Checkbox
    }
    fn is_choice(&self, field: &Field) -> bool {
        field.kind == FieldKind::Choice
    }
    /// Whether the ticket has a choice that can no longer be chosen.
    fn is_choice_gone(&self, field: &Field) -> bool {
        let value = self.value(field);
        !value.is_empty() && !field.choices().iter().any(|choice| choice == value)
    }
    fn is_number(&self, field: &Field) -> bool {
        field.kind == FieldKind::Number
    }
    fn input_type(&self, field: &Field) -> &'static str {
        if field.kind == FieldKind::Date { "date" } else { "text" }
    }
    /// Whether the person who has it, the team or the status is no longer among the choices.
    fn has_left(&self) -> bool {
        self.ticket.assignee_id.number() != 0
            && !self.choices.users.iter().any(|(id, _)| *id == self.ticket.assignee_id)
    }
    fn is_team_gone(&self) -> bool {
        self.ticket.team_id.number() != 0
            && !self.choices.teams.iter().any(|(id, _)| *id == self.ticket.team_id)
    }
    fn is_status_gone(&self) -> bool {
        !self.choices.statuses.iter().any(|status| status.id == self.ticket.status_id)
    }
    fn name_of(&self, status: &crate::statuses::Status) -> String {
        status.name_in(self.ui.language)
    }
    fn channel_icon(&self) -> &'static str {
        channel_icon(self.ticket.channel)
    }
    /// The tone of the category: somebody has to act, or waits, or is done.
    fn tone(&self) -> &'static str {
        match self.ticket.category {
            Category::New | Category::Open => "act",
            Category::WaitingCustomer | Category::WaitingThirdParty => "wait",
            Category::Solved | Category::Closed => "done",
        }
    }
    fn may_reply(&self) -> bool {
        self.ui.may("tickets.reply") && !self.ticket.is_merged()
    }
    /// Whether anybody of the ticket can be answered by mail.
    fn may_answer(&self) -> bool {
        self.may_reply() && self.facts.has_address()
    }
    fn may_note(&self) -> bool {
        self.ui.may("tickets.note") && !self.ticket.is_merged()
    }
    fn may_edit(&self) -> bool {
        self.ui.may("tickets.edit") && !self.ticket.is_merged()
    }
    fn has_open_children(&self) -> bool {
        let mut links = self.facts.links.iter();
        links.any(|link| link.word == arrangements::LinkWord::ParentOf && link.category.is_open())
    }
}

/// What the part about time asks.
impl TicketPage {
    fn sum_of(&self, counts: impl Fn(&crate::time::TimeEntry) -> bool) -> String {
        let minutes = self.spent.iter().filter(|entry| counts(entry)).map(|entry| entry.minutes).sum();
        crate::time::policy::shown(minutes)
    }
    fn spent_sum(&self) -> String {
        self.sum_of(|_| true)
    }
    fn spent_billable(&self) -> String {
        self.sum_of(|entry| entry.is_billable)
    }
    fn spent_other(&self) -> String {
        self.sum_of(|entry| !entry.is_billable)
    }
    /// A day as people read it.
    fn civil_day(&self, day: &str) -> String {
        day.parse().map_or_else(|_| day.to_owned(), |day| self.ui.civil_date(day))
    }
    fn may_correct(&self, entry: &crate::time::TimeEntry) -> bool {
        let is_mine = self.ui.actor.as_ref().and_then(|actor| actor.user()) == Some(entry.user_id);
        self.may_note() && entry.ticket_id == self.ticket.id && (is_mine || self.ui.may("time.manage"))
    }
    /// What came back with mistakes: of a new entry, or of one that was to be corrected.
    fn is_time_wrong(&self) -> bool {
        self.props.mistakes.iter().any(|mistake| mistake.pointer.starts_with("/time_"))
    }
    fn is_time_new_wrong(&self) -> bool {
        self.is_time_wrong() && self.props.some("time_entry").is_none()
    }
    fn time_form(&self, entry: &crate::time::TimeEntry) -> Option<&Form> {
        let is_it = self.is_time_wrong() && self.props.get("time_entry") == entry.id.to_string();
        is_it.then_some(&self.props)
    }
    fn time_new(&self, name: &str) -> &str {
        if self.is_time_new_wrong() { self.props.get(name) } else { "" }
    }
    fn time_day(&self) -> String {
        match self.is_time_new_wrong() {
            true => self.props.get("time_day").to_owned(),
            false => self.ui.today().to_string(),
        }
    }
}

pub(crate) fn status_name(ui: &Ui, ticket: &Ticket) -> String {
    let (name, code) = (ticket.status_name.as_deref(), ticket.status_code.as_deref());
    crate::statuses::name_in(ui.language, name, code, ticket.category)
}
