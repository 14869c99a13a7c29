//! JSON API of what is arranged with tickets.
use super::{
    actions,
    policy::{Change, LinkWord, Refusal, SplitDraft},
    store::{self, Linked},
};
use crate::{
    conversation::Message,
    tickets::{self, Category, EditTickets, Ticket, TicketError, ViewTickets, api::TicketBody},
};
use axum::{
    extract::{Path, Query},
    http::StatusCode,
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Contact, Grant, Tx},
    idempotency,
    web::{Failure, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// What can be taken back with `POST /changes/{id}/undo`.
#[derive(serde::Serialize, ToSchema)]
pub struct ChangeBody {
    #[schema(value_type = String)]
    pub change: Change,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Into {
    /// The number of the other ticket.
    #[param(value_type = i64, required = true)]
    into: Option<Id<Ticket>>,
}
#[derive(serde::Serialize, ToSchema)]
pub struct MergePersonBody {
    #[schema(value_type = String)]
    pub id: Id<Contact>,
    pub name: String,
    pub email: Option<String>,
    pub role: String,
    /// They take part in the other ticket as well; who does not is taken along only if `people` names them.
    pub takes_part_there: bool,
}
#[derive(serde::Serialize, ToSchema)]
pub struct MergePreviewBody {
    pub number: i64,
    pub into: i64,
    /// How many messages, notes and files would move.
    pub messages: i64,
    pub notes: i64,
    pub files: i64,
    pub people: Vec<MergePersonBody>,
    /// The status of the other one, which stays.
    pub into_status: Category,
}

/// Preview a merge.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/merge", tag = "tickets",
    params(("number" = i64, Path), Into), responses((status = 200, body = MergePreviewBody)))]
pub async fn preview(
    grant: Grant<EditTickets>,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Into>,
) -> Result<axum::Json<MergePreviewBody>, Failure> {
    let work = move |tx: &mut Tx<EditTickets>| match asked.into {
        Some(into) => actions::merge::preview(tx, number, into),
        // Whether there is such a ticket is said first.
        None => Err(actions::own(tx, number).err().unwrap_or_else(|| Refusal::Unknown("into").into())),
    };
    let preview = grant.read(work).await?;
    let person = |one: actions::merge::Person| MergePersonBody {
        id: one.person.contact_id,
        name: one.person.name,
        email: one.person.email,
        role: one.person.role,
        takes_part_there: one.is_already,
    };
    Ok(axum::Json(MergePreviewBody {
        number: preview.source.id.number(),
        into: preview.target.id.number(),
        messages: preview.amount.messages,
        notes: preview.amount.notes,
        files: preview.amount.files,
        people: preview.people.into_iter().map(person).collect(),
        into_status: preview.target.category,
    }))
}

#[derive(serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeDraft {
    /// The number of the ticket that this one goes into.
    #[schema(value_type = i64)]
    into: Id<Ticket>,
    /// Contacts of this ticket who take part in the other one from now on. Nobody else does.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    people: Vec<Id<Contact>>,
}

/// Merge a ticket into another.
///
/// Its messages are in the other one afterwards, and its number, links and addresses lead there. Writing to it
/// answers 409 `ticket_merged`. Refused: `merge_into_itself`, `merge_cycle`, `into_merged`, `into_closed`,
/// `ticket_beyond_yours`. Taken back with `POST /changes/{id}/undo`.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/merge", tag = "tickets", params(("number" = i64, Path)),
    request_body = MergeDraft, responses((status = 200, body = ChangeBody)))]
pub async fn merge(
    grant: Grant<EditTickets>,
    Path(number): Path<Id<Ticket>>,
    Keyed(key, draft): Keyed<MergeDraft>,
) -> Result<axum::Json<serde_json::Value>, Failure> {
    let work = move |tx: &mut Tx<EditTickets>| {
        idempotency::once(tx, key.as_ref(), |tx| {
            let change = actions::merge::merge(tx, number, draft.into, &draft.people)?;
            Ok::<_, TicketError>(ChangeBody { change })
        })
    };
    Ok(axum::Json(grant.change(work).await?))
}

#[derive(serde::Serialize, ToSchema)]
pub struct SplitBody {
    #[serde(flatten)]
    pub ticket: TicketBody,
    #[schema(value_type = String)]
    pub change: Change,
}

/// Split messages out into a new ticket.
///
/// Whoever wrote the first of them asks in it. The ticket keeps at least one message.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/split", tag = "tickets", params(("number" = i64, Path)),
    request_body = SplitDraft, responses((status = 201, body = SplitBody)))]
