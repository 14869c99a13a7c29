//! JSON API of tickets.
use super::{
    Category, Channel, CreateTickets, Draft, EditTickets, Kind, NewTicket, Patch, Priority, Ticket,
    TicketError, ViewTickets, actions, store,
};
use crate::{
    checklists,
    escalation::{self, stay::Stands},
    fields,
    filter::{
        self, Condition, Filter, Order,
        tree::{Between, Mark, Moment, When},
    },
    side_conversations, statuses, ticket_templates,
};
use axum::{
    extract::{Path, Query},
    http::StatusCode,
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Contact, Grant, Implies, Organisation, Team, Tx, User},
    db,
    i18n::Language,
    idempotency,
    web::{Failure, IfMatch, Json, Keyed, Listing, Paged, Versioned},
};
use std::collections::BTreeMap;
use utoipa::ToSchema;

#[derive(serde::Serialize, ToSchema)]
#[schema(as = TicketStatusBody)]
pub struct StatusBody {
    pub name: String,
    pub category: Category,
}
#[derive(serde::Serialize, ToSchema)]
pub struct RequesterBody {
    #[schema(value_type = String)]
    pub id: Id<Contact>,
    pub name: String,
    pub email: Option<String>,
}
/// A ticket.
#[derive(serde::Serialize, ToSchema)]
pub struct TicketBody {
    pub number: i64,
    pub subject: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub status: StatusBody,
    pub priority: Priority,
    pub channel: Channel,
    pub requester: RequesterBody,
    #[schema(value_type = Option<String>)]
    pub assignee: Option<Id<User>>,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    #[schema(value_type = Option<String>)]
    pub organisation: Option<Id<Organisation>>,
    pub tags: Vec<String>,
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, serde_json::Value>,
    #[schema(value_type = String)]
    pub created_at: Millis,
    #[schema(value_type = String)]
    pub updated_at: Millis,
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Millis>,
    /// The line of its team: 1 is the first; `null` where the team is in no line.
    pub line: Option<i64>,
    /// Whoever has it because it was handed to them; `null` where nobody handed it on.
    pub escalated: Option<Stands>,
    /// How far its checklist is; `null` where nothing is on it.
    pub checklist: Option<checklists::policy::Progress>,
    /// Where its side conversations stand: `answered` as soon as one of them waits for us; `null` where it never had one.
    pub side_conversations: Option<side_conversations::State>,
    /// What people say they spent on it.
    pub spent_minutes: i64,
    /// The contract that covers it.
    #[schema(value_type = Option<String>)]
    pub contract: Option<Id<crate::contracts::Contract>>,
    /// A ticket that this one perhaps belongs to: something pointed there without proof.
    pub perhaps: Option<i64>,
    /// The ticket that this one was merged into: its messages are there, and nothing is written to this one.
    pub merged_into: Option<i64>,
    pub version: i64,
}

/// Tags and fields come with two more statements for a whole page of tickets, not for each; one more where some were handed on.
pub fn bodies<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    tickets: Vec<Ticket>,
    language: Language,
) -> db::Result<Vec<TicketBody>> {
    let ids: Vec<_> = tickets.iter().map(|ticket| ticket.id).collect();
    let mut tags = Tags::new();
    for tag in store::tags(tx, &ids)? {
        tags.entry(tag.ticket_id).or_default().push(tag.tag);
    }
    let values = fields::of_tickets(tx, &ids)?;
    let handed: Vec<_> = tickets.iter().filter(|ticket| ticket.stay_id.is_some()).map(|it| it.id).collect();
    let standing = match handed.is_empty() {
        true => Standing::new(),
        false => escalation::store::standing(tx, &handed)?.into_iter().collect(),
    };
    Ok(in_full(tickets, tags, values, standing, language))
}

