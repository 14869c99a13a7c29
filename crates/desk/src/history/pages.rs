//! The history of a ticket in sentences.
use super::Entry;
use crate::{
    arrangements::{self, Change},
    conversation,
    statuses::{self, Status},
    tickets::{
        Category, Ticket, TicketError, ViewTickets,
        pages::{self, Asked, Middle, TicketPage},
    },
};
use axum::extract::{Path, Query};
use kernel::{clock::Millis, id::Id};
use people::{contacts, teams, users};
use platform::{
    authority::{Grant, Implies, Tx},
    db,
    events::Recorded,
    i18n::{self, Arg},
    web::{Failure, Page, Ui},
};
use serde_json::Value;
use std::collections::HashMap;

/// Events on one page.
const MOST: usize = 200;

/// Which page of the history.
#[derive(Default, serde::Deserialize)]
pub struct Place {
    until: Option<Id<Recorded>>,
}

/// A page of the history, oldest first.
pub struct Lines {
    pub lines: Vec<Line>,
    /// The event before which there are more.
    pub earlier: Option<Id<Recorded>>,
    pub is_newest: bool,
}

/// One line of the history.
pub struct Line {
    pub icon: &'static str,
    pub at: Millis,
    pub text: String,
    /// Why it happened, where the program did it by itself.
    pub why: String,
    /// What can be taken back.
    pub undo: Option<Change>,
}

