//! `/api/v1/canned-replies`.
use super::{
    CannedError, Changes, Draft,
    actions::{self, Resolved},
    policy::{CannedReply, Texts},
    store,
};
use crate::{
    placeholders::Fault,
    sharing::Share,
    tickets::{self, NoteTickets, Ticket, ViewTickets},
};
use axum::extract::Query;
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Team, Tx},
    db,
    i18n::Language,
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// A canned reply.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = CannedReply)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<CannedReply>,
    pub name: String,
    pub folder: String,
    pub share: Share,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    pub texts: Texts,
    pub is_archived: bool,
    pub uses: i64,
    #[schema(value_type = Option<String>)]
    pub last_used_at: Option<Millis>,
    #[schema(value_type = String)]
    pub created_at: Millis,
    #[schema(value_type = String)]
    pub updated_at: Millis,
}
impl From<CannedReply> for Body {
    fn from(row: CannedReply) -> Body {
        Body {
            id: row.id,
            texts: row.texts(),
            name: row.name,
            folder: row.folder,
            share: row.share,
            team: row.team_id,
            is_archived: row.is_archived,
            uses: row.uses,
            last_used_at: row.last_used_at_ms,
            created_at: row.created_at_ms,
            updated_at: row.updated_at_ms,
        }
    }
}
fn body(tx: &mut Tx<NoteTickets>, id: Id<CannedReply>) -> Result<Body, CannedError> {
    Ok(store::see(tx, id)?.ok_or(CannedError::Unknown)?.into())
}

/// A word that folder or name have.
#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// List the canned replies in use that the caller sees: their own, their teams', the desk's.
#[utoipa::path(get, path = "/api/v1/canned-replies", tag = "answers", params(Asked, Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<NoteTickets>,
    Query(asked): Query<Asked>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let (limit, after) = (paged.limit()?, paged.after()?);
    let rows = grant.read::<_, db::Error>(move |tx| store::page(tx, &asked.q, after, limit + 1)).await?;
    Ok(Json(Listing::of(rows, limit, |row| row.id.to_string(), Body::from)))
}

/// Add a canned reply.
///
/// A placeholder that does not exist is a 422 whose `detail` says where it stands.
#[utoipa::path(post, path = "/api/v1/canned-replies", tag = "answers", request_body = Draft,
    responses((status = 201, body = Body)))]
pub async fn post(
    grant: Grant<NoteTickets>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let new = draft.parse()?;
    let made = grant
        .change::<_, Problem>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let id = actions::create(tx, new)?;
                Ok::<_, Problem>(body(tx, id)?)
            })
        })
        .await?;
    Ok(Created(made))
}

/// Get a canned reply.
#[utoipa::path(get, path = "/api/v1/canned-replies/{id}", tag = "answers", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(
    grant: Grant<NoteTickets>,
    InPath(id): InPath<Id<CannedReply>>,
) -> Result<Json<Body>, Failure> {
    Ok(Json(grant.read(move |tx| body(tx, id)).await?))
}

/// Change a canned reply, or take it out of use.
#[utoipa::path(patch, path = "/api/v1/canned-replies/{id}", tag = "answers", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<NoteTickets>,
    InPath(id): InPath<Id<CannedReply>>,
    Json(changes): Json<Changes>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, CannedError>(move |tx| {
            actions::edit(tx, id, changes)?;
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}

/// A reply filled for one ticket.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = FilledReply)]
pub struct Filled {
    #[schema(value_type = String)]
    pub language: Language,
    pub text: String,
    /// The same, escaped.
    pub html: String,
    /// Placeholders that could not be filled; they stand in the text as they were written.
    pub faults: Vec<FaultBody>,
}
impl Filled {
    fn of(resolved: Resolved, reader: Language) -> Filled {
        Filled {
            language: resolved.language,
            html: mail::html::from_text(&resolved.text),
            text: resolved.text,
            faults: resolved.faults.iter().map(|fault| FaultBody::of(fault, reader)).collect(),
        }
    }
}
/// What is wrong with a placeholder, and where.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = PlaceholderFault)]
pub struct FaultBody {
    /// `unknown_name`, `unknown_filter`, `wrong_argument`, `unclosed` or `nothing`.
    pub code: &'static str,
    pub written: String,
    pub line: usize,
    pub column: usize,
    /// In words, in the caller's language.
    pub title: String,
}
impl FaultBody {
    pub fn of(fault: &Fault, reader: Language) -> FaultBody {
        FaultBody {
            code: fault.trouble.word(),
            written: fault.written.clone(),
            line: fault.line,
            column: fault.column,
            title: fault.told(reader),
        }
    }
}

/// The language to take.
#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// `en`, `de` or `nl`; the customer's where it is left out.
    language: Option<String>,
}
impl Wanted {
    fn language(&self) -> Result<Option<Language>, Problem> {
        let read = |word: &String| {
            Language::from_word(word).ok_or_else(|| Problem::field("language", "unknown_word"))
        };
        self.language.as_ref().map(read).transpose()
    }
}

/// Look at a canned reply as it would be for a ticket. Counts nothing.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/canned-replies/{id}", tag = "answers",
    params(("number" = i64, Path), ("id" = String, Path), Wanted), responses((status = 200, body = Filled)))]
pub async fn preview(
    grant: Grant<NoteTickets>,
    InPath((number, id)): InPath<(Id<Ticket>, Id<CannedReply>)>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Filled>, Failure> {
    let (wanted, reader) = (wanted.language()?, grant.actor().language);
    let resolved = grant
        .read(move |tx| {
            let ticket = seen(tx, number)?;
            let reply = store::see(tx, id)?.ok_or(CannedError::Unknown)?;
            actions::resolve(tx, &ticket, &reply.texts(), wanted)?.ok_or(CannedError::Unknown)
        })
        .await?;
    Ok(Json(Filled::of(resolved, reader)))
}

/// Take a canned reply for a ticket: the filled text comes back, and the use is counted. Nothing is sent.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/canned-replies/{id}", tag = "answers",
    params(("number" = i64, Path), ("id" = String, Path), Wanted), responses((status = 200, body = Filled)))]
pub async fn insert(
    grant: Grant<NoteTickets>,
    InPath((number, id)): InPath<(Id<Ticket>, Id<CannedReply>)>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Filled>, Failure> {
    let (wanted, reader) = (wanted.language()?, grant.actor().language);
    let resolved = grant
        .change(move |tx| {
            let ticket = seen(tx, number)?;
            actions::take(tx, &ticket, id, wanted)
        })
        .await?;
    Ok(Json(Filled::of(resolved, reader)))
}

pub(super) fn seen<P: platform::authority::Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    number: Id<Ticket>,
) -> Result<tickets::Seen<Ticket>, CannedError> {
    Ok(tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?)
}