type Tags = BTreeMap<Id<Ticket>, Vec<String>>;
type Values = BTreeMap<Id<Ticket>, BTreeMap<String, serde_json::Value>>;
type Standing = BTreeMap<Id<Ticket>, Stands>;
fn in_full(
    tickets: Vec<Ticket>,
    mut tags: Tags,
    mut values: Values,
    mut standing: Standing,
    language: Language,
) -> Vec<TicketBody> {
    let body = |ticket: Ticket| TicketBody {
        number: ticket.id.number(),
        status: StatusBody {
            name: statuses::name_in(
                language,
                ticket.status_name.as_deref(),
                ticket.status_code.as_deref(),
                ticket.category,
            ),
            category: ticket.category,
        },
        subject: ticket.subject,
        kind: ticket.kind,
        priority: ticket.priority,
        channel: ticket.channel,
        requester: RequesterBody {
            id: ticket.customer_id,
            name: ticket.requester_name,
            email: ticket.requester_email,
        },
        assignee: (ticket.assignee_id.number() != 0).then_some(ticket.assignee_id),
        team: (ticket.team_id.number() != 0).then_some(ticket.team_id),
        organisation: ticket.organisation_id,
        tags: tags.remove(&ticket.id).unwrap_or_default(),
        fields: values.remove(&ticket.id).unwrap_or_default(),
        created_at: ticket.created_at_ms,
        updated_at: ticket.updated_at_ms,
        due_at: ticket.due_at_ms,
        line: ticket.line,
        escalated: standing.remove(&ticket.id),
        checklist: (ticket.items_all > 0)
            .then_some(checklists::policy::Progress { done: ticket.items_done, all: ticket.items_all }),
        side_conversations: ticket.side_state,
        spent_minutes: ticket.spent_minutes,
        contract: ticket.contract_id,
        perhaps: ticket.hint_id.map(|id| id.number()),
        merged_into: ticket.lands_at_id.map(|id| id.number()),
        version: ticket.version,
    };
    tickets.into_iter().map(body).collect()
}

/// One ticket as the API shows it.
pub fn body<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    id: Id<Ticket>,
    language: Language,
) -> Result<TicketBody, TicketError> {
    let ticket = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    bodies(tx, vec![ticket.into_inner()], language)?.pop().ok_or_else(|| Problem::not_found().into())
}

/// Which tickets, and in which order.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Chosen {
    /// Which tickets, e.g. `is:open team:"1st line" (due:<2h or tag:vip) -priority:low "printer jam"`.
    filter: Option<String>,
    /// A view, as the pages have it: `mine`, `due-today`, `team-ID`, `view-ID`. With a filter both must hold.
    view: Option<String>,
    /// `created` (newest ticket first), `updated` (newest change first), `oldest` (oldest change first) or `due`.
    sort: Option<String>,
    /// Only what changed at or after this time (RFC 3339).
    updated_since: Option<String>,
}
impl Chosen {
    /// * errors – 404 for a view out of sight; 422 naming what is wrong.
    pub fn read<P: Implies<ViewTickets>>(&self, tx: &mut Tx<P>) -> Result<(Filter, Order), TicketError> {
        let language = tx.actor().language;
        let mut parts = Vec::new();
        let mut order = Order::Created;
        if let Some(word) = self.view.as_deref().filter(|word| !word.is_empty()) {
            let shown = crate::views::Shown::from_word(word).ok_or_else(Problem::not_found)?;
            let view = crate::views::meaning::of(tx, &shown)?;
            parts.push(view.filter);
            order = view.order;
        }
        if let Some(text) = &self.filter {
            parts.push(filter::find::read(tx, text)?.map_err(|mistake| mistake.problem_in(language))?);
        }
        if let Some(since) = &self.updated_since {
            let parsed = serde_json::from_value(serde_json::Value::String(since.clone()));
            let since = parsed.map_err(|_| Problem::field("updated_since", "wrong_type"))?;
            let since = When::At(Between::AtLeast(Mark::Instant(since)));
            parts.push(Condition::Time(Moment::Updated, since).into());
        }
        if let Some(word) = self.sort.as_deref().filter(|word| !word.is_empty()) {
            order = Order::from_word(word).ok_or(Problem::field("sort", "unknown_word"))?;
        }
        Ok((Filter::all(parts), order))
    }
}