pub async fn split(
    grant: Grant<EditTickets>,
    Path(number): Path<Id<Ticket>>,
    Keyed(key, draft): Keyed<SplitDraft>,
) -> Result<(StatusCode, axum::Json<serde_json::Value>), Failure> {
    let split = draft.parse()?;
    let language = grant.actor().language;
    let mut split = Some(split);
    let work = move |tx: &mut Tx<EditTickets>| {
        idempotency::once(tx, key.as_ref(), |tx| {
            let split = split.take().ok_or_else(Problem::internal)?;
            let (ticket, change) = actions::messages::split(tx, number, split)?;
            let seen = tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?;
            let ticket = tickets::api::bodies(tx, vec![seen.into_inner()], language)?.pop();
            let ticket = ticket.ok_or_else(Problem::not_found)?;
            Ok::<_, TicketError>(SplitBody { ticket, change })
        })
    };
    Ok((StatusCode::CREATED, axum::Json(grant.change(work).await?)))
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveDraft {
    #[schema(value_type = Vec<String>)]
    messages: Vec<Id<Message>>,
    /// The number of the ticket that they go to.
    #[schema(value_type = i64)]
    into: Id<Ticket>,
}

/// Move messages to another ticket.
///
/// The ticket keeps at least one message; its last one goes by a merge.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/move", tag = "tickets", params(("number" = i64, Path)),
    request_body = MoveDraft, responses((status = 200, body = ChangeBody)))]
pub async fn shift(
    grant: Grant<EditTickets>,
    Path(number): Path<Id<Ticket>>,
    Keyed(key, draft): Keyed<MoveDraft>,
) -> Result<axum::Json<serde_json::Value>, Failure> {
    let work = move |tx: &mut Tx<EditTickets>| {
        idempotency::once(tx, key.as_ref(), |tx| {
            let change = actions::messages::shift(tx, number, draft.messages, draft.into)?;
            Ok::<_, TicketError>(ChangeBody { change })
        })
    };
    Ok(axum::Json(grant.change(work).await?))
}

/// A link as one of its tickets sees it.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = TicketLinkBody)]
pub struct LinkBody {
    /// What this ticket is to the other.
    pub link: LinkWord,
    pub ticket: i64,
    pub subject: String,
    pub category: Category,
    /// To take it away.
    #[schema(value_type = String)]
    pub change: Change,
}
impl From<Linked> for LinkBody {
    fn from(linked: Linked) -> Self {
        LinkBody {
            link: LinkWord::of(linked.link, linked.is_source),
            ticket: linked.other_id.number(),
            subject: linked.subject,
            category: linked.category,
            change: Change::Arrangement(linked.id),
        }
    }
}

/// List what a ticket is to others.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/links", tag = "tickets",
    params(("number" = i64, Path), Paged), responses((status = 200, body = Listing<LinkBody>)))]
pub async fn links(
    grant: Grant<ViewTickets>,
    Path(number): Path<Id<Ticket>>,
    Query(paged): Query<Paged>,
) -> Result<axum::Json<Listing<LinkBody>>, Failure> {
    let work = move |tx: &mut Tx<ViewTickets>| {
        tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
        Ok::<_, TicketError>(store::links(tx, number)?)
    };
    let links = grant.read(work).await?;
    Ok(axum::Json(paged.of_whole(links, |link| link.id.to_string(), LinkBody::from)?))
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketLinkDraft)]
pub struct LinkDraft {
    /// What this ticket is to the other.
    link: LinkWord,
    /// The number of the other ticket.
    #[schema(value_type = i64)]
    ticket: Id<Ticket>,
}

/// Link a ticket with another.
///
/// Refused: `link_to_itself`, `link_exists`, `link_cycle`, `has_parent`.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/links", tag = "tickets", params(("number" = i64, Path)),
    request_body = LinkDraft, responses((status = 201, body = ChangeBody)))]
pub async fn link(
    grant: Grant<EditTickets>,
    Path(number): Path<Id<Ticket>>,
    Keyed(key, draft): Keyed<LinkDraft>,
) -> Result<(StatusCode, axum::Json<serde_json::Value>), Failure> {
    let work = move |tx: &mut Tx<EditTickets>| {
        idempotency::once(tx, key.as_ref(), |tx| {
            let change = actions::links::link(tx, number, draft.link, draft.ticket)?;
            Ok::<_, TicketError>(ChangeBody { change })
        })
    };
    Ok((StatusCode::CREATED, axum::Json(grant.change(work).await?)))
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChildrenDraft {
    /// The numbers of the children to solve; left out: all open ones that the caller sees.
    #[schema(value_type = Option<Vec<i64>>)]
    children: Option<Vec<Id<Ticket>>>,
}

/// Solve children of a ticket.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/children/solve", tag = "tickets",
    params(("number" = i64, Path)), request_body = ChildrenDraft, responses((status = 200, body = ChangeBody)))]
pub async fn solve_children(
    grant: Grant<EditTickets>,
    Path(number): Path<Id<Ticket>>,
    Json(draft): Json<ChildrenDraft>,
) -> Result<axum::Json<ChangeBody>, Failure> {
    let work = move |tx: &mut Tx<EditTickets>| {
        let chosen = match draft.children {
            Some(chosen) => chosen,
            None => {
                tickets::actions::unmerged(&*actions::own(tx, number)?)?;
                let open = actions::links::open_children(tx, number)?;
                open.into_iter().map(|link| link.other_id).collect()
            }
        };
        if chosen.is_empty() {
            return Err(Refusal::NoSuchChild.into());
        }
        actions::links::solve_children(tx, number, &chosen).map(|change| ChangeBody { change })
    };
    Ok(axum::Json(grant.change(work).await?))
}
