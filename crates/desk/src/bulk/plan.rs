//! What a step would do to each ticket, before it does.
use super::{
    policy::{Changes, MOST, Selection},
    store,
};
use crate::{
    filter::{self, Filter, Order, find},
    statuses::{self, Status},
    tickets::{
        self, Ticket, TicketError, ViewTickets,
        store::{Sight, by_ids_within},
    },
    views,
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Implies, Tx},
    blobs::Hash,
    db,
};
use std::collections::{BTreeMap, BTreeSet};

/// Tickets that are looked at together.
const CHUNK: usize = 500;

/// What a step would do to one ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// These fields change.
    Changes(Vec<&'static str>),
    /// It is so already.
    Same,
    /// It cannot be changed: a code.
    Refused(&'static str),
}
/// A ticket and what would become of it; `None` where it is out of sight.
pub struct Planned {
    pub id: Id<Ticket>,
    pub ticket: Option<Box<Ticket>>,
    pub tags: Vec<String>,
    pub verdict: Verdict,
}

/// All that would happen.
pub struct Plan {
    pub tickets: Vec<Planned>,
    /// Changes with everything that they change or cannot change, and from what: another one where anything of it became
    /// different since somebody looked.
    pub mark: String,
}
impl Plan {
    fn of(&self, is_it: impl Fn(&Verdict) -> bool) -> impl Iterator<Item = &Planned> {
        self.tickets.iter().filter(move |planned| is_it(&planned.verdict))
    }
    /// The tickets of which this holds.
    pub fn ids_of(&self, is_it: impl Fn(&Verdict) -> bool) -> Vec<Id<Ticket>> {
        self.of(is_it).map(|planned| planned.id).collect()
    }
    pub fn changing(&self) -> impl Iterator<Item = &Planned> {
        self.of(|verdict| matches!(verdict, Verdict::Changes(_)))
    }
    pub fn same(&self) -> usize {
        self.of(|verdict| *verdict == Verdict::Same).count()
    }
    pub fn refused(&self) -> impl Iterator<Item = (&Planned, &'static str)> {
        self.tickets.iter().filter_map(|planned| match planned.verdict {
            Verdict::Refused(code) => Some((planned, code)),
            _ => None,
        })
    }
}

/// The tickets that somebody means, each once: those of a list as far as they see it.
///
/// * errors – 404 for a view out of sight; 422 for a filter that cannot be read, for none and for more than 10,000.
pub fn selected<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    selection: &Selection,
) -> Result<Vec<Id<Ticket>>, TicketError> {
    let too_many = || Problem::field("tickets", "too_many_tickets");
    if !selection.is_list() {
        let ids: BTreeSet<_> = selection.tickets.iter().copied().collect();
        if ids.is_empty() {
            return Err(Problem::field("tickets", "required").into());
        }
        if ids.len() > MOST {
            return Err(too_many().into());
        }
        return Ok(ids.into_iter().collect());
    }
    let mut parts = Vec::new();
    if let Some(word) = &selection.view {
        let shown = views::Shown::from_word(word).ok_or_else(Problem::not_found)?;
        parts.push(views::meaning::of(tx, &shown)?.filter);
    }
    if let Some(text) = &selection.filter {
        let language = tx.actor().language;
        parts.push(find::read(tx, text)?.map_err(|mistake| mistake.problem_in(language))?);
    }
    let found = find::page(tx, &Filter::all(parts), Order::Created, None, MOST)?;
    if found.next.is_some() {
        return Err(too_many().into());
    }
    if found.ids.is_empty() {
        return Err(Problem::field("tickets", "required").into());
    }
    Ok(found.ids)
}

/// What is true of all tickets alike, looked up once.
pub struct Checked {
    changes: Changes,
    status: Option<Status>,
}
/// * errors – 422 for a status, team or person that is not there.
pub fn check<P>(tx: &mut Tx<P>, changes: Changes) -> Result<Checked, TicketError> {
    let status = match &changes.status {
        Some(word) => {
            Some(statuses::named(tx, word)?.ok_or_else(|| Problem::field("status", "unknown_word"))?)
        }
        None => None,
    };
    tickets::actions::check_people(tx, changes.team.flatten(), changes.assignee.flatten())?;
    Ok(Checked { changes, status })
}

