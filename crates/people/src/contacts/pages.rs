//! `/contacts`: who asks.
use super::{Changes, ContactRow, Draft, actions, api, api::Body, policy::Search, store};
use crate::{
    duplicates::{self, Alike, Reason, store::Merged},
    notes, organisations,
    permissions::{ManageContacts, ViewContacts},
    web::{Done, again, see},
};
use axum::{
    extract::Query,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Contact, Grant, Implies, Organisation, Tx},
    i18n::Language,
    web::{
        Failure, Form, Html, InPath, Page, Routes, Ui,
        beside::{self, Whose},
    },
};
use serde::Deserialize;

/// Rows on a page of the list.
const PAGE: usize = 50;
/// People who are perhaps the same person, on a contact's page.
const HINTS: usize = 5;

#[derive(askama::Template)]
#[template(path = "contacts/list.html")]
struct ListPage {
    ui: Ui,
    q: String,
    done: &'static str,
    contacts: Vec<Row>,
    /// The address of what follows, or "".
    older: String,
}
struct Row {
    contact: ContactRow,
    organisation: String,
}
#[derive(Deserialize)]
pub struct Asked {
    q: Option<String>,
    after: Option<String>,
}
async fn list(
    grant: Grant<ViewContacts>,
    ui: Ui,
    Query(asked): Query<Asked>,
    Query(done): Query<Done>,
) -> Result<Page<ListPage>, Failure> {
    let q = asked.q.unwrap_or_default();
    let after = asked.after.and_then(|id| id.parse().ok());
    let search = Search::parse(&q);
    let (contacts, last) = grant
        .read::<_, Failure>(move |tx| {
            let mut rows = api::find(tx, &search, after, PAGE)?;
            let has_more = rows.len() > PAGE;
            rows.truncate(PAGE);
            let last = rows.last().filter(|_| has_more).map(|row| row.id);
            let ids: Vec<_> = rows.iter().filter_map(|row| row.organisation_id).collect();
            let names = organisations::store::names(tx, &ids)?;
            let name_of = |id: Option<Id<Organisation>>| {
                let known = names.iter().find(|(known, _)| Some(*known) == id);
                known.map_or_else(String::new, |(_, name)| name.clone())
            };
            let row = |contact: ContactRow| Row { organisation: name_of(contact.organisation_id), contact };
            Ok((rows.into_iter().map(row).collect(), last))
        })
        .await?;
    let older =
        last.map_or_else(String::new, |id| format!("/contacts?q={}&after={id}", crate::web::escape(&q)));
    Ok(Page(ListPage { ui, q, done: done.words(), contacts, older }))
}

