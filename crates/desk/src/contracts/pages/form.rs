//! The forms of a contract and of its terms.
use super::HERE;
use crate::{
    calendars::{self, Calendar},
    contracts::{
        Changes, Contract, Draft, ManageContracts, Terms, TermsDraft, actions, cover, policy::Covers, store,
        terms::Length,
    },
    sla::{self, Policy},
    tickets::TicketError,
    time::policy::{length, shown},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    money::Currency,
    text,
};
use people::users;
use platform::{
    authority::{Contact, Grant, Inbox, Tx, User},
    web::{Failure, Form, InPath, Page, Ui},
};

/// What can be chosen.
struct Around {
    organisations: Vec<(String, String)>,
    users: Vec<(Id<User>, String)>,
    policies: Vec<Policy>,
    calendars: Vec<Calendar>,
    inboxes: Vec<(Id<Inbox>, String)>,
}

#[derive(askama::Template)]
#[template(path = "contracts/form.html")]
struct FormPage {
    ui: Ui,
    form: Form,
    /// `None` for a new one.
    contract: Option<Contract>,
    around: Around,
}
impl FormPage {
    fn is_chosen(&self, id: &str) -> bool {
        self.form.all("organisations").any(|chosen| chosen == id)
    }
    /// The contract's page; of a new one, the list.
    fn address(&self) -> String {
        self.contract.as_ref().map_or_else(|| HERE.to_owned(), |contract| format!("{HERE}/{}", contract.id))
    }
    fn covers(&self) -> &str {
        self.form.some("covers").unwrap_or(Covers::Everybody.word())
    }
}

#[derive(askama::Template)]
#[template(path = "contracts/terms.html")]
struct TermsPage {
    ui: Ui,
    form: Form,
    contract: Contract,
    around: Around,
}

impl TermsPage {
    fn address(&self) -> String {
        format!("{HERE}/{}", self.contract.id)
    }
}

/// What of these pages the shared part asks.
macro_rules! shared {
    ($page:ty) => {
        impl $page {
            fn lengths(&self) -> &'static [Length] {
                Length::ALL
            }
        }
    };
}
shared!(FormPage);
shared!(TermsPage);

const FIELDS: [&str; 12] = [
    "name",
    "organisations",
    "owner",
    "begins_on",
    "ends_on",
    "notice_days",
    "covers",
    "contacts",
    "services",
    "inbox",
    "is_active",
    "terms/*",
];

/// * `contract` – what it has can be chosen as well, so that nothing of it is lost by saving the form.
fn around(tx: &mut Tx<ManageContracts>, contract: Option<&Contract>) -> Result<Around, TicketError> {
    let (mut organisations, mut inboxes) = (store::choosable(tx)?, store::senders(tx)?);
    if let Some(contract) = contract {
        let own = store::organisations(tx, &[contract.id])?;
        let missing = own.into_iter().map(|(_, id, name)| (id, name));
        let missing: Vec<_> =
            missing.filter(|(id, _)| !organisations.iter().any(|(known, _)| known == id)).collect();
        organisations.extend(missing);
        if let Some(id) = contract.inbox_id
            && !inboxes.iter().any(|(known, _)| *known == id)
        {
            inboxes.extend(store::inbox(tx, id)?);
        }
    }
    let organisations = organisations.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let mut owners = users::store::assignable(tx)?;
    if let Some(contract) = contract
        && !owners.iter().any(|user| user.id == contract.owner_id)
    {
        owners.extend(users::store::names(tx, &[contract.owner_id])?);
    }
    let users = owners.into_iter().map(|user| (user.id, user.name)).collect();
    Ok(Around {
        organisations,
        users,
        policies: sla::store::policies(tx)?,
        calendars: calendars::store::all(tx)?,
        inboxes,
    })
}

/// An id that was chosen; an empty choice is none.
fn id<T>(form: &Form, name: &str, mistakes: &mut Mistakes) -> Option<Id<T>> {
    let given = form.some(name)?;
    let id = given.parse().ok();
    mistakes.require(id.is_some(), name, "unknown_id");
    id
}