/// What was arranged with whole tickets: icon, message and its arguments.
fn arranged(ui: &Ui, entry: &Entry) -> Option<(&'static str, &'static str, Vec<(&'static str, String)>)> {
    let data = &entry.changes;
    let word = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = ["into", "from", "to", "other"].into_iter().find(|name| data.get(name).is_some());
    let mut other = name.and_then(|name| data.get(name)).map(plain).unwrap_or_default();
    let mut link = String::new();
    let (icon, key) = match (entry.kind.as_str(), word("because")) {
        ("ticket.merged", _) => ("git-merge", "history-merged"),
        ("ticket.unmerged", _) => ("undo-2", "history-unmerged"),
        ("ticket.messages_came", "merge") => ("git-merge", "history-came-merge"),
        ("ticket.messages_came", "split") => ("split", "history-came-split"),
        ("ticket.messages_came", "move") => ("arrow-right", "history-came-move"),
        ("ticket.messages_came", _) => ("undo-2", "history-came-undo"),
        ("ticket.messages_left", "merge") => ("git-merge", "history-left-merge"),
        ("ticket.messages_left", "split") => ("split", "history-left-split"),
        ("ticket.messages_left", "move") => ("arrow-right", "history-left-move"),
        ("ticket.messages_left", _) => ("undo-2", "history-left-undo"),
        (kind @ ("ticket.linked" | "ticket.unlinked"), _) => {
            link = ui.t_of("link", word("link")).to_owned();
            if kind == "ticket.linked" { ("link", "history-linked") } else { ("undo-2", "history-unlinked") }
        }
        (kind @ ("ticket.children_solved" | "ticket.children_reopened"), _) => {
            let children = data.get("children").and_then(Value::as_array).into_iter().flatten();
            other = children.map(|child| format!("#{}", plain(child))).collect::<Vec<_>>().join(", ");
            match kind {
                "ticket.children_solved" => ("circle-check", "history-children-solved"),
                _ => ("undo-2", "history-children-reopened"),
            }
        }
        _ => return None,
    };
    Some((icon, key, vec![("other", other), ("link", link)]))
}
/// A step of an escalation: icon, message and its arguments.
fn escalated<'e>(ui: &Ui, entry: &'e Entry) -> (&'static str, &'static str, Vec<(&'static str, &'e str)>) {
    let data = &entry.changes;
    let word = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = ("name", word("name"));
    match entry.kind.as_str() {
        "ticket.escalated" if data.get("is_climbed").and_then(Value::as_bool) == Some(true) => {
            ("arrow-up-right", "history-escalation-climbed", vec![name])
        }
        "ticket.escalated" => match word("to") {
            "supervisor" => ("user-check", "history-escalated-supervisor", vec![name]),
            "supplier" => ("building-2", "history-escalated-supplier", vec![name]),
            _ => ("arrow-up-right", "history-escalated-line", vec![name]),
        },
        "ticket.escalation_accepted" => {
            let who = if word("by").is_empty() { ui.t("history-program") } else { word("by") };
            ("check", "history-escalation-accepted", vec![name, ("who", who)])
        }
        "ticket.handed_back" => ("undo-2", "history-handed-back", vec![name, ("to", word("to"))]),
        "ticket.stay_ended" => {
            ("check", "history-stay-ended", vec![name, ("how", ui.t_of("stay-end", word("how")))])
        }
        kind => {
            let promise = ("promise", ui.t_of("sla-promise", word("promise")));
            match kind {
                "stay.warned" => ("clock", "history-stay-warned", vec![name, promise]),
                _ => ("state-late", "history-stay-breached", vec![name, promise]),
            }
        }
    }
}
/// A step of a side conversation: icon, message and its arguments.
fn aside(entry: &Entry) -> (&'static str, &'static str, Vec<(&'static str, String)>) {
    let data = &entry.changes;
    let word = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = ("name", word("subject"));
    match entry.kind.as_str() {
        "ticket.side_opened" => {
            let to: Vec<_> =
                data.get("to").and_then(Value::as_array).into_iter().flatten().map(plain).collect();
            ("messages-square", "history-side-opened", vec![name, ("to", to.join(", "))])
        }
        "ticket.side_answered" if data.get("is_automatic").and_then(Value::as_bool) == Some(true) => {
            ("bot", "history-side-automatic", vec![name])
        }
        "ticket.side_answered" => {
            ("messages-square", "history-side-answered", vec![name, ("who", word("name"))])
        }
        "ticket.side_bounced" => ("mail-warning", "history-side-bounced", vec![name]),
        "ticket.side_closed" => ("check", "history-side-closed", vec![name]),
        "ticket.side_reopened" => ("rotate-ccw", "history-side-reopened", vec![name]),
        _ => ("messages-square", "history-side-asked", vec![name]),
    }
}
/// Time that was spent, corrected or removed: icon, message and its arguments.
fn spent(ui: &Ui, entry: &Entry) -> (&'static str, &'static str, Vec<(&'static str, String)>) {
    let data = &entry.changes;
    let length = |name: &str| crate::time::policy::shown(data.get(name).and_then(Value::as_i64).unwrap_or(0));
    let day = data.get("day").and_then(Value::as_str).unwrap_or_default();
    let day = day.parse().map_or_else(|_| day.to_owned(), |day| ui.civil_date(day));
    let more = vec![("spent", length("minutes")), ("was", length("was_minutes")), ("day", day)];
    let is_billable = data.get("is_billable").and_then(Value::as_bool) != Some(false);
    let key = match entry.kind.as_str() {
        "ticket.time_spent" if is_billable => "history-time-spent",
        "ticket.time_spent" => "history-time-spent-free",
        "ticket.time_corrected" => "history-time-corrected",
        _ => "history-time-removed",
    };
    ("clock", key, more)
}
fn more_of<'m>(more: &'m [(&'static str, String)]) -> Vec<(&'static str, &'m str)> {
    more.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// The lines of one day, under its name.
pub struct Day<'l> {
    pub name: String,
    pub lines: Vec<&'l Line>,
}
/// The history by days, in the reader's zone.
pub fn days<'l>(ui: &Ui, lines: &'l [Line]) -> Vec<Day<'l>> {
    let mut days: Vec<Day> = Vec::new();
    for line in lines {
        let name = ui.date(line.at);
        match days.last_mut().filter(|day| day.name == name) {
            Some(day) => day.lines.push(line),
            None => days.push(Day { name, lines: vec![line] }),
        }
    }
    days
}

/// `GET /t/{number}/history?until=`: the newest page, or the one before an event.
pub async fn get(
    grant: Grant<ViewTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
    Query(place): Query<Place>,
) -> Result<Page<TicketPage>, Failure> {
    let page = grant
        .read::<_, TicketError>(move |tx| {
            let around = pages::around(tx, &ui, number, &asked)?;
            // One more than is shown: it says whether there is more, and why the first one happened.
            let mut entries = super::of(tx, number, place.until, MOST + 1)?;
            entries.reverse();
            let names = Names::load(tx, &entries)?;
            let standing = standing(tx, &entries)?;
            let first = entries.len().saturating_sub(MOST);
            let mut lines = Vec::new();
            for (at, entry) in entries.iter().enumerate().skip(first) {
                let why = why(&ui, &entries[..at], entry);
                let undo = change_of(entry).filter(|change| standing.contains(change));
                let told = names.lines(&ui, entry).into_iter();
                lines.extend(told.map(|line| Line { why: why.clone(), undo, ..line }));
            }
            let earlier = entries.get(first).map(|entry| entry.id).filter(|_| first > 0);
            let lines = Lines { lines, earlier, is_newest: place.until.is_none() };
            Ok(around.page(ui, Middle::History(lines), asked))
        })
        .await?;
    Ok(Page(page))
}

/// What an entry arranged with whole tickets.
fn change_of(entry: &Entry) -> Option<Change> {
    let is_undo = entry.changes.get("because").and_then(Value::as_str) == Some("undo");
    let word = entry.changes.get("change").and_then(Value::as_str).filter(|_| !is_undo)?;
    word.parse().ok()
}
/// What of that still stands: it can be taken back, however long ago it was.
fn standing<P: Implies<ViewTickets>>(tx: &mut Tx<P>, entries: &[Entry]) -> db::Result<Vec<Change>> {
    let arranged = entries.iter().filter_map(change_of).filter_map(|change| match change {
        Change::Arrangement(id) => Some(id),
        Change::Event(_) => None,
    });
    let arranged: Vec<_> = arranged.collect();
    if arranged.is_empty() {
        return Ok(Vec::new());
    }
    let standing = arrangements::store::standing(tx, &arranged)?;
    Ok(standing.into_iter().map(Change::Arrangement).collect())
}

/// What led to a change: a status that moved in the moment of a message moved because of it.
fn why(ui: &Ui, before: &[Entry], entry: &Entry) -> String {
    let others = entry.changes.pointer("/with/others").and_then(Value::as_i64).filter(|others| *others > 0);
    if let Some(others) = others {
        return ui.t1("history-with", "count", others);
    }
    let of_it = |cause: &&Entry| cause.at == entry.at && cause.actor == entry.actor;
    let by_macro = before.iter().rev().take_while(of_it).find(|cause| cause.kind == "ticket.macro_applied");
    if let Some(cause) = by_macro {
        let name = cause.changes.get("name").and_then(Value::as_str).unwrap_or_default();
        return ui.t1("history-why-macro", "name", name);
    }
    let moved = entry.kind == "ticket.changed" && entry.changes.pointer("/changes/status").is_some();
    let cause =
        before.last().filter(|cause| moved && cause.at == entry.at && cause.kind == "ticket.message_added");
    let Some(cause) = cause else { return String::new() };
    let word = |name: &str| cause.changes.get(name).and_then(Value::as_str).unwrap_or_default();
    match (word("kind"), word("direction")) {
        ("public", "in") => ui.t("history-why-customer").into(),
        ("public", "out") => ui.t("history-why-answer").into(),
        _ => String::new(),
    }
}

/// A time of an event, as the reader's clock shows it.
fn moment(ui: &Ui, value: Option<&Value>) -> Option<String> {
    let at: Millis = serde_json::from_value(value?.clone()).ok()?;
    Some(ui.clock_time(at))
}

/// One event in sentences, for the notice of it.
pub fn told<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ui: &Ui, event: &Recorded) -> db::Result<String> {
    let actor = tx.actor().name.clone();
    let (id, at, kind) = (event.id, event.at_ms, event.kind.clone());
    let entries = [Entry { id, at, actor, kind, changes: event.data() }];
    let names = Names::load(tx, &entries)?;
    let lines = entries.iter().flat_map(|entry| names.lines(ui, entry));
    Ok(lines.map(|line| line.text).collect::<Vec<_>>().join(". "))
}