/// Looks at every ticket, with four statements for 500 of them.
pub fn plan<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ids: &[Id<Ticket>],
    checked: &Checked,
) -> db::Result<Plan> {
    let editable = tx.actor().reach("tickets.edit");
    let scope = tx.actor().reach("tickets.view").or(editable).unwrap_or(tx.scope());
    let (sight, mine) =
        (Sight::within(tx.actor(), scope), editable.map(|scope| Sight::within(tx.actor(), scope)));
    let (mut planned, mut told) = (Vec::new(), String::new());
    for ids in ids.chunks(CHUNK) {
        let seen: BTreeMap<_, _> =
            by_ids_within(tx, ids, &sight)?.into_iter().map(|ticket| (ticket.id, ticket)).collect();
        let may: BTreeSet<_> = match &mine {
            Some(mine) => store::within(tx, ids, mine)?.into_iter().map(|(id,)| id).collect(),
            None => BTreeSet::new(),
        };
        let mut tags: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for tag in tickets::store::tags(tx, ids)? {
            tags.entry(tag.ticket_id).or_default().push(tag.tag);
        }
        let mut seen = seen;
        for id in ids {
            let ticket = seen.remove(id);
            let tags = ticket.as_ref().and_then(|_| tags.remove(id)).unwrap_or_default();
            let verdict = match changeable(ticket.as_ref(), may.contains(id)) {
                Ok(ticket) => verdict(ticket, &tags, checked),
                Err(code) => Verdict::Refused(code),
            };
            tell(&mut told, *id, ticket.as_ref(), &verdict);
            planned.push(Planned { id: *id, ticket: ticket.map(Box::new), tags, verdict });
        }
    }
    told.push_str(&serde_json::to_string(&checked.changes).unwrap_or_default());
    Ok(Plan { tickets: planned, mark: Hash::of(told.as_bytes()).hex() })
}

/// Writes what a mark is made of. Tags come and go beside others, whatever those are.
fn tell(told: &mut String, id: Id<Ticket>, ticket: Option<&Ticket>, verdict: &Verdict) {
    match (verdict, ticket) {
        (Verdict::Changes(fields), Some(ticket)) => {
            told.push_str(&format!("{id}:"));
            for field in fields {
                let from = match *field {
                    "status" => ticket.status_id.to_string(),
                    "priority" => ticket.priority.word().to_owned(),
                    "type" => ticket.kind.word().to_owned(),
                    "team" => ticket.team_id.to_string(),
                    "assignee" => ticket.assignee_id.to_string(),
                    _ => String::new(),
                };
                told.push_str(&format!("{field}={from},"));
            }
        }
        (Verdict::Refused(code), _) => told.push_str(&format!("{id}:{code},")),
        (Verdict::Changes(_), None) | (Verdict::Same, _) => {}
    }
}

/// * errors – a code: why it cannot be changed, whatever is wanted.
fn changeable(ticket: Option<&Ticket>, is_theirs: bool) -> Result<&Ticket, &'static str> {
    let Some(ticket) = ticket else { return Err("out_of_sight") };
    if !is_theirs {
        return Err("not_yours_to_change");
    }
    if tickets::actions::unmerged(ticket).is_err() {
        return Err("ticket_merged");
    }
    Ok(ticket)
}

/// What would change of a ticket that may be changed.
fn verdict(ticket: &Ticket, tags: &[String], checked: &Checked) -> Verdict {
    let changes = &checked.changes;
    let patch = match changes.patch(tags) {
        Ok(patch) => patch,
        Err(code) => return Verdict::Refused(code),
    };
    let none = Id::new(0);
    let team = changes.team.map(|team| team.unwrap_or(none));
    let assignee = changes.assignee.map(|assignee| assignee.unwrap_or(Id::new(0)));
    let fields: Vec<_> = [
        ("status", checked.status.as_ref().is_some_and(|status| status.id != ticket.status_id)),
        ("priority", changes.priority.is_some_and(|priority| priority != ticket.priority)),
        ("type", changes.kind.is_some_and(|kind| kind != ticket.kind)),
        ("team", team.is_some_and(|team| team != ticket.team_id)),
        ("assignee", assignee.is_some_and(|assignee| assignee != ticket.assignee_id)),
        ("tags", patch.tags.is_some_and(|after| after != tags)),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect();
    if fields.is_empty() { Verdict::Same } else { Verdict::Changes(fields) }
}

/// As people read what was typed, for a page about it.
pub fn shown_filter<P: Implies<ViewTickets>>(tx: &mut Tx<P>, word: &str) -> Result<String, TicketError> {
    let shown = views::Shown::from_word(word).ok_or_else(Problem::not_found)?;
    let meaning = views::meaning::of(tx, &shown)?;
    let names = filter::Names::of(tx, &meaning.filter)?;
    Ok(filter::print(&meaning.filter, &names))
}
