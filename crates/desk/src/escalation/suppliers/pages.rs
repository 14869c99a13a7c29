//! The form of a supplier.
use super::{Supplier, SupplierChanges, SupplierDraft, actions, store};
use crate::{
    escalation::{
        ManageEscalation,
        settings::{Around, HERE, around},
    },
    tickets::TicketError,
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::Grant,
    web::{Failure, Form, InPath, Page, Ui},
};

#[derive(askama::Template)]
#[template(path = "escalation/suppliers/supplier.html")]
struct OneSupplier {
    ui: Ui,
    form: Form,
    /// `None` for a new one.
    supplier: Option<Supplier>,
    around: Around,
}

fn supplier_form(supplier: &Supplier) -> Form {
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let form = Form::filled([
        ("name", supplier.name.clone()),
        ("email", supplier.email.clone()),
        ("calendar", supplier.calendar_id.map_or_else(String::new, |id| id.to_string())),
        ("accept_within", some(&supplier.accept_within)),
        ("solve_within", some(&supplier.solve_within)),
        ("warn", supplier.warn.clone()),
    ]);
    if supplier.is_archived { form } else { form.with("is_active", "on") }
}

fn supplier_draft(form: &Form) -> Result<SupplierDraft, Problem> {
    form.only(&["name", "email", "calendar", "accept_within", "solve_within", "warn", "is_active"])?;
    let calendar = form.some("calendar").map(str::parse).transpose();
    Ok(SupplierDraft {
        name: form.get("name").into(),
        email: form.get("email").into(),
        calendar: calendar.map_err(|_| Problem::field("calendar", "unknown_id"))?,
        accept_within: form.some("accept_within").map(str::to_owned),
        solve_within: form.some("solve_within").map(str::to_owned),
        warn: form.some("warn").map(str::to_owned),
    })
}

async fn one_supplier(
    grant: &Grant<ManageEscalation>,
    ui: Ui,
    id: Option<Id<Supplier>>,
    form: Option<Form>,
) -> Result<OneSupplier, Problem> {
    let page = grant.read::<_, TicketError>(move |tx| {
        let around = around(tx)?;
        let supplier = match id {
            Some(id) => Some(store::supplier(tx, id)?.ok_or_else(Problem::not_found)?),
            None => None,
        };
        let stored = match &supplier {
            Some(supplier) => supplier_form(supplier),
            None => Form::filled([("warn", "30m".into()), ("is_active", "on".into())]),
        };
        Ok(OneSupplier { ui, form: form.unwrap_or(stored), supplier, around })
    });
    page.await.map_err(Problem::from)
}

/// `GET /admin/escalation/suppliers/new`.
pub async fn new_supplier(ui: Ui, grant: Grant<ManageEscalation>) -> Result<Response, Failure> {
    Ok(Page(one_supplier(&grant, ui, None, None).await?).into_response())
}

/// `GET /admin/escalation/suppliers/{id}`.
pub async fn supplier(
    ui: Ui,
    grant: Grant<ManageEscalation>,
    InPath(id): InPath<Id<Supplier>>,
) -> Result<Response, Failure> {
    Ok(Page(one_supplier(&grant, ui, Some(id), None).await?).into_response())
}

/// `POST /admin/escalation/suppliers`.
pub async fn post_supplier(ui: Ui, grant: Grant<ManageEscalation>, form: Form) -> Result<Response, Failure> {
    let done = match supplier_draft(&form).and_then(SupplierDraft::parse) {
        Ok(new) => {
            grant.change(move |tx| actions::create_supplier(tx, new)).await.map(drop).map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    supplier_answer(&grant, ui, None, form, done).await
}

/// `POST /admin/escalation/suppliers/{id}`.
pub async fn save_supplier(
    ui: Ui,
    grant: Grant<ManageEscalation>,
    InPath(id): InPath<Id<Supplier>>,
    form: Form,
) -> Result<Response, Failure> {
    let is_archived = !form.is_on("is_active");
    let done = match supplier_draft(&form) {
        Ok(draft) => {
            let changes = SupplierChanges {
                name: Some(draft.name),
                email: Some(draft.email),
                calendar: Some(draft.calendar),
                accept_within: Some(draft.accept_within),
                solve_within: Some(draft.solve_within),
                warn: draft.warn.or(Some(String::new())),
                is_archived: Some(is_archived),
            };
            grant.change(move |tx| actions::edit_supplier(tx, id, changes)).await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    supplier_answer(&grant, ui, Some(id), form, done).await
}

async fn supplier_answer(
    grant: &Grant<ManageEscalation>,
    ui: Ui,
    id: Option<Id<Supplier>>,
    form: Form,
    done: Result<(), Problem>,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = one_supplier(grant, ui, id, Some(form.with_mistakes(&problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
