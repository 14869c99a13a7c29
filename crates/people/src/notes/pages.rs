//! Notes in their place: beside a ticket, on the page of a contact, on that of an organisation.
use super::store::{self, Earlier};
use crate::{
    contacts, organisations,
    permissions::{ManageContacts, ViewContacts},
    web::{local_path, see},
};
use axum::{response::Response, routing::post};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Contact, Grant, Implies, Organisation, Tx},
    web::{Failure, Form, Html, InPath, Routes, Ui, beside::Whose},
};

/// A card with the notes of somebody, a form to change them, and how they were before.
#[derive(askama::Template)]
#[template(path = "notes/card.html")]
pub struct Card {
    ui: Ui,
    whose: Whose,
    notes: String,
    earlier: Vec<Earlier>,
    /// The page that shows it.
    next: String,
    /// Which of two such forms of a page it is.
    name: &'static str,
}
impl Card {
    fn action(&self) -> String {
        match self.whose {
            Whose::Contact(id) => format!("/contacts/{id}/notes"),
            Whose::Organisation(id) => format!("/organisations/{id}/notes"),
        }
    }
    fn title(&self) -> &'static str {
        match self.whose {
            Whose::Contact(_) => self.ui.t("notes-of-contact"),
            Whose::Organisation(_) => self.ui.t("notes-of-organisation"),
        }
    }
    pub fn html(&self) -> Result<Html, Problem> {
        askama::Template::render(self).map(Html).map_err(|_| Problem::internal())
    }
}

/// The card of somebody; `None` where there is no such contact or organisation.
///
/// * `next` – the page that shows it, where a change leads back to.
pub fn card<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    ui: Ui,
    whose: Whose,
    next: String,
) -> Result<Option<Card>, Problem> {
    let Some(notes) = store::current(tx, whose)? else { return Ok(None) };
    let earlier = store::earlier(tx, whose)?;
    let name = match whose {
        Whose::Contact(_) => "contact-notes",
        Whose::Organisation(_) => "organisation-notes",
    };
    Ok(Some(Card { ui, whose, notes, earlier, next, name }))
}

/// `POST /contacts/{id}/notes`.
async fn of_contact(
    grant: Grant<ManageContacts>,
    InPath(id): InPath<Id<Contact>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["notes", "next"])?;
    let fallback = format!("/contacts/{id}?done=saved");
    let next = local_path(form.get("next"), &fallback).to_owned();
    let changes = contacts::Changes { notes: Some(form.get("notes").into()), ..contacts::Changes::default() };
    let edit = changes.parse()?;
    grant.change(move |tx| contacts::actions::edit(tx, id, edit)).await?;
    Ok(see(&next))
}
/// `POST /organisations/{id}/notes`.
async fn of_organisation(
    grant: Grant<ManageContacts>,
    InPath(id): InPath<Id<Organisation>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["notes", "next"])?;
    let fallback = format!("/organisations/{id}?done=saved");
    let next = local_path(form.get("next"), &fallback).to_owned();
    let changes = organisations::policy::Changes {
        notes: Some(form.get("notes").into()),
        ..organisations::policy::Changes::default()
    };
    let edit = changes.parse()?;
    grant.change(move |tx| organisations::actions::edit(tx, id, edit)).await?;
    Ok(see(&next))
}

pub fn routes() -> Routes {
    Routes::new()
        .post::<ManageContacts>("/contacts/{id}/notes", post(of_contact))
        .post::<ManageContacts>("/organisations/{id}/notes", post(of_organisation))
}
