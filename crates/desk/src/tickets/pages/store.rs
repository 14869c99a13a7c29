//! SQL for the ticket's page: what stands beside the conversation, in two statements instead of a dozen.
use crate::{
    arrangements::{Change, Link, LinkWord},
    attachments::Attachment,
    conversation::Message,
    scheduled::pages::Shown,
    statuses::Status,
    tickets::{
        Category, Ticket, ViewTickets,
        store::{Sight, current_address, visible},
    },
};
use derive::Record;
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{Implies, Team, Tx, User},
    db::{Conn, Result},
    sql,
    web::Ui,
};
use std::collections::BTreeMap;

/// A small fact about a ticket; what `a`, `b` and `c` are depends on `noun`.
#[derive(Record)]
struct Fact {
    noun: String,
    id: i64,
    a: String,
    b: String,
    c: String,
}

/// Somebody of the customer's side, or a colleague who follows.
#[derive(Clone)]
pub struct Person {
    pub id: i64,
    pub name: String,
    pub email: String,
    /// `requester`, `cc`, `follower`, `helper`.
    pub role: String,
}

/// What stands beside a conversation.
#[derive(Default)]
pub struct Facts {
    /// The requester first.
    pub participants: Vec<Person>,
    pub followers: Vec<Person>,
    /// Colleagues who work on it beside the one who has it.
    pub helpers: Vec<Person>,
    /// Of the requester, the primary one first.
    pub emails: Vec<String>,
    pub phones: Vec<String>,
    pub notes: String,
    /// Of contacts that were merged into this one.
    pub other_notes: Vec<String>,
    pub tags: Vec<String>,
    /// By the field's id, as stored.
    pub values: BTreeMap<i64, String>,
    /// What the reader has begun to write here.
    pub draft: Option<String>,
    /// Answers that are not sent yet, the next one first.
    pub scheduled: Vec<Shown>,
    /// The signature of the inbox that sends, unfilled, and the inbox's name.
    pub signature: Option<(String, String)>,
    /// Whether that inbox quotes the customer's last message.
    pub is_quoting: bool,
    /// The domains of the requester's organisation.
    pub domains: Vec<String>,
    /// Tickets that were merged into it, as far as the reader sees them.
    pub merged: Vec<Merged>,
    pub links: Vec<Linked>,
    /// When the reader wants to be reminded of it, the next one first.
    pub reminders: Vec<Reminded>,
}

/// A reminder of the reader's own.
pub struct Reminded {
    pub id: Id<crate::reminders::Reminder>,
    pub note: String,
    pub due_at: Millis,
}

/// A ticket that was merged into this one.
pub struct Merged {
    pub id: Id<Ticket>,
    pub subject: String,
    /// To take it out again; `None` for one that was split out and went back.
    pub change: Option<Change>,
}
/// A ticket that this one is linked with.
pub struct Linked {
    pub id: Id<Ticket>,
    pub subject: String,
    pub category: Category,
    /// What this one is to it.
    pub word: LinkWord,
    pub change: Change,
}
impl Linked {
    fn of(noun: &str, id: i64, subject: String, arrangement: &str, what: &str) -> Option<Linked> {
        let (link, category) = what.split_once(' ')?;
        Some(Linked {
            id: Id::new(id),
            subject,
            category: Category::from_word(category)?,
            word: LinkWord::of(Link::from_word(link)?, noun == "link"),
            change: Change::Arrangement(Id::new(arrangement.parse().ok()?)),
        })
    }
}

impl Facts {
    /// Whether an answer by mail would reach anybody.
    pub fn has_address(&self) -> bool {
        self.participants.iter().any(|person| !person.email.is_empty())
    }
    /// The files of the reader's draft.
    pub fn draft_files(&self) -> Vec<Id<Attachment>> {
        let draft =
            self.draft.as_deref().and_then(|draft| serde_json::from_str::<serde_json::Value>(draft).ok());
        let ids = draft.as_ref().and_then(|draft| draft.get("attachments")?.as_array());
        ids.into_iter().flatten().filter_map(|id| id.as_str()?.parse().ok()).collect()
    }
    /// The message that the reader has begun to send on.
    pub fn forwarding(&self) -> Option<Id<Message>> {
        let draft: serde_json::Value = serde_json::from_str(self.draft.as_deref()?).ok()?;
        let word = |name: &str| draft.get(name).and_then(serde_json::Value::as_str);
        if word("kind") != Some("forward") {
            return None;
        }
        word("message")?.parse().ok()
    }
}