/// List tickets, newest first.
///
/// A filter that takes longer than two seconds is refused (422 `filter_too_slow`).
#[utoipa::path(get, path = "/api/v1/tickets", tag = "tickets", params(Paged, Chosen),
    responses((status = 200, body = Listing<TicketBody>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    Query(paged): Query<Paged>,
    Query(chosen): Query<Chosen>,
) -> Result<Json<Listing<TicketBody>>, Failure> {
    let limit = paged.limit()?;
    let place = |word: &str| filter::Place::from_word(word).ok_or(Problem::field("cursor", "unknown_cursor"));
    let after = paged.cursor().map(place).transpose()?;
    let language = grant.actor().language;
    let (items, next) = grant
        .read::<_, TicketError>(move |tx| {
            let (filter, order) = chosen.read(tx)?;
            let found = filter::find::page(tx, &filter, order, after, limit)?;
            Ok((found_bodies(tx, &found.ids, language)?, found.next.map(filter::Place::word)))
        })
        .await?;
    Ok(Json(Listing { items, next }))
}
/// The tickets with these ids, in this order.
pub fn found_bodies<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ids: &[Id<Ticket>],
    language: Language,
) -> db::Result<Vec<TicketBody>> {
    let rows = store::by_ids(tx, ids)?;
    let mut bodies = bodies(tx, rows, language)?;
    let place = |number: i64| ids.iter().position(|id| id.number() == number);
    bodies.sort_by_cached_key(|body| place(body.number));
    Ok(bodies)
}

fn tagged(status: StatusCode, body: serde_json::Value) -> Versioned<serde_json::Value> {
    let version = body.get("version").and_then(serde_json::Value::as_i64).unwrap_or_default();
    Versioned(status, version, body)
}

/// Open a ticket for somebody.
///
/// The contact is made if the address is new. With an `Idempotency-Key` the same request twice is one ticket.
#[utoipa::path(post, path = "/api/v1/tickets", tag = "tickets", request_body = Draft,
    responses((status = 201, body = TicketBody)))]
pub async fn post(
    grant: Grant<CreateTickets>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Versioned<serde_json::Value>, Failure> {
    let language = grant.actor().language;
    // Without a template nothing has to be asked of the database to see what is wrong.
    let asked = match draft.template {
        Some(_) => Err(draft),
        None => Ok(draft.parse(Channel::Api)?),
    };
    let body = grant
        .change::<_, TicketError>(move |tx| {
            idempotency::once(tx, key.as_ref(), |tx| {
                let (new, content) = match asked {
                    Ok(new) => (new, None),
                    Err(draft) => {
                        let (new, content) = from_template(tx, draft)?;
                        (new, Some(content))
                    }
                };
                let is_plain = new.tags.is_empty() && new.fields.is_empty();
                let id = actions::create(tx, new)?;
                if let Some(content) = &content {
                    ticket_templates::actions::put_lists(tx, id, content)?;
                }
                // Whoever opens a ticket out of their own sight still gets the answer.
                let ticket = store::see_for_machine(tx, id)?.ok_or_else(Problem::not_found)?;
                let ticket = vec![ticket.into_inner()];
                let bodies = match is_plain {
                    true => in_full(ticket, Tags::new(), Values::new(), Standing::new(), language),
                    false => bodies(tx, ticket, language)?,
                };
                Ok::<_, TicketError>(bodies.into_iter().next())
            })
        })
        .await?;
    Ok(tagged(StatusCode::CREATED, body))
}

/// What a draft leaves out comes from the template that it names.
fn from_template(
    tx: &mut Tx<CreateTickets>,
    mut draft: Draft,
) -> Result<(NewTicket, ticket_templates::Content), TicketError> {
    let id = draft.template.ok_or_else(Problem::internal)?;
    let content = ticket_templates::actions::known(tx, id)?.content();
    let me = tx.actor().user();
    ticket_templates::actions::fill(&mut draft, &content, me);
    Ok((draft.parse(Channel::Api)?, content))
}

/// Get a ticket.
#[utoipa::path(get, path = "/api/v1/tickets/{number}", tag = "tickets", params(("number" = i64, Path)),
    responses((status = 200, body = TicketBody)))]
