//! `/api/v1/placeholders`.
use super::{Allowed, known};
use crate::{fields, tickets::ViewTickets};
use platform::{
    authority::Grant,
    db,
    web::{Failure, Json, Listing},
};

/// List the names that canned replies and macros may have, the desk's own fields among them.
#[utoipa::path(get, path = "/api/v1/placeholders", tag = "answers", responses((status = 200, body = Listing<String>)))]
pub async fn list(grant: Grant<ViewTickets>) -> Result<Json<Listing<String>>, Failure> {
    let fields = grant.read::<_, db::Error>(|tx| fields::all(tx)).await?;
    Ok(Json(Listing { items: known(Allowed::Ticket, &fields), next: None }))
}