/// The terms of a form. Hours are typed as people write them, and prices with their cents.
fn terms(form: &Form, mistakes: &mut Mistakes) -> TermsDraft {
    let currency = Currency::find(form.get("terms/currency"));
    let hours = |name: &str, mistakes: &mut Mistakes| -> Option<i64> {
        let text = form.some(name)?;
        let minutes = match text.parse::<i64>() {
            Ok(hours) => hours.checked_mul(60),
            Err(_) => length(text),
        };
        mistakes.require(minutes.is_some(), name, "spent");
        minutes
    };
    let price = |name: &str, mistakes: &mut Mistakes| -> Option<i64> {
        let text = form.some(name)?;
        if text.starts_with(['-', '−']) {
            return Some(-1);
        }
        // Without a currency nobody knows where the cents are; that it is unknown is said by its own field.
        let read = currency.map(|currency| currency.read(text));
        mistakes.require(read != Some(None), name, "price");
        read.flatten()
    };
    let number = |name: &str, mistakes: &mut Mistakes| form.number(name, mistakes);
    TermsDraft {
        begins_on: form.some("terms/begins_on").map(str::to_owned),
        policy: id(form, "terms/policy", mistakes),
        calendar: id(form, "terms/calendar", mistakes),
        period: form.some("terms/period").and_then(Length::from_word),
        tickets: number("terms/tickets", mistakes),
        minutes: hours("terms/minutes", mistakes),
        calls: number("terms/calls", mistakes),
        rollover_tickets: number("terms/rollover_tickets", mistakes),
        rollover_minutes: hours("terms/rollover_minutes", mistakes),
        rollover_calls: number("terms/rollover_calls", mistakes),
        price_ticket: price("terms/price_ticket", mistakes),
        price_hour: price("terms/price_hour", mistakes),
        price_call: price("terms/price_call", mistakes),
        currency: form.get("terms/currency").to_owned(),
    }
}

/// Terms as the form shows them.
fn filled_terms(form: Form, terms: &Terms) -> Form {
    let number = |number: Option<i64>| number.map(|it| it.to_string()).unwrap_or_default();
    let over = |number: i64| if number == 0 { String::new() } else { number.to_string() };
    let hours = |minutes: i64| if minutes % 60 == 0 { (minutes / 60).to_string() } else { shown(minutes) };
    let currency = Currency::find(&terms.currency);
    let price =
        |price: Option<i64>| price.zip(currency).map(|(it, currency)| currency.plain(it)).unwrap_or_default();
    let id = |id: Option<String>| id.unwrap_or_default();
    [
        ("terms/policy", id(terms.policy_id.map(|id| id.to_string()))),
        ("terms/calendar", id(terms.calendar_id.map(|id| id.to_string()))),
        ("terms/period", terms.period.word().to_owned()),
        ("terms/tickets", number(terms.tickets)),
        ("terms/minutes", terms.minutes.map(hours).unwrap_or_default()),
        ("terms/calls", number(terms.calls)),
        ("terms/rollover_tickets", over(terms.rollover_tickets)),
        (
            "terms/rollover_minutes",
            if terms.rollover_minutes == 0 { String::new() } else { hours(terms.rollover_minutes) },
        ),
        ("terms/rollover_calls", over(terms.rollover_calls)),
        ("terms/price_ticket", price(terms.price_ticket)),
        ("terms/price_hour", price(terms.price_hour)),
        ("terms/price_call", price(terms.price_call)),
        ("terms/currency", terms.currency.clone()),
    ]
    .into_iter()
    .fold(form, |form, (name, value)| form.with(name, &value))
}

/// The people that a form names by their addresses.
fn people(tx: &mut Tx<ManageContracts>, form: &Form) -> Result<Vec<Id<Contact>>, Problem> {
    let lines = form.get("contacts").to_owned();
    let given: Vec<_> =
        lines.split(['\n', ',', ';']).map(str::trim).filter(|line| !line.is_empty()).collect();
    let emails: Option<Vec<String>> = given.iter().map(|line| text::email(line)).collect();
    let emails = emails.ok_or_else(|| Problem::field("contacts", "email"))?;
    let found = store::of_addresses(tx, &emails)?;
    match emails.iter().find(|email| !found.iter().any(|(known, _)| known == *email)) {
        Some(unknown) => Err(Problem::field("contacts", "contact_unknown").because(unknown.clone())),
        None => Ok(found.into_iter().map(|(_, contact)| contact).collect()),
    }
}