pub async fn get(
    grant: Grant<ViewTickets>,
    Path(number): Path<Id<Ticket>>,
) -> Result<Versioned<serde_json::Value>, Failure> {
    let language = grant.actor().language;
    let body = grant.read(move |tx| body(tx, number, language)).await?;
    Ok(tagged(StatusCode::OK, serde_json::to_value(body).map_err(|_| Problem::internal())?))
}

/// Change a ticket.
///
/// `If-Match` with the ETag refuses the change (412) when somebody else was quicker.
#[utoipa::path(patch, path = "/api/v1/tickets/{number}", tag = "tickets", params(("number" = i64, Path)),
    request_body = Patch, responses((status = 200, body = TicketBody)))]
pub async fn patch(
    grant: Grant<EditTickets>,
    Path(number): Path<Id<Ticket>>,
    if_match: IfMatch,
    Json(patch): Json<Patch>,
) -> Result<Versioned<serde_json::Value>, Failure> {
    let patch = patch.parse()?;
    let language = grant.actor().language;
    let body = grant
        .change(move |tx| {
            let ticket = store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            if !if_match.is_version(ticket.version) {
                return Err(TicketError::Changed);
            }
            actions::edit(tx, &ticket, patch)?;
            // An edit may move the ticket out of the editor's sight; the answer still shows what became of it.
            let ticket = store::see_for_machine(tx, number)?.ok_or_else(Problem::not_found)?;
            Ok::<_, TicketError>(bodies(tx, vec![ticket.into_inner()], language)?)
        })
        .await?;
    let body = serde_json::to_value(body.first()).map_err(|_| Problem::internal())?;
    Ok(tagged(StatusCode::OK, body))
}

/// The ticket as the API shows it now, also where it is out of the caller's sight since.
pub async fn shown(
    grant: &Grant<EditTickets>,
    number: Id<Ticket>,
) -> Result<axum::Json<TicketBody>, Failure> {
    let language = grant.actor().language;
    let work = move |tx: &mut Tx<EditTickets>| {
        let ticket = store::see_for_machine(tx, number)?.ok_or_else(Problem::not_found)?;
        bodies(tx, vec![ticket.into_inner()], language)?
            .pop()
            .ok_or_else(Problem::not_found)
            .map_err(TicketError::from)
    };
    Ok(axum::Json(grant.read(work).await?))
}

#[derive(serde::Serialize, ToSchema)]
pub struct TagBody {
    pub tag: String,
}
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TagQuestion {
    /// What the tag begins with.
    #[serde(default)]
    q: String,
}

/// List tags in use, by their beginning.
#[utoipa::path(get, path = "/api/v1/tags", tag = "tickets", params(Paged, TagQuestion),
    responses((status = 200, body = Listing<TagBody>)))]
pub async fn tags(
    grant: Grant<ViewTickets>,
    Query(paged): Query<Paged>,
    Query(asked): Query<TagQuestion>,
) -> Result<Json<Listing<TagBody>>, Failure> {
    let begin = asked.q.trim().to_lowercase();
    let tags = grant.read::<_, db::Error>(move |tx| store::tags_in_sight(tx, &begin)).await?;
    Ok(Json(paged.of_whole(tags, String::clone, |tag| TagBody { tag })?))
}