/// All of a ticket that the caller has seen. `reader` is whose draft is meant.
pub fn facts<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: Id<Ticket>, reader: Id<User>) -> Result<Facts> {
    let sight = Sight::of(tx);
    let rows = tx.all::<Fact>(
        sql!(concat!(
            "WITH who (id, root) AS (
               SELECT k.id, coalesce(r.lands_at_id, r.id)
                 FROM ticket t JOIN contact r ON r.id = t.requester_id
                 JOIN contact k ON k.id = coalesce(r.lands_at_id, r.id) OR k.lands_at_id = coalesce(r.lands_at_id, r.id)
                WHERE t.id = $4)
             SELECT 'participant' AS noun, p.contact_id AS id, coalesce(l.name, c.name) AS a,
                    coalesce(e.email, '') AS b, p.role AS c
               FROM ticket_participant p
               JOIN contact c ON c.id = p.contact_id
               LEFT JOIN contact l ON l.id = c.lands_at_id
               LEFT JOIN contact_email e ON e.contact_id = c.id AND ",
            current_address!(),
            "
              WHERE p.ticket_id = $4
             UNION ALL
             SELECT 'follower', u.id, u.name, u.email, 'follower'
               FROM ticket_follower f JOIN desk_user u ON u.id = f.user_id WHERE f.ticket_id = $4
             UNION ALL
             SELECT 'helper', u.id, u.name, u.email, 'helper'
               FROM ticket_helper h JOIN desk_user u ON u.id = h.user_id WHERE h.ticket_id = $4
              UNION ALL
             SELECT CASE WHEN w.id <> w.root THEN 'other_email' WHEN e.is_primary = TRUE THEN 'primary' ELSE 'email' END,
                    0, e.email, '', ''
               FROM who w JOIN contact_email e ON e.contact_id = w.id
             UNION ALL
             SELECT CASE WHEN w.id <> w.root THEN 'other_phone' ELSE 'phone' END, 0, n.phone, '', ''
               FROM who w JOIN contact_phone n ON n.contact_id = w.id
             UNION ALL
             SELECT CASE WHEN w.id <> w.root THEN 'other_notes' ELSE 'notes' END, 0, c.notes, '', ''
               FROM who w JOIN contact c ON c.id = w.id WHERE c.notes <> ''
             UNION ALL
             SELECT 'tag', 0, g.tag, '', '' FROM ticket_tag g WHERE g.ticket_id = $4
             UNION ALL
             SELECT 'field', v.field_id, v.value, '', '' FROM ticket_field v WHERE v.ticket_id = $4
             UNION ALL
             SELECT 'inbox', i.id, i.signature, i.name, i.quote
               FROM inbox i
              WHERE i.id = coalesce((SELECT y.id FROM ticket t JOIN contract k ON k.id = t.contract_id
                                       JOIN inbox y ON y.id = k.inbox_id
                                      WHERE t.id = $4 AND y.is_active = TRUE AND y.send IS NOT NULL),
                                    (SELECT t.inbox_id FROM ticket t WHERE t.id = $4),
                                    (SELECT min(s.id) FROM inbox s WHERE s.is_active = TRUE AND s.send IS NOT NULL))
             UNION ALL
             SELECT 'domain', 0, d.domain, '', ''
               FROM ticket t JOIN organisation_domain d ON d.organisation_id = t.organisation_id WHERE t.id = $4
             UNION ALL
             SELECT 'draft', 0, d.body, '', '' FROM draft d WHERE d.user_id = $5 AND d.ticket_id = $4
             UNION ALL
             SELECT 'reminder', r.id, r.note, CAST(r.due_at_ms AS TEXT), ''
               FROM reminder r JOIN ticket x ON x.id = r.ticket_id
              WHERE r.user_id = $5 AND r.done_at_ms IS NULL AND (x.id = $4 OR x.lands_at_id = $4)
             UNION ALL
             SELECT 'scheduled', s.id, s.draft,
                    CAST(s.user_id AS TEXT) || ' ' || CAST(s.send_at_ms AS TEXT) || ' ' || CAST(s.seen_id AS TEXT)
                      || CASE WHEN s.is_later = TRUE THEN ' later ' ELSE ' soon ' END || COALESCE(s.held_because, ''),
                    u.name
               FROM scheduled_reply s JOIN desk_user u ON u.id = s.user_id WHERE s.ticket_id = $4
             UNION ALL
             SELECT 'merged', t.id, t.subject, coalesce(CAST(a.id AS TEXT), ''), ''
               FROM ticket t
               LEFT JOIN arrangement a ON a.source_id = t.id AND a.kind = 'merge' AND a.undone_at_ms IS NULL
              WHERE t.lands_at_id = $4 AND ",
            visible!(),
            "UNION ALL
             SELECT CASE WHEN a.source_id = $4 THEN 'link' ELSE 'linked' END, t.id, t.subject, CAST(a.id AS TEXT),
                    a.link || ' ' || t.category
               FROM arrangement a JOIN ticket t ON t.id = CASE WHEN a.source_id = $4 THEN a.target_id ELSE a.source_id END
              WHERE (a.source_id = $4 OR a.target_id = $4) AND a.kind = 'link' AND a.undone_at_ms IS NULL AND ",
            visible!()
        )),
        args![sight.scope, sight.person, &sight.ids, ticket, reader],
    )?;
    let mut facts = Facts::default();
    let (mut other_emails, mut other_phones) = (Vec::new(), Vec::new());
    for Fact { noun, id, a, b, c } in rows {
        match noun.as_str() {
            "participant" => facts.participants.push(Person { id, name: a, email: b, role: c }),
            "follower" => facts.followers.push(Person { id, name: a, email: b, role: c }),
            "helper" => facts.helpers.push(Person { id, name: a, email: b, role: c }),
            "primary" => facts.emails.insert(0, a),
            "email" => facts.emails.push(a),
            "phone" => facts.phones.push(a),
            // What belongs to contacts that were merged into this one comes last.
            "other_email" => other_emails.push(a),
            "other_phone" => other_phones.push(a),
            "notes" => facts.notes = a,
            "other_notes" => facts.other_notes.push(a),
            "tag" => facts.tags.push(a),
            "field" => drop(facts.values.insert(id, a)),
            "domain" => facts.domains.push(a),
            "merged" => {
                let change = b.parse().ok().map(Id::new).map(Change::Arrangement);
                facts.merged.push(Merged { id: Id::new(id), subject: a, change });
            }
            "link" | "linked" => facts.links.extend(Linked::of(&noun, id, a, &b, &c)),
            "inbox" => {
                facts.is_quoting = c == "last";
                facts.signature = Some((a, b));
            }
            "reminder" => {
                let due_at = Millis(b.parse().unwrap_or_default());
                facts.reminders.push(Reminded { id: Id::new(id), note: a, due_at });
            }
            "scheduled" => facts.scheduled.extend(Shown::of_fact(id, &a, &b, c)),
            _ => facts.draft = Some(a),
        }
    }
    facts.emails.append(&mut other_emails);
    other_phones.retain(|phone| !facts.phones.contains(phone));
    facts.phones.append(&mut other_phones);
    facts.participants.sort_by_key(|person| (person.role != "requester", person.id));
    facts.tags.sort();
    facts.scheduled.sort_by_key(|shown| (shown.send_at, shown.id));
    facts.reminders.sort_by_key(|one| (one.due_at, one.id));
    facts.merged.sort_by_key(|merged| merged.id);
    facts.links.sort_by_key(|link| link.id);
    Ok(facts)
}

