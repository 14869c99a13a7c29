//! `/contacts/duplicates`, and merging: whom, what that does, and taking it back.
use super::{
    actions,
    policy::{Alike, Place, Reason},
    store,
};
use crate::{
    contacts::{
        self, ContactError, ContactRow,
        api::{self, Body},
        policy::Search,
    },
    organisations,
    permissions::ManageContacts,
    web::{Done, local_path, see},
};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use kernel::{fault::Problem, id::Id, text};
use platform::{
    authority::{Contact, Grant, Organisation, Tx},
    web::{
        Failure, Form, Html, InPath, Page, Routes, Ui, address,
        beside::{self, Whose},
    },
};
use serde::Deserialize;

/// Pairs of one reason, where all reasons are shown and where one is.
const FEW: usize = 10;
const MANY: usize = 50;
/// Contacts to choose from.
const CHOICES: usize = 12;

/// One side of a pair.
struct Side {
    id: Id<Contact>,
    name: String,
    organisation: String,
    /// What it has in common with the other; of namesakes the address.
    value: String,
}
struct Couple {
    one: Side,
    other: Side,
}
struct Group {
    reason: Reason,
    couples: Vec<Couple>,
    more: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "duplicates/list.html")]
struct ListPage {
    ui: Ui,
    groups: Vec<Group>,
    /// The reason that was chosen.
    only: Option<Reason>,
    done: &'static str,
}
impl ListPage {
    fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| group.couples.is_empty())
    }
    fn is_chosen(&self, reason: &Reason) -> bool {
        self.only == Some(*reason)
    }
    fn reasons(&self) -> &'static [Reason] {
        Reason::ALL
    }
}
#[derive(Deserialize)]
pub struct Asked {
    by: Option<String>,
    after: Option<String>,
}

async fn list(
    grant: Grant<ManageContacts>,
    ui: Ui,
    Query(asked): Query<Asked>,
    Query(done): Query<Done>,
) -> Result<Page<ListPage>, Failure> {
    let only = asked.by.as_deref().and_then(Reason::from_word);
    let after = asked.after.as_deref().and_then(Place::parse).unwrap_or_default();
    let read = move |tx: &mut Tx<ManageContacts>| {
        let mut groups = Vec::new();
        for reason in Reason::ALL.iter().copied().filter(|reason| only.is_none_or(|only| only == *reason)) {
            let most = if only.is_some() { MANY } else { FEW };
            let (pairs, next) = store::pairs(tx, reason, &after, most)?;
            groups.push((reason, pairs, next));
        }
        let pairs = || groups.iter().flat_map(|(_, pairs, _)| pairs);
        let ids: Vec<_> = pairs().flat_map(|pair| [pair.one_id, pair.other_id]).collect();
        let rows = contacts::store::by_ids(tx, &ids)?;
        let companies: Vec<_> = rows.iter().filter_map(|row| row.organisation_id).collect();
        let names = organisations::store::names(tx, &companies)?;
        Ok::<_, Problem>((groups, rows, names))
    };
    let (groups, rows, names) = grant.read(read).await?;
    let side = |reason: Reason, id: Id<Contact>, value: String| {
        let row = rows.iter().find(|row| row.id == id)?;
        let company = names.iter().find(|(id, _)| Some(*id) == row.organisation_id);
        let organisation = company.map_or_else(String::new, |(_, name)| name.clone());
        let value = if reason == Reason::Name { row.email.clone().unwrap_or_default() } else { value };
        Some(Side { id, name: row.name.clone(), organisation, value })
    };
    let group = |(reason, pairs, next): (Reason, Vec<store::Pair>, Option<Place>)| {
        let couple = |pair: store::Pair| {
            let one = side(reason, pair.one_id, pair.of_one)?;
            let other = side(reason, pair.other_id, pair.of_other)?;
            Some(Couple { one, other })
        };
        let more = next.map(|next| {
            let place = if only.is_some() { next.word() } else { String::new() };
            address("/contacts/duplicates", &[("by", reason.word()), ("after", &place)])
        });
        Group { reason, couples: pairs.into_iter().filter_map(couple).collect(), more }
    };
    let groups = groups.into_iter().map(group).collect();
    Ok(Page(ListPage { ui, groups, only, done: done.words() }))
}

/// A contact as the page of a merge shows it.
struct Card {
    contact: Body,
    organisation: Option<(Id<Organisation>, String)>,
    has_account: bool,
}
impl Card {
    fn load(tx: &mut Tx<ManageContacts>, id: Id<Contact>) -> Result<Card, Problem> {
        let contact = api::body(tx, id)?;
        let ids: Vec<_> = contact.organisation.into_iter().collect();
        let organisation = organisations::store::names(tx, &ids)?.pop();
        let has_account = store::has_account(tx, id)?;
        Ok(Card { contact, organisation, has_account })
    }
}
/// Somebody to choose.
struct Choice {
    row: ContactRow,
    reasons: Vec<Reason>,
}
#[derive(askama::Template)]
#[template(path = "duplicates/merge.html")]
struct MergePage {
    ui: Ui,
    source: Card,
    target: Option<Card>,
    /// The tickets of each, as far as the reader sees them.
    of_source: Vec<Html>,
    of_target: Vec<Html>,
    choices: Vec<Choice>,
    q: String,
    refused: Option<&'static str>,
}
#[derive(Default, Deserialize)]
pub struct Chosen {
    #[serde(default)]
    into: String,
    #[serde(default)]
    q: String,
}