#[derive(askama::Template)]
#[template(path = "contacts/contact.html")]
struct ContactPage {
    ui: Ui,
    done: &'static str,
    contact: Body,
    /// Addresses that open nothing yet.
    unconfirmed: Vec<String>,
    /// Whether this person may say that they are the contact's own.
    may_confirm: bool,
    /// Name and id of where the person works.
    organisation: Option<(Id<Organisation>, String)>,
    /// What others know of the person, e.g. tickets.
    beside: Vec<Html>,
    notes: Html,
    /// Who was merged into this contact, and who is perhaps the same person.
    merged: Vec<Merged>,
    alike: Vec<(ContactRow, Vec<Reason>)>,
}
impl ContactPage {
    /// Notes of those that were merged into this one.
    fn other_notes(&self) -> impl Iterator<Item = &Merged> {
        self.merged.iter().filter(|merged| !merged.notes.is_empty())
    }
    /// The person as the form of a new ticket reads them: name and address, or whatever there is.
    fn requester(&self) -> String {
        match (&self.contact.email, self.contact.phones.first()) {
            (Some(email), _) => format!("{} <{email}>", self.contact.name),
            (None, Some(phone)) if self.contact.name.is_empty() => phone.clone(),
            _ => self.contact.name.clone(),
        }
    }
}
/// What there is on the page of a contact besides what others know.
struct Loaded {
    contact: Body,
    organisation: Option<(Id<Organisation>, String)>,
    unconfirmed: Vec<String>,
    sees_all: bool,
    notes: Html,
    merged: Vec<Merged>,
    alike: Vec<(ContactRow, Vec<Reason>)>,
}
impl Loaded {
    fn load(tx: &mut Tx<ViewContacts>, ui: &Ui, id: Id<Contact>) -> Result<Loaded, Failure> {
        let contact = api::body(tx, id)?;
        let ids: Vec<_> = contact.organisation.into_iter().collect();
        let organisation = organisations::store::names(tx, &ids)?.pop();
        let mut family = vec![id];
        family.extend(&contact.merged);
        let card = notes::card(tx, ui.clone(), Whose::Contact(id), format!("/contacts/{id}"))?;
        let notes = card.ok_or(Problem::not_found())?.html()?;
        let merged = match contact.merged.is_empty() {
            true => Vec::new(),
            false => duplicates::store::merged_into(tx, id)?,
        };
        let found = duplicates::actions::alike(tx, id)?;
        let ids: Vec<_> = found.iter().map(|alike| alike.contact).take(HINTS).collect();
        let rows = if ids.is_empty() { Vec::new() } else { store::by_ids(tx, &ids)? };
        let hint = |alike: Alike| {
            let row = rows.iter().find(|row| row.id == alike.contact)?.clone();
            let mut reasons: Vec<_> = alike.reasons.into_iter().map(|(reason, _)| reason).collect();
            reasons.dedup();
            Some((row, reasons))
        };
        let alike = found.into_iter().filter_map(hint).collect();
        let unconfirmed = store::unconfirmed(tx, &family)?;
        let sees_all = actions::sees_all(tx);
        Ok(Loaded { contact, organisation, unconfirmed, sees_all, notes, merged, alike })
    }
}

async fn show(
    grant: Grant<ViewContacts>,
    ui: Ui,
    InPath(id): InPath<Id<Contact>>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let words = ui.clone();
    let found = grant
        .read::<_, Failure>(move |tx| match store::landing(tx, id)? {
            Some(lands) if lands != id => Ok(Err(lands)),
            _ => Loaded::load(tx, &words, id).map(Ok),
        })
        .await?;
    let loaded = match found {
        Ok(loaded) => loaded,
        Err(lands) => return Ok(see(&format!("/contacts/{lands}"))),
    };
    let beside = beside::parts(&grant, &ui, Whose::Contact(id)).await?;
    let may_confirm = loaded.sees_all && ui.may("contacts.manage");
    let done = done.words();
    let Loaded { contact, organisation, unconfirmed, notes, merged, alike, .. } = loaded;
    let page = ContactPage {
        ui,
        done,
        contact,
        unconfirmed,
        may_confirm,
        organisation,
        beside,
        notes,
        merged,
        alike,
    };
    Ok(Page(page).into_response())
}

#[derive(askama::Template)]
#[template(path = "contacts/edit.html")]
struct EditPage {
    ui: Ui,
    form: Form,
    problem: &'static str,
    /// `None` for a new one.
    id: Option<Id<Contact>>,
    name: String,
    languages: &'static [Language],
}
impl EditPage {
    fn back(&self) -> String {
        self.id.map_or_else(|| "/contacts".into(), |id| format!("/contacts/{id}"))
    }
}
fn edit_page(ui: Ui, form: Form, id: Option<Id<Contact>>, problem: &'static str) -> EditPage {
    let name = if id.is_some() { form.get("name").to_owned() } else { ui.t("contact-new").to_owned() };
    EditPage { ui, form, problem, id, name, languages: Language::ALL }
}
async fn new(_: Grant<ManageContacts>, ui: Ui) -> Page<EditPage> {
    Page(edit_page(ui, Form::default(), None, ""))
}
async fn edit(
    grant: Grant<ManageContacts>,
    ui: Ui,
    InPath(id): InPath<Id<Contact>>,
) -> Result<Response, Failure> {
    let found = grant
        .read::<_, Failure>(move |tx| {
            if let Some(lands) = store::landing(tx, id)?.filter(|lands| *lands != id) {
                return Ok(Err(lands));
            }
            let contact = api::body(tx, id)?;
            let ids: Vec<_> = contact.organisation.into_iter().collect();
            Ok(Ok((contact, organisations::store::names(tx, &ids)?.pop())))
        })
        .await?;
    let (contact, organisation) = match found {
        Ok(found) => found,
        Err(lands) => return Ok(see(&format!("/contacts/{lands}/edit"))),
    };
    let form = Form::filled([
        ("name", contact.name),
        ("emails", contact.emails.join("\n")),
        ("phones", contact.phones.join("\n")),
        ("organisation", organisation.map_or_else(String::new, |(_, name)| name)),
        ("language", contact.language.map_or("", Language::word).into()),
        ("notes", contact.notes),
    ]);
    Ok(Page(edit_page(ui, form, Some(id), "")).into_response())
}