/// What the numbers in events are called today.
struct Names {
    users: HashMap<String, String>,
    teams: HashMap<String, String>,
    contacts: HashMap<String, String>,
    statuses: Vec<Status>,
    fields: HashMap<String, String>,
}

impl Names {
    fn load<P: Implies<ViewTickets>>(tx: &mut Tx<P>, entries: &[Entry]) -> db::Result<Names> {
        let mut people = numbers(entries, "assignee");
        people.extend(numbers(entries, "user"));
        let users = users::store::names(tx, &people)?;
        let contacts = contacts::store::by_ids(tx, &numbers(entries, "requester"))?;
        Ok(Names {
            users: users.into_iter().map(|user| (user.id.to_string(), user.name)).collect(),
            teams: teams::store::all(tx)?.into_iter().map(|team| (team.id.to_string(), team.name)).collect(),
            contacts: contacts.into_iter().map(|contact| (contact.id.to_string(), contact.name)).collect(),
            statuses: statuses::all(tx)?,
            fields: crate::fields::all(tx)?.into_iter().map(|field| (field.key, field.name)).collect(),
        })
    }

    /// The person of us that an entry is about.
    fn person(&self, data: &Value) -> String {
        self.name(&self.users, data.get("user")).unwrap_or_else(|| "?".into())
    }

