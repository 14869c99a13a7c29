//! `/api/v1/teams/{id}/supervisor`.
use super::{actions, store};
use crate::{
    escalation::ManageEscalation,
    tickets::{self, TicketError},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Team, Tx, User},
    web::{Failure, InPath, Json},
};
use utoipa::ToSchema;

/// Who leads a team.
#[derive(serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TeamSupervisor)]
pub struct SupervisorBody {
    /// `null` where nobody does.
    #[schema(value_type = Option<String>)]
    pub user: Option<Id<User>>,
}

fn leader(tx: &mut Tx<ManageEscalation>, team: Id<Team>) -> Result<SupervisorBody, TicketError> {
    if !tickets::store::team_exists(tx, team)? {
        return Err(Problem::not_found().into());
    }
    Ok(SupervisorBody { user: store::supervisor(tx, team)?.map(|(user, _)| user) })
}

/// Get who leads a team: to whom its tickets go when they are handed to the supervisor.
#[utoipa::path(get, path = "/api/v1/teams/{id}/supervisor", tag = "escalation", params(("id" = String, Path)),
    responses((status = 200, body = SupervisorBody)))]
pub async fn supervisor(
    grant: Grant<ManageEscalation>,
    InPath(team): InPath<Id<Team>>,
) -> Result<Json<SupervisorBody>, Failure> {
    Ok(Json(grant.read(move |tx| leader(tx, team)).await?))
}

/// Say who leads a team.
#[utoipa::path(put, path = "/api/v1/teams/{id}/supervisor", tag = "escalation", params(("id" = String, Path)),
    request_body = SupervisorBody, responses((status = 200, body = SupervisorBody)))]
pub async fn put_supervisor(
    grant: Grant<ManageEscalation>,
    InPath(team): InPath<Id<Team>>,
    Json(new): Json<SupervisorBody>,
) -> Result<Json<SupervisorBody>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            actions::set_supervisor(tx, team, new.user)?;
            leader(tx, team)
        })
        .await?;
    Ok(Json(body))
}