const FIELDS: &[&str] = &["name", "emails", "phones", "organisation", "language", "notes"];
fn lines(form: &Form, name: &str) -> Vec<String> {
    form.get(name).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
/// The organisation that the form names.
///
/// * errors – 422 where there is none of this name.
fn organisation_of<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    name: &str,
) -> Result<Option<Id<Organisation>>, Failure> {
    if name.is_empty() {
        return Ok(None);
    }
    let found = organisations::store::by_exact_name(tx, name)?;
    found.map(Some).ok_or_else(|| Problem::field("organisation", "unknown_name").into())
}

async fn create(grant: Grant<ManageContacts>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(FIELDS)?;
    let mut draft = Draft {
        name: form.get("name").into(),
        emails: lines(&form, "emails"),
        phones: lines(&form, "phones"),
        language: Language::from_word(form.get("language")),
        notes: form.get("notes").into(),
        ..Draft::default()
    };
    let organisation = form.get("organisation").to_owned();
    let made = grant
        .change::<_, Failure>(move |tx| {
            draft.organisation = organisation_of(tx, &organisation)?;
            Ok(actions::create(tx, draft.parse()?)?)
        })
        .await;
    match made {
        Ok(id) => Ok(see(&format!("/contacts/{id}?done=created"))),
        Err(Failure(problem)) => again(problem, form, |form, problem| edit_page(ui, form, None, problem)),
    }
}
async fn save(
    grant: Grant<ManageContacts>,
    ui: Ui,
    InPath(id): InPath<Id<Contact>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(FIELDS)?;
    let mut changes = Changes {
        name: Some(form.get("name").into()),
        emails: Some(lines(&form, "emails")),
        phones: Some(lines(&form, "phones")),
        language: Some(Language::from_word(form.get("language"))),
        notes: Some(form.get("notes").into()),
        ..Changes::default()
    };
    let organisation = form.get("organisation").to_owned();
    let saved = grant
        .change::<_, Failure>(move |tx| {
            changes.organisation = Some(organisation_of(tx, &organisation)?);
            Ok(actions::edit(tx, id, changes.parse()?)?)
        })
        .await;
    match saved {
        Ok(()) => Ok(see(&format!("/contacts/{id}?done=saved"))),
        Err(Failure(problem)) => again(problem, form, |form, problem| edit_page(ui, form, Some(id), problem)),
    }
}

async fn confirm(
    grant: Grant<ManageContacts>,
    InPath(id): InPath<Id<Contact>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["email"])?;
    let email = form.get("email").to_owned();
    grant.change::<_, Problem>(move |tx| actions::confirm(tx, id, &email)).await?;
    Ok(see(&format!("/contacts/{id}?done=confirmed")))
}

pub fn routes() -> Routes {
    Routes::new()
        .get::<ViewContacts>("/contacts", get(list))
        .post::<ManageContacts>("/contacts", post(create))
        .get::<ManageContacts>("/contacts/new", get(new))
        .get::<ViewContacts>("/contacts/{id}", get(show))
        .post::<ManageContacts>("/contacts/{id}", post(save))
        .get::<ManageContacts>("/contacts/{id}/edit", get(edit))
        .post::<ManageContacts>("/contacts/{id}/confirm", post(confirm))
}
