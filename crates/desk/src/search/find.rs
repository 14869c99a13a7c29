//! From a question to what a page or a program shows.
use super::{CONTACT, ORGANISATION, TICKET, filter, store};
use crate::{
    conversation::{Message, MessageKind},
    tickets::{self, Ticket, ViewTickets},
};
use kernel::{
    clock::{DAY, Millis},
    fault::Problem,
    id::Id,
};
use platform::{
    authority::{Actor, Contact, Grant, Implies, Organisation, Permission, Scope, Team, Tx},
    db,
};
use search::{
    Cursor, Facets, File, Found, Index, Key, Narrow, Reach, Sort,
    ask::Asked,
    highlight::{Highlighter, Part, Snippet},
    index::Question,
    query::{Because, Sight},
};
use std::{collections::HashMap, sync::Arc};
use tokio::task::spawn_blocking;

/// The spans of the facet of time, in days.
pub const SPANS: [i64; 4] = [1, 7, 30, 365];

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub text: String,
    /// Whether the last word is still being typed.
    pub is_typing: bool,
    pub narrow: Narrow,
    pub sort: Sort,
    pub after: Option<Cursor>,
    pub limit: usize,
    /// Whether facets are wanted.
    pub counts: bool,
    /// Whether the words around a hit are wanted.
    pub snippets: bool,
}

/// Where in a ticket the words stand.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    Message { id: Id<Message>, author: String, is_note: bool },
    File { message: Id<Message>, name: String },
}

#[derive(Debug)]
pub enum What {
    Ticket(Box<Ticket>),
    Contact(store::Person),
    Organisation(Id<Organisation>, String),
}

/// One thing that was found.
#[derive(Debug)]
pub struct Shown {
    pub what: What,
    /// Its name, with what was asked for marked.
    pub title: Vec<Part>,
    pub snippet: Option<Snippet>,
    pub place: Option<Place>,
    pub score: f32,
}
impl Shown {
    pub fn url(&self) -> String {
        match (&self.what, &self.place) {
            (What::Ticket(ticket), Some(Place::Message { id, .. } | Place::File { message: id, .. })) => {
                format!("/t/{}?at={id}#m{id}", ticket.id)
            }
            (What::Ticket(ticket), None) => format!("/t/{}", ticket.id),
            (What::Contact(person), _) => format!("/contacts/{}", person.id),
            (What::Organisation(id, _), _) => format!("/organisations/{id}"),
        }
    }
}

#[derive(Debug, Default)]
pub struct Answer {
    pub shown: Vec<Shown>,
    pub total: usize,
    /// How many there are before a choice beside them.
    pub before_choice: usize,
    pub facets: Facets,
    /// The names of the teams in the facets.
    pub teams: Vec<(Id<Team>, String)>,
    pub next: Option<Cursor>,
    pub is_forgiven: bool,
    /// Words of filters that the index cannot answer.
    pub others: Vec<String>,
}

/// What `actor` may see of the index: the same that [`tickets::store::visible!`] says of the rows.
pub fn reach(actor: &Actor, scope: Scope) -> Reach {
    let numbers =
        |ids: Vec<i64>, because: fn(u64) -> Because| ids.into_iter().map(|id| because(id as u64)).collect();
    let mut reasons: Vec<Because> = match scope {
        Scope::All | Scope::Own => Vec::new(),
        Scope::Team => numbers(actor.teams.iter().map(|id| id.number()).collect(), Because::Team),
        Scope::Inbox => numbers(actor.inboxes.iter().map(|id| id.number()).collect(), Because::Inbox),
        Scope::Organisation => {
            numbers(actor.organisations.iter().map(|id| id.number()).collect(), Because::Organisation)
        }
    };
    // 0 is nobody: no reason to see anything.
    reasons.extend(actor.user().map(|id| Because::Assignee(id.number() as u64)));
    reasons.retain(|reason| {
        !matches!(reason, Because::Inbox(0) | Because::Organisation(0) | Because::Assignee(0))
    });
    let sight = if scope == Scope::All { Sight::All } else { Sight::Any(reasons) };
    let mut nouns = vec![(TICKET, sight)];
    if actor.reach("contacts.view").is_some() {
        nouns.extend([(CONTACT, Sight::All), (ORGANISATION, Sight::All)]);
    }
    // Whoever sees a ticket reads its notes.
    Reach { nouns, is_internal: true }
}

/// Finds, and reads from the database what is shown of it, within the same sight.
///
/// * errors – 503 `search_not_ready` where this process has no index.
pub async fn find<P>(grant: &Grant<P>, request: Request) -> Result<Answer, Problem>
where
    P: Implies<ViewTickets>,
{
    let index = grant.home().extras.get::<Index>().ok_or(Problem::new(503, "search_not_ready"))?;
    let asked = Asked::parse(&request.text, request.is_typing);
    if asked.is_empty() {
        return Ok(Answer::default());
    }
    let (scope, filters) = (grant.actor().reach(ViewTickets::KEY), asked.filters.clone());
    let scope = scope.ok_or(Problem::new(403, "permission_required"))?;
    let understood = match filters.is_empty() {
        true => filter::Understood::default(),
        false => grant.read::<_, db::Error>(move |tx| filter::understand(tx, &filters)).await?,
    };
    let reach = reach(grant.actor(), scope);
    let now = grant.home().clock.now();
    let (asked, request) = (Arc::new(asked), Arc::new(request));
    let found = {
        let (asked, request, index) = (asked.clone(), request.clone(), index.clone());
        let conditions = understood.conditions;
        let search = move || {
            let spans = SPANS.map(|days| now.0 - days * DAY);
            index.search(&Question {
                asked: &asked,
                reach: &reach,
                conditions: &conditions,
                narrow: &request.narrow,
                sort: request.sort,
                after: request.after,
                limit: request.limit,
                spans: &spans,
                counts: request.counts,
            })
        };
        spawn_blocking(search).await.map_err(|_| Problem::internal())?.map_err(|cause| {
            tracing::error!(%cause, "search");
            Problem::internal()
        })?
    };
    let mut answer = grant
        .read::<_, db::Error>(move |tx| shown(tx, &index, &asked, &request, found))
        .await
        .map_err(Problem::from)?;
    answer.others = understood.others;
    Ok(answer)
}

