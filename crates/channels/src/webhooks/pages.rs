//! `/admin/webhooks`.
use super::{
    Changes, Draft, ManageWebhooks, WebhookError, actions,
    policy::{Delivery, State, Webhook},
    store::{self, Health},
};
use crate::events_api::policy::{Reach, is_about_accounts, noun_of, reach};
use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Actor, Grant},
    db,
    events::EVENT_KINDS,
    web::{Failure, Form, InPath, Page, Paged, Ui},
};

/// Webhooks on one page; a desk has a handful.
const MOST: usize = 200;
const DELIVERIES: usize = 50;

/// A webhook and how its last delivery went.
struct Row {
    webhook: Webhook,
    health: Option<Health>,
}
impl Row {
    /// How it is doing, as tone, icon and words.
    fn mood(&self) -> (&'static str, &'static str, &'static str) {
        match self.health.as_ref().and_then(|health| health.last_state) {
            _ if !self.webhook.is_active => ("quiet", "lock", "webhook-off"),
            None => ("quiet", "minus", "webhook-untried"),
            Some(State::Delivered) => ("done", "circle-check", "webhook-works"),
            Some(State::Waiting) => ("act", "clock", "webhook-tries"),
            Some(State::Failed) => ("late", "circle-alert", "webhook-fails"),
        }
    }
}

#[derive(askama::Template)]
#[template(path = "webhooks/list.html")]
struct List {
    ui: Ui,
    rows: Vec<Row>,
}

pub async fn list(ui: Ui, grant: Grant<ManageWebhooks>) -> Result<Response, Failure> {
    let rows = grant
        .read::<_, db::Error>(|tx| {
            let webhooks = store::page(tx, None, MOST)?;
            let ids: Vec<_> = webhooks.iter().map(|webhook| webhook.id).collect();
            let mut health = store::health(tx, &ids)?;
            let row = |webhook: Webhook| {
                let at = health.iter().position(|health| health.webhook_id == webhook.id);
                Row { health: at.map(|at| health.swap_remove(at)), webhook }
            };
            Ok(webhooks.into_iter().map(row).collect())
        })
        .await?;
    Ok(Page(List { ui, rows }).into_response())
}

/// A kind of event that the person may choose.
struct Choice {
    kind: &'static str,
    is_on: bool,
}
/// The kinds about one noun, under one heading.
struct Group {
    about: &'static str,
    choices: Vec<Choice>,
}
fn choices(form: &Form, actor: &Actor) -> Vec<Group> {
    let chosen: Vec<&str> = form.all("kinds").collect();
    let may = |kind: &str| reach(actor, noun_of(kind)) == Reach::Everything;
    let mut kinds: Vec<_> = EVENT_KINDS.iter().map(|known| known.kind).filter(|kind| may(kind)).collect();
    // A stable order: accounts last, because they are in no other choice.
    kinds.sort_by_key(|kind| (is_about_accounts(noun_of(kind)), *kind));
    let mut groups: Vec<Group> = Vec::new();
    for kind in kinds {
        let choice = Choice { kind, is_on: chosen.contains(&kind) };
        let about = noun_of(kind);
        match groups.iter_mut().find(|group| group.about == about) {
            Some(group) => group.choices.push(choice),
            None => groups.push(Group { about, choices: vec![choice] }),
        }
    }
    // Tickets are what most receivers want.
    groups.sort_by_key(|group| group.about != "ticket");
    groups
}

#[derive(askama::Template)]
#[template(path = "webhooks/webhook.html")]
struct One {
    ui: Ui,
    form: Form,
    /// `None` for a new one.
    webhook: Option<Webhook>,
    has_all: bool,
    groups: Vec<Group>,
    secret: Option<String>,
    deliveries: Vec<Delivery>,
    older: String,
}

fn new_page(ui: Ui, form: Form, actor: &Actor) -> One {
    let has_all = form.all("kinds").any(|kind| kind == "*");
    One {
        has_all,
        groups: choices(&form, actor),
        ui,
        form,
        webhook: None,
        secret: None,
        deliveries: Vec::new(),
        older: String::new(),
    }
}

pub async fn new(ui: Ui, grant: Grant<ManageWebhooks>) -> Response {
    let form = Form::default().with("kinds", "*");
    Page(new_page(ui, form, grant.actor())).into_response()
}

/// The page of a webhook with its deliveries before `before`.
async fn one(
    ui: Ui,
    grant: &Grant<ManageWebhooks>,
    id: Id<Webhook>,
    before: Option<Id<Delivery>>,
) -> Result<One, Failure> {
    let (webhook, mut deliveries) = grant
        .read::<_, WebhookError>(move |tx| {
            let webhook = store::by_id(tx, id)?.ok_or(WebhookError::Unknown)?;
            Ok((webhook, store::deliveries(tx, id, before, DELIVERIES + 1)?))
        })
        .await?;
    let has_more = deliveries.len() > DELIVERIES;
    deliveries.truncate(DELIVERIES);
    let last = deliveries.last().filter(|_| has_more);
    let older = last.map_or(String::new(), |last| format!("/admin/webhooks/{id}?cursor={}", last.id));
    let mut form = Form::default().with("name", &webhook.name).with("url", &webhook.url);
    for kind in webhook.kinds().words() {
        form = form.with("kinds", &kind);
    }
    let page = new_page(ui, form, grant.actor());
    Ok(One { webhook: Some(webhook), deliveries, older, ..page })
}