    fn lines(&self, ui: &Ui, entry: &Entry) -> Vec<Line> {
        let by = if entry.actor.is_empty() { ui.t("history-program") } else { &entry.actor };
        let data = &entry.changes;
        let word = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
        let say = |key: &str, more: &[(&str, &str)]| {
            let mut arguments = vec![("by", Arg::from(by))];
            arguments.extend(more.iter().map(|(name, value)| (*name, Arg::from(*value))));
            i18n::format(ui.language, key, &arguments)
        };
        let line = |icon, text| Line { icon, at: entry.at, text, why: String::new(), undo: None };
        match entry.kind.as_str() {
            "ticket.opened" => {
                let channel = ui.t_of("channel", word("channel"));
                let key = if entry.actor.is_empty() { "history-opened-itself" } else { "history-opened" };
                vec![line("plus", say(key, &[("name", word("requester")), ("channel", channel)]))]
            }
            "ticket.message_added" => {
                let (icon, key) = match (word("kind"), word("direction")) {
                    ("note", _) => ("sticky-note", "history-note"),
                    (_, "in") if entry.actor.is_empty() => ("arrow-down-left", "history-message-arrived"),
                    (_, "in") => ("arrow-down-left", "history-message-in"),
                    _ => ("corner-up-left", "history-message-out"),
                };
                vec![line(icon, say(key, &[]))]
            }
            "ticket.message_forwarded" => {
                let to = data.get("to").and_then(Value::as_array).into_iter().flatten().map(plain);
                let to: Vec<_> = to.collect();
                vec![line("forward", say("history-forwarded", &[("to", &to.join(", "))]))]
            }
            "ticket.reply_scheduled" => vec![line("clock", say("history-reply-scheduled", &[]))],
            "ticket.reply_taken_back" => vec![line("rotate-ccw", say("history-reply-taken-back", &[]))],
            "ticket.reply_held" => vec![line("circle-alert", say("history-reply-held", &[]))],
            "ticket.participant_added" => {
                vec![line("user-plus", say("history-participant-added", &[("name", word("name"))]))]
            }
            "ticket.participant_removed" => {
                let name = self.name(&self.contacts, data.get("contact"));
                let name = name.unwrap_or_else(|| "?".into());
                vec![line("users", say("history-participant-removed", &[("name", &name)]))]
            }
            "ticket.merged"
            | "ticket.unmerged"
            | "ticket.messages_came"
            | "ticket.messages_left"
            | "ticket.linked"
            | "ticket.unlinked"
            | "ticket.children_solved"
            | "ticket.children_reopened" => arranged(ui, entry)
                .map(|(icon, key, more)| line(icon, say(key, &more_of(&more))))
                .into_iter()
                .collect(),
            "ticket.changed" => {
                let changes = data.get("changes").and_then(Value::as_object);
                let changes = changes.into_iter().flatten();
                let pair = |(field, values): (&String, &Value)| {
                    let before = values.get(0).cloned().unwrap_or_default();
                    let after = values.get(1).cloned().unwrap_or_default();
                    self.change(ui, field, &before, &after)
                };
                let told = changes.flat_map(pair);
                told.map(|change| {
                    let more = [("from", change.from.as_str()), ("to", &change.to), ("field", &change.field)];
                    line(change.icon, say(change.key, &more))
                })
                .collect()
            }
            "sla.applied" if word("name").is_empty() => vec![line("clock", say("history-sla-none", &[]))],
            "sla.applied" => vec![line("clock", say("history-sla-applied", &[("name", word("name"))]))],
            "sla.warned" | "sla.breached" => {
                let (icon, key) = match entry.kind.as_str() {
                    "sla.warned" => ("clock", "history-sla-warned"),
                    _ => ("state-late", "history-sla-breached"),
                };
                vec![line(icon, say(key, &[("name", ui.t_of("sla-promise", word("promise")))]))]
            }
            "ticket.routed" => vec![line("shuffle", say("history-routed", &[("name", &self.person(data))]))],
            "ticket.taken_back" => {
                vec![line("undo-2", say("history-taken-back", &[("name", &self.person(data))]))]
            }
            "ticket.macro_applied" => vec![line("zap", say("history-macro", &[("name", word("name"))]))],
            "ticket.snoozed" => {
                let said = match moment(ui, data.get("until")) {
                    Some(until) => say("history-snoozed", &[("until", &until)]),
                    None => say("history-snoozed-until-message", &[]),
                };
                vec![line("alarm-clock", said)]
            }
            "ticket.woke" => {
                vec![line("alarm-clock", say(&format!("history-woke-{}", word("why")), &[]))]
            }
            "ticket.call_back_promised" => {
                let until = moment(ui, data.get("due_at")).unwrap_or_default();
                let more = [("name", word("name")), ("until", until.as_str())];
                vec![line("phone-call", say("history-call-back-promised", &more))]
            }
            "ticket.call_back_tried" => {
                let is_reached = data.get("is_reached").and_then(Value::as_bool) == Some(true);
                let (icon, key) = match is_reached {
                    true => ("phone-call", "history-call-back-reached"),
                    false => ("phone-missed", "history-call-back-missed"),
                };
                vec![line(icon, say(key, &[("name", word("name"))]))]
            }
            "ticket.call_back_due" => {
                vec![line("alarm-clock", say("history-call-back-due", &[("name", word("name"))]))]
            }
            "ticket.call_back_dropped" => {
                vec![line("x", say("history-call-back-dropped", &[("name", word("name"))]))]
            }
            "ticket.escalated"
            | "ticket.escalation_accepted"
            | "ticket.handed_back"
            | "ticket.stay_ended"
            | "stay.warned"
            | "stay.breached" => {
                let (icon, key, more) = escalated(ui, entry);
                vec![line(icon, say(key, &more))]
            }
            kind if kind.starts_with("ticket.side_") => {
                let (icon, key, more) = aside(entry);
                vec![line(icon, say(key, &more_of(&more)))]
            }
            "ticket.items_added" => {
                vec![line("list-checks", say("history-items-added", &[("name", word("name"))]))]
            }
            "ticket.item_done" => {
                vec![line("circle-check", say("history-item-done", &[("name", word("text"))]))]
            }
            "ticket.item_opened" => {
                vec![line("rotate-ccw", say("history-item-opened", &[("name", word("text"))]))]
            }
            "ticket.item_changed" => {
                vec![line("pencil", say("history-item-changed", &[("name", word("text"))]))]
            }
            "ticket.item_removed" => vec![line("x", say("history-item-removed", &[("name", word("text"))]))],
            "ticket.helper_added" => {
                vec![line("user-plus", say("history-helper-added", &[("name", &self.person(data))]))]
            }
            "ticket.helper_removed" => {
                vec![line("users", say("history-helper-removed", &[("name", &self.person(data))]))]
            }
            kind @ ("ticket.follower_added" | "ticket.follower_removed") => {
                let is_own = data.get("is_own").and_then(Value::as_bool) == Some(true);
                let (icon, key) = match (kind == "ticket.follower_added", is_own) {
                    (true, true) => ("bell", "history-follows"),
                    (true, false) => ("bell", "history-follower-added"),
                    (false, true) => ("bell", "history-follows-no-longer"),
                    (false, false) => ("bell", "history-follower-removed"),
                };
                vec![line(icon, say(key, &[("name", &self.person(data))]))]
            }
            "ticket.contract_applied" if word("name").is_empty() => {
                vec![line("file-text", say("history-contract-none", &[]))]
            }
            "ticket.contract_applied" => {
                vec![line("file-text", say("history-contract-applied", &[("name", word("name"))]))]
            }
            "ticket.time_spent" | "ticket.time_corrected" | "ticket.time_removed" => {
                let (icon, key, more) = spent(ui, entry);
                vec![line(icon, say(key, &more_of(&more)))]
            }
            "mail.sent" => vec![line("check", say("history-mail-sent", &[]))],
            "mail.failed" => {
                let why = conversation::pages::because(ui, word("reason"));
                vec![line("circle-alert", say("history-mail-failed", &[("why", &why)]))]
            }
            other => vec![line("zap", say("history-other", &[("kind", other)]))],
        }
    }