fn ids_of<T>(found: &Found, noun: u8) -> Vec<Id<T>> {
    found.hits.iter().filter(|hit| hit.key.noun == noun).map(|hit| Id::new(hit.key.id)).collect()
}

/// The rows behind the hits, in their order. What is out of sight since the index was written is not among them.
fn shown<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    index: &Index,
    asked: &Asked,
    request: &Request,
    found: Found,
) -> db::Result<Answer> {
    let highlighter = Highlighter::new(asked, found.is_forgiven);
    let mut things: HashMap<Key, Shown> = HashMap::new();
    let mut put = |noun: u8, id: i64, what: What, title: &str| {
        let shown = Shown { what, title: highlighter.parts(title), snippet: None, place: None, score: 0.0 };
        things.insert(Key { noun, id }, shown);
    };
    let wanted = ids_of::<Ticket>(&found, TICKET);
    let mut seen = Vec::new();
    if !wanted.is_empty() {
        for ticket in tickets::store::by_ids(tx, &wanted)? {
            let subject = ticket.subject.clone();
            seen.push(ticket.id);
            put(TICKET, ticket.id.number(), What::Ticket(Box::new(ticket)), &subject);
        }
    }
    let people = ids_of::<Contact>(&found, CONTACT);
    if !people.is_empty() {
        for person in store::people(tx, &people)? {
            let name = person.name.clone();
            put(CONTACT, person.id.number(), What::Contact(person), &name);
        }
    }
    let companies = ids_of::<Organisation>(&found, ORGANISATION);
    if !companies.is_empty() {
        for (id, name) in store::companies(tx, &companies)? {
            put(ORGANISATION, id.number(), What::Organisation(id, name.clone()), &name);
        }
    }
    if request.snippets && !seen.is_empty() {
        around(tx, index, &highlighter, &seen, &mut things)?;
    }
    if request.snippets && !people.is_empty() && asked.phones().next().is_some() {
        for (contact, phone) in store::phones(tx, &people)? {
            let snippet = highlighter.snippet(&phone);
            if let (Some(snippet), Some(shown)) =
                (snippet, things.get_mut(&Key { noun: CONTACT, id: contact.number() }))
            {
                shown.snippet = Some(snippet);
            }
        }
    }
    let teams = if request.counts { store::teams(tx)? } else { Vec::new() };
    let shown = found.hits.iter().filter_map(|hit| {
        let mut shown = things.remove(&hit.key)?;
        shown.score = hit.score;
        Some(shown)
    });
    Ok(Answer {
        shown: shown.collect(),
        total: found.total,
        before_choice: found.before_choice,
        facets: found.facets,
        teams,
        next: found.next,
        is_forgiven: found.is_forgiven,
        others: Vec::new(),
    })
}

/// The best part of each ticket's conversation, or of a file of it.
fn around<P>(
    tx: &mut Tx<P>,
    index: &Index,
    highlighter: &Highlighter,
    seen: &[Id<Ticket>],
    things: &mut HashMap<Key, Shown>,
) -> db::Result<()> {
    let mut newest: HashMap<Id<Ticket>, String> = HashMap::new();
    let mut set = |ticket: Id<Ticket>, snippet: Snippet, place: Place| {
        let Some(shown) = things.get_mut(&Key { noun: TICKET, id: ticket.number() }) else { return };
        if shown.snippet.as_ref().is_none_or(|known| known.words < snippet.words) {
            (shown.snippet, shown.place) = (Some(snippet), Some(place));
        }
    };
    for said in store::said(tx, seen)? {
        newest.entry(said.ticket_id).or_insert_with(|| said.text.clone());
        if let Some(snippet) = highlighter.snippet(&said.text) {
            let is_note = said.kind == MessageKind::Note;
            set(said.ticket_id, snippet, Place::Message { id: said.id, author: said.author_name, is_note });
        }
    }
    for attached in store::attached(tx, seen)? {
        let file = File {
            hash: attached.blob_hash,
            name: attached.name,
            kind: attached.r#type,
            size: attached.size,
            is_internal: false,
        };
        let text = index.texts.known(&file).unwrap_or_default();
        let found = highlighter.snippet(&text).or_else(|| highlighter.snippet(&file.name));
        if let Some(snippet) = found {
            set(attached.ticket_id, snippet, Place::File { message: attached.message_id, name: file.name });
        }
    }
    for (ticket, text) in newest {
        if let Some(shown) = things.get_mut(&Key { noun: TICKET, id: ticket.number() }) {
            shown.snippet.get_or_insert_with(|| Highlighter::beginning(&text));
        }
    }
    Ok(())
}

/// When it last changed.
impl What {
    pub fn changed_at(&self) -> Option<Millis> {
        match self {
            What::Ticket(ticket) => Some(ticket.updated_at_ms),
            What::Contact(person) => Some(person.updated_at_ms),
            What::Organisation(..) => None,
        }
    }
}