#[derive(Record)]
struct Choosable {
    noun: String,
    id: i64,
    name: String,
    a: String,
    b: String,
    c: String,
    d: String,
    e: String,
}

/// What a ticket's properties can be set to.
#[derive(Default)]
pub struct Choices {
    pub statuses: Vec<Status>,
    /// Those who still work here, by name.
    pub users: Vec<(Id<User>, String)>,
    pub teams: Vec<(Id<Team>, String)>,
    pub fields: Vec<crate::fields::Field>,
    /// Checklists that are in use: id and name.
    pub checklists: Vec<(i64, String)>,
    /// Who is away, or will be.
    pub away: Vec<Away>,
}

/// That somebody is away, as it is said where work is given.
pub struct Away {
    user: Id<User>,
    from_ms: Millis,
    until_ms: Millis,
    deputy: String,
}
impl Choices {
    /// A colleague's name, and whether they are away.
    pub fn called(&self, ui: &Ui, user: &Id<User>, name: &str) -> String {
        match self.away(ui, user) {
            Some(away) => format!("{name} ({away})"),
            None => name.to_owned(),
        }
    }
    /// `away until 3 Dec 2026, deputy Ada`; `None` for somebody who is there.
    pub fn away(&self, ui: &Ui, user: &Id<User>) -> Option<String> {
        let is_it = |away: &&Away| away.user == *user && away.from_ms <= ui.now && ui.now < away.until_ms;
        let away = self.away.iter().find(is_it)?;
        let until = ui.date(away.until_ms.plus(-1));
        Some(match away.deputy.as_str() {
            "" => ui.t1("absence-hint", "until", &until),
            deputy => ui.t2("absence-hint-deputy", "until", &until, "name", deputy),
        })
    }
}