/// The page, and the status of its answer.
async fn load(
    grant: &Grant<ManageContacts>,
    ui: Ui,
    id: Id<Contact>,
    chosen: Chosen,
    failed: Option<Problem>,
) -> Result<Response, Failure> {
    let into: Option<Id<Contact>> = chosen.into.trim().parse().ok();
    let q = text::one_line(&chosen.q, 120);
    let asked = q.clone();
    let read = move |tx: &mut Tx<ManageContacts>| {
        let source = Card::load(tx, id)?;
        let into = into.filter(|into| *into != id);
        // One that was merged meanwhile is looked at where its id leads to.
        let lands = into.map(|into| contacts::store::landing(tx, into)).transpose()?.flatten();
        let target = lands.filter(|lands| *lands != id).map(|lands| Card::load(tx, lands)).transpose()?;
        let mut choices = Vec::new();
        if target.is_none() {
            let alike = actions::alike(tx, id)?;
            let mut rows = match asked.is_empty() {
                true => {
                    let ids: Vec<_> = alike.iter().map(|alike| alike.contact).collect();
                    contacts::store::by_ids(tx, &ids)?
                }
                false => api::find(tx, &Search::parse(&asked), None, CHOICES)?,
            };
            rows.retain(|row| row.id != id);
            rows.truncate(CHOICES);
            let reasons = |row: &ContactRow| -> Vec<Reason> {
                let one = alike.iter().find(|alike: &&Alike| alike.contact == row.id);
                let mut reasons: Vec<_> =
                    one.into_iter().flat_map(|alike| &alike.reasons).map(|(reason, _)| *reason).collect();
                reasons.dedup();
                reasons
            };
            choices = rows.into_iter().map(|row| Choice { reasons: reasons(&row), row }).collect();
        }
        Ok::<_, Problem>((source, target, choices))
    };
    let (source, target, choices) = grant.read(read).await?;
    let of_source = match &target {
        Some(_) => beside::parts(grant, &ui, Whose::Contact(id)).await?,
        None => Vec::new(),
    };
    let of_target = match &target {
        Some(target) => beside::parts(grant, &ui, Whose::Contact(target.contact.id)).await?,
        None => Vec::new(),
    };
    let (status, refused) = match &failed {
        None => (StatusCode::OK, None),
        Some(problem) => {
            let words = match problem.fields.first() {
                Some(field) => ui.t_of("field", field.code),
                None => ui.t_of("problem", problem.code),
            };
            (StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT), Some(words))
        }
    };
    let page = MergePage { ui, source, target, of_source, of_target, choices, q, refused };
    Ok((status, Page(page)).into_response())
}

/// `GET /contacts/{id}/merge?into=&q=`.
async fn look(
    grant: Grant<ManageContacts>,
    ui: Ui,
    InPath(id): InPath<Id<Contact>>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Failure> {
    load(&grant, ui, id, chosen, None).await
}
/// `POST /contacts/{id}/merge`.
async fn merge(
    grant: Grant<ManageContacts>,
    ui: Ui,
    InPath(id): InPath<Id<Contact>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["into"])?;
    let into: Id<Contact> = form.get("into").parse().unwrap_or(Id::new(0));
    match grant.change(move |tx| actions::merge(tx, id, into)).await {
        Ok(()) => Ok(see(&format!("/contacts/{into}?done=merged"))),
        Err(problem) if matches!(problem.status, 409 | 422) => {
            load(&grant, ui, id, Chosen::default(), Some(problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}
/// `POST /contacts/{id}/merge/undo`.
async fn undo(
    grant: Grant<ManageContacts>,
    InPath(id): InPath<Id<Contact>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&[])?;
    match grant.change(move |tx| actions::undo(tx, id)).await {
        // Somebody was quicker: it stands by itself.
        Ok(()) => Ok(see(&format!("/contacts/{id}?done=unmerged"))),
        Err(problem) if problem.code == "contact_not_merged" => Ok(see(&format!("/contacts/{id}"))),
        Err(problem) => Err(problem.into()),
    }
}
/// `POST /contacts/{id}/distinct`: two are two. `next` is the page that asked.
async fn distinct(
    grant: Grant<ManageContacts>,
    InPath(id): InPath<Id<Contact>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["other", "next"])?;
    let other: Id<Contact> = form.get("other").parse().map_err(|_| Failure::from(ContactError::Unknown))?;
    let fallback = format!("/contacts/{id}?done=distinct");
    let next = local_path(form.get("next"), &fallback).to_owned();
    grant.change(move |tx| actions::keep_apart(tx, id, other)).await?;
    Ok(see(&next))
}

pub fn routes() -> Routes {
    Routes::new()
        .get::<ManageContacts>("/contacts/duplicates", get(list))
        .get::<ManageContacts>("/contacts/{id}/merge", get(look))
        .post::<ManageContacts>("/contacts/{id}/merge", post(merge))
        .post::<ManageContacts>("/contacts/{id}/merge/undo", post(undo))
        .post::<ManageContacts>("/contacts/{id}/distinct", post(distinct))
}