    fn name(&self, names: &HashMap<String, String>, id: Option<&Value>) -> Option<String> {
        let id = match id? {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        Some(names.get(&id).cloned().unwrap_or_else(|| format!("#{id}")))
    }

    /// What one changed field says; tags and own fields may say several things.
    fn change(&self, ui: &Ui, field: &str, before: &Value, after: &Value) -> Vec<Told> {
        let tell =
            |icon, key, from: String, to: String| vec![Told { icon, key, from, to, field: String::new() }];
        let both = |show: &dyn Fn(&Value) -> String| (show(before), show(after));
        match field {
            "status" => {
                let (from, to) = both(&|value| self.status(ui, value));
                tell("state-open", "history-status", from, to)
            }
            // Said by the status already.
            "status_id" => Vec::new(),
            "subject" => {
                let (from, to) = both(&plain);
                tell("pencil", "history-subject", from, to)
            }
            "priority" => {
                let (from, to) =
                    both(&|value| ui.t_of("priority", value.as_str().unwrap_or_default()).into());
                tell("priority-high", "history-priority", from, to)
            }
            "type" => {
                let (from, to) =
                    both(&|value| ui.t_of("ticket-kind", value.as_str().unwrap_or_default()).into());
                tell("tag", "history-type", from, to)
            }
            "assignee" | "team" | "requester" => {
                let (names, icon, some, none) = match field {
                    "assignee" => (&self.users, "user-check", "history-assigned", "history-unassigned"),
                    "team" => (&self.teams, "users", "history-team", "history-team-none"),
                    _ => (&self.contacts, "user", "history-requester", "history-requester"),
                };
                let from = self.name(names, Some(before)).unwrap_or_default();
                match self.name(names, Some(after)) {
                    Some(to) => tell(icon, some, from, to),
                    None => tell(icon, none, from, String::new()),
                }
            }
            "tags" => {
                let list = |value: &Value| -> Vec<String> {
                    value.as_array().into_iter().flatten().map(plain).collect()
                };
                let (from, to) = (list(before), list(after));
                let only = |these: &[String], others: &[String]| {
                    these.iter().filter(|tag| !others.contains(tag)).cloned().collect::<Vec<_>>().join(", ")
                };
                let (added, removed) = (only(&to, &from), only(&from, &to));
                let mut told = Vec::new();
                if !added.is_empty() {
                    told.extend(tell("tag", "history-tags-added", String::new(), added));
                }
                if !removed.is_empty() {
                    told.extend(tell("tag", "history-tags-removed", removed, String::new()));
                }
                told
            }
            _ => {
                let news = after.as_object().into_iter().flatten();
                let value = |key: &String, value: &Value| {
                    let to = plain(value);
                    let key_of = if to.is_empty() { "history-field-emptied" } else { "history-field" };
                    let name = self.fields.get(key).unwrap_or(key).clone();
                    let from = before.get(key).map(plain).unwrap_or_default();
                    Told { icon: "pencil", key: key_of, from, to, field: name }
                };
                news.map(|(key, after)| value(key, after)).collect()
            }
        }
    }

    /// A category, or the number of a status where both are of one category.
    fn status(&self, ui: &Ui, value: &Value) -> String {
        let word = value.as_str().unwrap_or_default();
        let by_id = self.statuses.iter().find(|status| status.id.to_string() == word);
        match (by_id, Category::from_word(word)) {
            (Some(status), _) => status.name_in(ui.language),
            (None, Some(category)) => statuses::name_in(ui.language, None, None, category),
            (None, None) => word.into(),
        }
    }
}

struct Told {
    icon: &'static str,
    key: &'static str,
    from: String,
    to: String,
    field: String,
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "✓".into(),
        Value::Bool(false) => "–".into(),
        other => other.to_string(),
    }
}

/// The ids that a field had in these events, and those of people who left.
fn numbers<T>(entries: &[Entry], field: &str) -> Vec<Id<T>> {
    let changed = entries.iter().filter_map(|entry| entry.changes.get("changes")?.get(field)?.as_array());
    let left =
        entries.iter().filter_map(|entry| entry.changes.get("contact")).filter(|_| field == "requester");
    let about = entries.iter().filter_map(|entry| entry.changes.get("user")).filter(|_| field == "user");
    let values = changed.flatten().chain(left).chain(about);
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    let mut ids: Vec<_> = values.filter_map(number).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(Id::new).collect()
}