/// All of a desk, in the order in which people see them.
pub fn choices(conn: &mut Conn) -> Result<Choices> {
    let rows = conn.all::<Choosable>(
        sql!(
            "SELECT noun, id, name, a, b, c, d, e FROM (
             SELECT 'status' AS noun, id, coalesce(name, '') AS name, coalesce(code, '') AS a, category AS b, only_from AS c,
                    '' AS d, '' AS e,
                    position AS place, '' AS folded
               FROM ticket_status WHERE is_archived = FALSE
             UNION ALL
             SELECT 'user', id, name, '', '', '', '', '', 0, name_folded FROM desk_user WHERE is_active = TRUE
             UNION ALL
             SELECT 'team', id, name, '', '', '', '', '', 0, name_folded FROM team WHERE is_archived = FALSE
             UNION ALL
             SELECT 'away', a.user_id, coalesce(d.name, ''), CAST(a.from_ms AS TEXT), CAST(a.until_ms AS TEXT), '', '', '', 0, ''
               FROM absence a LEFT JOIN desk_user d ON d.id = a.deputy_id
             UNION ALL
             SELECT 'checklist', id, name, '', '', '', '', '', 0, name_folded FROM checklist WHERE is_archived = FALSE
             UNION ALL
             SELECT 'field', id, name, key, kind, choices, shown_when, needed_for, position, '' FROM field WHERE is_archived = FALSE) x
              ORDER BY place, folded, id"
        ),
        args![],
    )?;
    let mut choices = Choices::default();
    for row in rows {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        match row.noun.as_str() {
            "user" => choices.users.push((Id::new(row.id), row.name)),
            "team" => choices.teams.push((Id::new(row.id), row.name)),
            "checklist" => choices.checklists.push((row.id, row.name)),
            "away" => {
                let (Ok(from), Ok(until)) = (row.a.parse(), row.b.parse()) else { continue };
                let (from_ms, until_ms) = (Millis(from), Millis(until));
                choices.away.push(Away { user: Id::new(row.id), from_ms, until_ms, deputy: row.name });
            }
            "status" => {
                let Some(category) = crate::tickets::Category::from_word(&row.b) else { continue };
                let (id, code, name) = (Id::new(row.id), some(row.a), some(row.name));
                let (only_from, only_if) = (row.c, String::new());
                choices.statuses.push(Status {
                    id,
                    code,
                    category,
                    name,
                    is_default: false,
                    only_from,
                    only_if,
                });
            }
            _ => {
                let Some(kind) = crate::fields::FieldKind::from_word(&row.b) else { continue };
                let (id, key, name) = (Id::new(row.id), row.a, row.name);
                choices.fields.push(crate::fields::Field {
                    id,
                    key,
                    name,
                    kind,
                    choices: row.c,
                    shown_when: row.d,
                    needed_for: row.e,
                });
            }
        }
    }
    Ok(choices)
}