pub async fn get(
    ui: Ui,
    grant: Grant<ManageWebhooks>,
    InPath(id): InPath<Id<Webhook>>,
    Query(paged): Query<Paged>,
) -> Result<Response, Failure> {
    let page = one(ui, &grant, id, paged.after()?).await?;
    Ok(Page(page).into_response())
}

const FIELDS: [&str; 3] = ["name", "url", "kinds"];

fn chosen(form: &Form) -> Vec<String> {
    form.all("kinds").map(str::to_owned).collect()
}

/// Adds a webhook and shows its secret, this once.
pub async fn post(ui: Ui, grant: Grant<ManageWebhooks>, form: Form) -> Result<Response, Failure> {
    form.only(&FIELDS)?;
    let draft = Draft { name: form.get("name").into(), url: form.get("url").into(), kinds: chosen(&form) };
    let new = match draft.parse(grant.actor(), &grant.home().outbound).await {
        Ok(new) => new,
        Err(problem) => {
            return Ok(again(new_page(ui, form.with_mistakes(&problem), grant.actor()), &problem));
        }
    };
    let keys = grant.home().keys.clone();
    let (id, secret) = grant.change(move |tx| actions::create(tx, &keys, new)).await?;
    let page = one(ui, &grant, id, None).await?;
    Ok(Page(One { secret: Some(secret.reveal().clone()), ..page }).into_response())
}

/// The form once more, with what was wrong.
fn again(page: One, problem: &Problem) -> Response {
    let mut response = Page(page).into_response();
    *response.status_mut() = axum::http::StatusCode::from_u16(problem.status).unwrap_or_default();
    response
}

pub async fn save(
    ui: Ui,
    grant: Grant<ManageWebhooks>,
    InPath(id): InPath<Id<Webhook>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&FIELDS)?;
    let changes = Changes {
        name: Some(form.get("name").into()),
        url: Some(form.get("url").into()),
        kinds: Some(chosen(&form)),
        is_active: None,
    };
    let saved = match changes.parse(grant.actor(), &grant.home().outbound).await {
        Ok(edit) => grant.change(move |tx| actions::edit(tx, id, edit)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(()) => Ok(to(id)),
        Err(problem) if problem.status != 422 => Err(problem.into()),
        Err(problem) => {
            let shown = one(ui.clone(), &grant, id, None).await?;
            let page = new_page(ui, form.with_mistakes(&problem), grant.actor());
            let page =
                One { webhook: shown.webhook, deliveries: shown.deliveries, older: shown.older, ..page };
            Ok(again(page, &problem))
        }
    }
}

fn to(id: Id<Webhook>) -> Response {
    Redirect::to(&format!("/admin/webhooks/{id}")).into_response()
}

/// Switches on or off.
pub async fn switch(
    grant: Grant<ManageWebhooks>,
    InPath(id): InPath<Id<Webhook>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["is_active"])?;
    let changes = Changes { is_active: Some(form.is_on("is_active")), ..Changes::default() };
    let edit = changes.parse(grant.actor(), &grant.home().outbound).await?;
    grant.change(move |tx| actions::edit(tx, id, edit)).await?;
    Ok(to(id))
}

/// Makes another secret and shows it, this once.
pub async fn secret(
    ui: Ui,
    grant: Grant<ManageWebhooks>,
    InPath(id): InPath<Id<Webhook>>,
) -> Result<Response, Failure> {
    let keys = grant.home().keys.clone();
    let secret = grant.change(move |tx| actions::rotate(tx, &keys, id)).await?;
    let page = one(ui, &grant, id, None).await?;
    Ok(Page(One { secret: Some(secret.reveal().clone()), ..page }).into_response())
}

pub async fn test(
    grant: Grant<ManageWebhooks>,
    InPath(id): InPath<Id<Webhook>>,
) -> Result<Response, Failure> {
    grant.change(move |tx| actions::test(tx, id)).await?;
    Ok(to(id))
}

pub async fn remove(
    grant: Grant<ManageWebhooks>,
    InPath(id): InPath<Id<Webhook>>,
) -> Result<Response, Failure> {
    grant.change(move |tx| actions::remove(tx, id)).await?;
    Ok(Redirect::to("/admin/webhooks").into_response())
}

pub async fn retry(
    grant: Grant<ManageWebhooks>,
    InPath((id, delivery)): InPath<(Id<Webhook>, Id<Delivery>)>,
) -> Result<Response, Failure> {
    grant.change(move |tx| actions::retry(tx, id, delivery)).await?;
    Ok(to(id))
}
