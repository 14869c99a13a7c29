//! `/api/v1/placeholders`.
use super::{Allowed, known};
use crate::{fields, tickets::ViewTickets};
use axum::extract::Query;
use platform::{
    authority::Grant,
    db,
    web::{Failure, Json, Listing, Paged},
};

/// List the names that canned replies and macros may have, the desk's own fields among them.
#[utoipa::path(get, path = "/api/v1/placeholders", tag = "answers", params(Paged),
    responses((status = 200, body = Listing<String>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<String>>, Failure> {
    let fields = grant.read::<_, db::Error>(|tx| fields::all(tx)).await?;
    Ok(Json(paged.of_whole(known(Allowed::Ticket, &fields), String::clone, |name| name)?))
}