fn draft(tx: &mut Tx<ManageContracts>, form: &Form) -> Result<Draft, TicketError> {
    form.only(&FIELDS)?;
    let mut mistakes = Mistakes::default();
    let organisations =
        form.all("organisations").map(|id| id.parse().map(Id::new).unwrap_or(Id::new(0))).collect();
    let draft = Draft {
        name: form.get("name").into(),
        organisations,
        owner: id(form, "owner", &mut mistakes),
        begins_on: form.get("begins_on").into(),
        ends_on: form.some("ends_on").map(str::to_owned),
        notice_days: form.number("notice_days", &mut mistakes),
        covers: form.some("covers").and_then(Covers::from_word),
        contacts: people(tx, form)?,
        services: form.get("services").into(),
        inbox: id(form, "inbox", &mut mistakes),
        terms: terms(form, &mut mistakes),
    };
    mistakes.check()?;
    Ok(draft)
}

async fn page(
    grant: &Grant<ManageContracts>,
    ui: Ui,
    id: Option<Id<Contract>>,
    form: Option<Form>,
) -> Result<FormPage, Problem> {
    let read = grant.read::<_, TicketError>(move |tx| {
        let contract = match id {
            Some(id) => Some(store::see(tx, id)?.ok_or_else(Problem::not_found)?),
            None => None,
        };
        let around = around(tx, contract.as_ref())?;
        let form = match (form, &contract) {
            (Some(form), _) => form,
            (None, None) => {
                let today = cover::today(tx)?;
                let me = tx.actor().user().map(|id| id.to_string()).unwrap_or_default();
                Form::filled([
                    ("begins_on", today.to_string()),
                    ("owner", me),
                    ("terms/currency", "EUR".into()),
                    ("terms/period", "month".into()),
                ])
            }
            (None, Some(contract)) => filled(tx, contract)?,
        };
        Ok(FormPage { ui, form, contract, around })
    });
    read.await.map_err(Problem::from)
}
/// A contract as its form shows it.
fn filled(tx: &mut Tx<ManageContracts>, contract: &Contract) -> Result<Form, TicketError> {
    let emails: Vec<_> =
        store::contacts(tx, contract.id)?.into_iter().filter_map(|(.., email)| email).collect();
    let some = |text: Option<String>| text.unwrap_or_default();
    let mut form = Form::filled([
        ("name", contract.name.clone()),
        ("owner", contract.owner_id.to_string()),
        ("begins_on", contract.begins_on.clone()),
        ("ends_on", some(contract.ends_on.clone())),
        ("notice_days", some(contract.notice_days.map(|days| days.to_string()))),
        ("covers", contract.covers.word().to_owned()),
        ("contacts", emails.join("\n")),
        ("services", contract.services.clone()),
        ("inbox", some(contract.inbox_id.map(|id| id.to_string()))),
    ]);
    for (_, organisation, _) in store::organisations(tx, &[contract.id])? {
        form = form.with("organisations", &organisation.to_string());
    }
    Ok(if contract.is_archived { form } else { form.with("is_active", "on") })
}

