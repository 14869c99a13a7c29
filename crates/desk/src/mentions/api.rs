//! `/api/v1/tickets/{number}/mentionable`: whom a note can call.
use super::{
    policy::{Callable, Called, handle},
    store,
};
use crate::tickets::{self, NoteTickets, Ticket, TicketError};
use kernel::{clock::Millis, fault::Problem, id::Id};
use people::absences;
use platform::{
    authority::Grant,
    web::{Failure, InPath, Json, Listing},
};
use utoipa::ToSchema;

/// A colleague or a team.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Mentionable)]
pub struct Body {
    /// `user` or `team`.
    pub kind: &'static str,
    pub id: String,
    pub name: String,
    /// What stands behind the `@` to mean exactly them.
    pub handle: String,
    /// Somebody who may not is not told.
    pub may_see: bool,
    /// Until when they are away; `null` for somebody who is there.
    #[schema(value_type = Option<String>)]
    pub away_until: Option<Millis>,
}

/// Whom a note of this ticket can call with `@`: everybody who works here, and the teams.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/mentionable", tag = "tickets", params(("number" = i64, Path)),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<NoteTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Json<Listing<Body>>, Failure> {
    let items = grant
        .read::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            let all = store::callable(tx)?;
            let users: Vec<_> = all
                .iter()
                .filter_map(|one| if let Called::User(id) = one.who { Some(id) } else { None })
                .collect();
            let seeing = store::in_sight(tx, ticket.id, &users)?;
            let now = tx.now();
            let away = absences::store::all_away(tx, now)?;
            let body = |callable: &Callable| {
                let (kind, id, may_see, away_until) = match callable.who {
                    Called::User(id) => {
                        let absence = away.iter().find(|absence| absence.user_id == id);
                        ("user", id.to_string(), seeing.contains(&id), absence.map(|a| a.until_ms))
                    }
                    Called::Team(id) => ("team", id.to_string(), true, None),
                };
                let handle = handle(callable, &all);
                Body { kind, id, name: callable.name.clone(), handle, may_see, away_until }
            };
            Ok(all.iter().map(body).collect::<Vec<_>>())
        })
        .await?;
    Ok(Json(Listing { items, next: None }))
}
