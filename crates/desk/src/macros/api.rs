//! `/api/v1/macros`.
use super::{
    Afterwards, Changes, Draft, MacroError, Step, actions,
    plan::{Plan, Said},
    policy::Macro,
    store,
};
use crate::{
    conversation::actions::Signer,
    sharing::Share,
    tickets::{self, NoteTickets, Ticket},
};
use axum::extract::Query;
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Team, Tx},
    db,
    i18n::{self, Language},
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// A macro.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Macro)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Macro>,
    pub name: String,
    pub folder: String,
    pub share: Share,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    pub steps: Vec<Step>,
    pub afterwards: Afterwards,
    pub is_archived: bool,
    pub uses: i64,
    #[schema(value_type = Option<String>)]
    pub last_used_at: Option<Millis>,
    #[schema(value_type = String)]
    pub created_at: Millis,
    #[schema(value_type = String)]
    pub updated_at: Millis,
}
impl From<Macro> for Body {
    fn from(row: Macro) -> Body {
        Body {
            id: row.id,
            steps: row.steps(),
            name: row.name,
            folder: row.folder,
            share: row.share,
            team: row.team_id,
            afterwards: row.afterwards,
            is_archived: row.is_archived,
            uses: row.uses,
            last_used_at: row.last_used_at_ms,
            created_at: row.created_at_ms,
            updated_at: row.updated_at_ms,
        }
    }
}
fn body(tx: &mut Tx<NoteTickets>, id: Id<Macro>) -> Result<Body, MacroError> {
    Ok(store::see(tx, id)?.ok_or(MacroError::Unknown)?.into())
}

/// A word that folder or name have.
#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// List the macros in use that the caller sees.
#[utoipa::path(get, path = "/api/v1/macros", tag = "answers", params(Asked, Paged),
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

/// Add a macro.
///
/// A step that names something which is not there is a 422 that names the step.
#[utoipa::path(post, path = "/api/v1/macros", tag = "answers", request_body = Draft,
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

/// Get a macro.
#[utoipa::path(get, path = "/api/v1/macros/{id}", tag = "answers", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(grant: Grant<NoteTickets>, InPath(id): InPath<Id<Macro>>) -> Result<Json<Body>, Failure> {
    Ok(Json(grant.read(move |tx| body(tx, id)).await?))
}

/// Change a macro, or take it out of use.
#[utoipa::path(patch, path = "/api/v1/macros/{id}", tag = "answers", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<NoteTickets>,
    InPath(id): InPath<Id<Macro>>,
    Json(changes): Json<Changes>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, MacroError>(move |tx| {
            actions::edit(tx, id, changes)?;
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}

/// What a macro would do.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = MacroPreview)]
pub struct Preview {
    pub changes: Vec<ChangeBody>,
    /// What would be written, in its order.
    pub says: Vec<SaysBody>,
    pub is_snoozed: bool,
    #[schema(value_type = Option<String>)]
    pub snoozed_until: Option<Millis>,
    /// Steps that cannot be done; with one of them nothing is.
    pub wrong: Vec<WrongBody>,
    pub afterwards: Afterwards,
}
/// A property before and after, in words of the caller's language.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = MacroChange)]
pub struct ChangeBody {
    pub field: String,
    pub from: String,
    pub to: String,
}
/// Words that a macro writes.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = MacroWords)]
pub struct SaysBody {
    /// `note`, `reply` or `composer`.
    pub kind: &'static str,
    pub text: String,
}
/// A step that cannot be done.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = MacroWrong)]
pub struct WrongBody {
    pub step: usize,
    pub code: &'static str,
    pub what: String,
}
impl Preview {
    pub fn of(row: &Macro, plan: &Plan, reader: Language) -> Preview {
        let change = |change: &super::plan::Change| ChangeBody {
            field: named(reader, &change.field),
            from: change.from.clone(),
            to: change.to.clone(),
        };
        let says = |said: &Said| match said {
            Said::Note(text) => SaysBody { kind: "note", text: text.clone() },
            Said::Sent(resolved) => SaysBody { kind: "reply", text: resolved.text.clone() },
            Said::Kept(resolved) => SaysBody { kind: "composer", text: resolved.text.clone() },
        };
        let wrong = |wrong: &super::plan::Wrong| WrongBody {
            step: wrong.step,
            code: wrong.code,
            what: wrong.what.clone(),
        };
        Preview {
            changes: plan.changes.iter().map(change).collect(),
            says: plan.said.iter().map(says).collect(),
            is_snoozed: plan.snooze.is_some(),
            snoozed_until: plan.snooze_until,
            wrong: plan.wrong.iter().map(wrong).collect(),
            afterwards: row.afterwards,
        }
    }
}
/// The name of a property; that of one of the desk's own fields is its name already.
fn named(reader: Language, field: &str) -> String {
    if i18n::exists(reader, field) { i18n::text(reader, field).to_owned() } else { field.to_owned() }
}

/// Look at what a macro would do to a ticket. Changes nothing.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/macros/{id}", tag = "answers",
    params(("number" = i64, Path), ("id" = String, Path)), responses((status = 200, body = Preview)))]
pub async fn preview(
    grant: Grant<NoteTickets>,
    InPath((number, id)): InPath<(Id<Ticket>, Id<Macro>)>,
) -> Result<Json<Preview>, Failure> {
    let reader = grant.actor().language;
    let preview = grant
        .read::<_, MacroError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            let (row, plan) = actions::look(tx, &ticket, id)?;
            Ok(Preview::of(&row, &plan, reader))
        })
        .await?;
    Ok(Json(preview))
}

/// What a macro did.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = MacroApplied)]
pub struct Applied {
    pub afterwards: Afterwards,
}

/// Apply a macro to a ticket: all of it, or nothing.
///
/// `POST /api/v1/changes/{id}/undo` with the id of the event `ticket.macro_applied` takes the changes back.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/macros/{id}", tag = "answers",
    params(("number" = i64, Path), ("id" = String, Path)), responses((status = 200, body = Applied)))]
pub async fn apply(
    grant: Grant<NoteTickets>,
    InPath((number, id)): InPath<(Id<Ticket>, Id<Macro>)>,
    asked: platform::web::Asked,
) -> Result<Json<serde_json::Value>, Failure> {
    let (signer, key) = (Signer::of(grant.home()), asked.with(&[]));
    let applied = grant
        .change::<_, Problem>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let row = actions::apply(tx, number, id, &signer)?;
                Ok::<_, Problem>(Applied { afterwards: row.afterwards })
            })
        })
        .await?;
    Ok(Json(applied))
}
