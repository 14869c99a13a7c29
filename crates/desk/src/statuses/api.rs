//! Statuses in the API.
use super::{Status, actions};
use crate::{
    filter::{Names, condition},
    tickets::{Category, TicketError, ViewTickets},
};
use axum::{
    Json,
    extract::{Path, Query},
};
use kernel::{fault::Problem, id::Id};
use people::permissions::ManageDesk;
use platform::{
    authority::{Grant, Tx},
    db,
    i18n::Language,
    web::{Failure, Json as Body, Listing, Paged},
};
use utoipa::ToSchema;

#[derive(serde::Serialize, ToSchema)]
pub struct StatusBody {
    #[schema(value_type = String)]
    pub id: Id<Status>,
    pub name: String,
    pub category: Category,
    /// The statuses from which alone a ticket comes to it; none is all.
    #[schema(value_type = Vec<String>)]
    pub only_from: Vec<Id<Status>>,
    /// A filter that a ticket must match to come to it; empty is all.
    pub only_if: String,
}
impl StatusBody {
    fn new(status: Status, language: Language, names: &Names) -> Self {
        StatusBody {
            id: status.id,
            name: status.name_in(language),
            category: status.category,
            only_from: status.only_from(),
            only_if: condition::typed(&status.only_if, names),
        }
    }
}

/// List the statuses that tickets can have.
#[utoipa::path(get, path = "/api/v1/statuses", tag = "tickets", params(Paged),
    responses((status = 200, body = Listing<StatusBody>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<StatusBody>>, Failure> {
    let language = grant.actor().language;
    let work = |tx: &mut Tx<ViewTickets>| {
        let statuses = super::all(tx)?;
        let names = condition::names(tx, statuses.iter().map(|status| status.only_if.as_str()))?;
        Ok::<_, db::Error>((statuses, names))
    };
    let (statuses, names) = grant.read(work).await?;
    let body = |status| StatusBody::new(status, language, &names);
    Ok(Json(paged.of_whole(statuses, |status| status.id.to_string(), body)?))
}

/// What changes of a status; what is left out stays.
#[derive(Default, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StatusChanges)]
pub struct Changes {
    /// An empty one is the usual word in each reader's language.
    pub name: Option<String>,
    /// Replaces the statuses from which alone a ticket comes to it; none is all.
    #[schema(value_type = Option<Vec<String>>)]
    pub only_from: Option<Vec<Id<Status>>>,
    /// A filter that a ticket must match to come to it; empty is all.
    pub only_if: Option<String>,
}

/// Give a status another name, or say what a ticket must be before it comes to it.
#[utoipa::path(patch, path = "/api/v1/statuses/{id}", tag = "tickets", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = StatusBody)))]
pub async fn patch(
    grant: Grant<ManageDesk>,
    Path(id): Path<Id<Status>>,
    Body(changes): Body<Changes>,
) -> Result<Json<StatusBody>, Failure> {
    let language = grant.actor().language;
    let work = move |tx: &mut Tx<ManageDesk>| {
        if let Some(name) = &changes.name {
            actions::rename(tx, id, name)?;
        }
        actions::guard(tx, id, changes.only_from.as_deref(), changes.only_if.as_deref())?;
        let status = super::all(tx)?.into_iter().find(|status| status.id == id);
        let status = status.ok_or_else(Problem::not_found)?;
        let names = condition::names(tx, [status.only_if.as_str()])?;
        Ok::<_, TicketError>(StatusBody::new(status, language, &names))
    };
    Ok(Json(grant.change(work).await?))
}