/// `GET /admin/contracts/new`.
pub async fn new(grant: Grant<ManageContracts>, ui: Ui) -> Result<Response, Failure> {
    Ok(Page(page(&grant, ui, None, None).await?).into_response())
}
/// `GET /admin/contracts/{id}/edit`.
pub async fn edit(
    grant: Grant<ManageContracts>,
    ui: Ui,
    InPath(id): InPath<Id<Contract>>,
) -> Result<Response, Failure> {
    Ok(Page(page(&grant, ui, Some(id), None).await?).into_response())
}
/// `POST /admin/contracts`.
pub async fn post(grant: Grant<ManageContracts>, ui: Ui, form: Form) -> Result<Response, Failure> {
    let sent = form.clone();
    let made = grant.change::<_, TicketError>(move |tx| {
        let draft = draft(tx, &sent)?;
        actions::create(tx, draft)
    });
    match made.await.map_err(Problem::from) {
        Ok(id) => Ok(Redirect::to(&format!("{HERE}/{id}?done=created")).into_response()),
        Err(problem) => wrong(&grant, ui, None, form, problem).await,
    }
}
/// `POST /admin/contracts/{id}`.
pub async fn save(
    grant: Grant<ManageContracts>,
    ui: Ui,
    InPath(id): InPath<Id<Contract>>,
    form: Form,
) -> Result<Response, Failure> {
    let sent = form.clone();
    let saved = grant.change::<_, TicketError>(move |tx| {
        let mut draft = draft(tx, &sent)?;
        // People without an address do not stand in the form, which names people by their addresses: they stay.
        let unlisted = store::contacts(tx, id)?.into_iter().filter(|(.., email)| email.is_none());
        draft.contacts.extend(unlisted.map(|(id, ..)| id));
        let changes = Changes {
            name: Some(draft.name),
            organisations: Some(draft.organisations),
            owner: draft.owner,
            ends_on: Some(draft.ends_on),
            notice_days: Some(draft.notice_days),
            covers: draft.covers,
            contacts: Some(draft.contacts),
            services: Some(draft.services),
            inbox: Some(draft.inbox),
            is_archived: Some(!sent.is_on("is_active")),
        };
        actions::edit(tx, id, changes)
    });
    match saved.await.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to(&format!("{HERE}/{id}?done=saved")).into_response()),
        Err(problem) => wrong(&grant, ui, Some(id), form, problem).await,
    }
}
async fn wrong(
    grant: &Grant<ManageContracts>,
    ui: Ui,
    id: Option<Id<Contract>>,
    form: Form,
    problem: Problem,
) -> Result<Response, Failure> {
    if problem.status != 422 {
        return Err(problem.into());
    }
    let page = page(grant, ui, id, Some(form.with_reason(&problem))).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
}

async fn terms_page(
    grant: &Grant<ManageContracts>,
    ui: Ui,
    id: Id<Contract>,
    form: Option<Form>,
) -> Result<TermsPage, Problem> {
    let read = grant.read::<_, TicketError>(move |tx| {
        let contract = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
        let form = match form {
            Some(form) => form,
            None => {
                let tomorrow = cover::today(tx)?.tomorrow().map_err(|_| Problem::internal())?;
                let form = Form::default().with("terms/begins_on", &tomorrow.to_string());
                let newest = store::terms(tx, id)?.into_iter().next_back();
                newest.map_or_else(Form::default, |terms| filled_terms(form, &terms))
            }
        };
        Ok(TermsPage { ui, form, contract, around: around(tx, None)? })
    });
    read.await.map_err(Problem::from)
}
/// `GET /admin/contracts/{id}/terms`: filled with the newest.
pub async fn new_terms(
    grant: Grant<ManageContracts>,
    ui: Ui,
    InPath(id): InPath<Id<Contract>>,
) -> Result<Response, Failure> {
    Ok(Page(terms_page(&grant, ui, id, None).await?).into_response())
}
/// `POST /admin/contracts/{id}/terms`.
pub async fn add_terms(
    grant: Grant<ManageContracts>,
    ui: Ui,
    InPath(id): InPath<Id<Contract>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["terms/*"])?;
    let mut mistakes = Mistakes::default();
    let draft = terms(&form, &mut mistakes);
    let done = match mistakes.check() {
        Ok(()) => {
            let done = grant.change::<_, TicketError>(move |tx| actions::add_terms(tx, id, draft));
            done.await.map_err(Problem::from)
        }
        Err(mut problem) => {
            // As the action names them: what it says is turned into the form's names below.
            for field in &mut problem.fields {
                field.pointer = field.pointer.replacen("/terms/", "/", 1);
            }
            Err(problem)
        }
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{HERE}/{id}?done=terms")).into_response()),
        Err(mut problem) if problem.status == 422 => {
            for field in &mut problem.fields {
                field.pointer = format!("/terms{}", field.pointer);
            }
            let page = terms_page(&grant, ui, id, Some(form.with_reason(&problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
/// `POST /admin/contracts/{id}/terms/{terms}/remove`.
pub async fn remove_terms(
    grant: Grant<ManageContracts>,
    InPath((id, terms)): InPath<(Id<Contract>, Id<Terms>)>,
) -> Result<Redirect, Failure> {
    grant.change::<_, TicketError>(move |tx| actions::remove_terms(tx, id, terms)).await?;
    Ok(Redirect::to(&format!("{HERE}/{id}?done=removed")))
}
