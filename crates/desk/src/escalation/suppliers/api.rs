//! `/api/v1/suppliers`.
use super::{Supplier, SupplierChanges, SupplierDraft, actions, store};
use crate::{
    calendars::Calendar,
    escalation::ManageEscalation,
    tickets::{TicketError, ViewTickets},
};
use axum::extract::Query;
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Tx},
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// Somebody outside who is asked for help by mail.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Supplier)]
pub struct SupplierBody {
    #[schema(value_type = String)]
    pub id: Id<Supplier>,
    pub name: String,
    pub email: String,
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Id<Calendar>>,
    pub accept_within: Option<String>,
    pub solve_within: Option<String>,
    pub warn: String,
    pub is_archived: bool,
}

impl From<Supplier> for SupplierBody {
    fn from(supplier: Supplier) -> SupplierBody {
        SupplierBody {
            id: supplier.id,
            name: supplier.name,
            email: supplier.email,
            calendar: supplier.calendar_id,
            accept_within: supplier.accept_within,
            solve_within: supplier.solve_within,
            warn: supplier.warn,
            is_archived: supplier.is_archived,
        }
    }
}

fn one_supplier(tx: &mut Tx<ManageEscalation>, id: Id<Supplier>) -> Result<SupplierBody, TicketError> {
    Ok(store::supplier(tx, id)?.ok_or_else(Problem::not_found)?.into())
}

/// List the suppliers by name, those in use first.
#[utoipa::path(get, path = "/api/v1/suppliers", tag = "escalation", params(Paged),
    responses((status = 200, body = Listing<SupplierBody>)))]
pub async fn suppliers(
    grant: Grant<ViewTickets>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<SupplierBody>>, Failure> {
    let all = grant.read::<_, TicketError>(|tx| Ok(store::suppliers(tx)?)).await?;
    Ok(Json(paged.of_whole(all, |supplier| supplier.id.to_string(), SupplierBody::from)?))
}

/// Add a supplier.
#[utoipa::path(post, path = "/api/v1/suppliers", tag = "escalation", request_body = SupplierDraft,
    responses((status = 201, body = SupplierBody)))]
pub async fn post_supplier(
    grant: Grant<ManageEscalation>,
    Keyed(key, draft): Keyed<SupplierDraft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let new = draft.parse()?;
    let made = grant
        .change::<_, TicketError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let id = actions::create_supplier(tx, new)?;
                one_supplier(tx, id)
            })
        })
        .await?;
    Ok(Created(made))
}

/// Change a supplier. What it has already goes on with what was promised when it came.
#[utoipa::path(patch, path = "/api/v1/suppliers/{id}", tag = "escalation", params(("id" = String, Path)),
    request_body = SupplierChanges, responses((status = 200, body = SupplierBody)))]
pub async fn patch_supplier(
    grant: Grant<ManageEscalation>,
    InPath(id): InPath<Id<Supplier>>,
    Json(changes): Json<SupplierChanges>,
) -> Result<Json<SupplierBody>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            actions::edit_supplier(tx, id, changes)?;
            one_supplier(tx, id)
        })
        .await?;
    Ok(Json(body))
}
