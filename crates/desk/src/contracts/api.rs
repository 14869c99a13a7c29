//! `/api/v1/contracts`, and the contract of a ticket.
use super::{
    Changes, Contract, Draft, ManageContracts, Terms, TermsDraft, Unit, ViewContracts, actions, cover,
    period::Account,
    policy::{Covers, State},
    statement::{self, Reason},
    store,
    terms::{Length, read_day},
    usage::{self, Used},
};
use crate::{
    calendars::Calendar,
    sla::Policy,
    tickets::{self, Channel, Ticket, TicketError, ViewTickets},
};
use axum::{
    extract::Query,
    http::header,
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Contact, Grant, Implies, Inbox, Organisation, Tx, User},
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged, file_name_header},
};
use utoipa::ToSchema;

/// Periods that are told at once.
const PERIODS: usize = 60;

/// What holds from a day on.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = ContractTerms)]
pub struct TermsBody {
    #[schema(value_type = String)]
    pub id: Id<Terms>,
    pub begins_on: String,
    #[schema(value_type = Option<String>)]
    pub policy: Option<Id<Policy>>,
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Id<Calendar>>,
    pub period: Length,
    pub tickets: Option<i64>,
    pub minutes: Option<i64>,
    pub calls: Option<i64>,
    pub rollover_tickets: i64,
    pub rollover_minutes: i64,
    pub rollover_calls: i64,
    pub price_ticket: Option<i64>,
    pub price_hour: Option<i64>,
    pub price_call: Option<i64>,
    pub currency: String,
}
impl From<Terms> for TermsBody {
    fn from(row: Terms) -> TermsBody {
        TermsBody {
            id: row.id,
            begins_on: row.begins_on,
            policy: row.policy_id,
            calendar: row.calendar_id,
            period: row.period,
            tickets: row.tickets,
            minutes: row.minutes,
            calls: row.calls,
            rollover_tickets: row.rollover_tickets,
            rollover_minutes: row.rollover_minutes,
            rollover_calls: row.rollover_calls,
            price_ticket: row.price_ticket,
            price_hour: row.price_hour,
            price_call: row.price_call,
            currency: row.currency,
        }
    }
}
/// A contract in a list.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = ContractSummary)]
pub struct Summary {
    #[schema(value_type = String)]
    pub id: Id<Contract>,
    pub name: String,
    #[schema(value_type = Vec<String>)]
    pub organisations: Vec<Id<Organisation>>,
    #[schema(value_type = String)]
    pub owner: Id<User>,
    pub begins_on: String,
    pub ends_on: Option<String>,
    pub notice_days: Option<i64>,
    /// The last day on which notice can be given.
    pub notice_by: Option<String>,
    pub state: State,
    pub covers: Covers,
    pub services: String,
    #[schema(value_type = Option<String>)]
    pub inbox: Option<Id<Inbox>>,
    pub is_archived: bool,
}
/// A contract with its people and all its terms.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Contract)]
pub struct Body {
    #[serde(flatten)]
    pub summary: Summary,
    #[schema(value_type = Vec<String>)]
    pub contacts: Vec<Id<Contact>>,
    /// By their first days: those that hold are the last that have begun.
    pub terms: Vec<TermsBody>,
}
fn summary(row: Contract, organisations: Vec<Id<Organisation>>, today: Date) -> Summary {
    Summary {
        organisations,
        notice_by: row.notice_by().map(|day| day.to_string()),
        state: row.state(today),
        id: row.id,
        name: row.name,
        owner: row.owner_id,
        begins_on: row.begins_on,
        ends_on: row.ends_on,
        notice_days: row.notice_days,
        covers: row.covers,
        services: row.services,
        inbox: row.inbox_id,
        is_archived: row.is_archived,
    }
}
fn body<P: Implies<ViewContracts>>(tx: &mut Tx<P>, id: Id<Contract>) -> Result<Body, TicketError> {
    let contract = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    let organisations = store::organisations(tx, &[id])?.into_iter().map(|(_, id, _)| id).collect();
    let contacts = store::contacts(tx, id)?.into_iter().map(|(id, ..)| id).collect();
    let terms = store::terms(tx, id)?.into_iter().map(TermsBody::from).collect();
    let today = cover::today(tx)?;
    Ok(Body { summary: summary(contract, organisations, today), contacts, terms })
}

/// List contracts by id.
#[utoipa::path(get, path = "/api/v1/contracts", tag = "contracts", params(Paged),
    responses((status = 200, body = Listing<Summary>)))]
pub async fn list(
    grant: Grant<ViewContracts>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Summary>>, Failure> {
    let (limit, after) = (paged.limit()?, paged.after::<Contract>()?);
    let (rows, organisations, today) = grant
        .read::<_, TicketError>(move |tx| {
            let rows = store::page(tx, after, limit + 1)?;
            let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
            Ok((rows, store::organisations(tx, &ids)?, cover::today(tx)?))
        })
        .await?;
    let of = |id: Id<Contract>| organisations.iter().filter(|it| it.0 == id).map(|it| it.1).collect();
    Ok(Json(Listing::of(
        rows,
        limit,
        |row| row.id.to_string(),
        |row| {
            let organisations = of(row.id);
            summary(row, organisations, today)
        },
    )))
}

/// Add a contract with its first terms. Tickets that it covers go on with it.
#[utoipa::path(post, path = "/api/v1/contracts", tag = "contracts", request_body = Draft,
    responses((status = 201, body = Body)))]
pub async fn post(
    grant: Grant<ManageContracts>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let made = grant
        .change::<_, TicketError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let id = actions::create(tx, draft)?;
                body(tx, id)
            })
        })
        .await?;
    Ok(Created(made))
}

/// Get a contract.
#[utoipa::path(get, path = "/api/v1/contracts/{id}", tag = "contracts", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(
    grant: Grant<ViewContracts>,
    InPath(id): InPath<Id<Contract>>,
) -> Result<Json<Body>, Failure> {
    Ok(Json(grant.read(move |tx| body(tx, id)).await?))
}

/// Change a contract. Its terms change by adding others from a day on.
#[utoipa::path(patch, path = "/api/v1/contracts/{id}", tag = "contracts", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ManageContracts>,
    InPath(id): InPath<Id<Contract>>,
    Json(changes): Json<Changes>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            actions::edit(tx, id, changes)?;
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}

/// Add terms from a day on, today at the earliest. Terms ahead that begin on the same day are replaced.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/terms", tag = "contracts", params(("id" = String, Path)),
    request_body = TermsDraft, responses((status = 201, body = Body)))]
pub async fn add_terms(
    grant: Grant<ManageContracts>,
    InPath(id): InPath<Id<Contract>>,
    Keyed(key, draft): Keyed<TermsDraft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let made = grant
        .change::<_, TicketError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                actions::add_terms(tx, id, draft)?;
                body(tx, id)
            })
        })
        .await?;
    Ok(Created(made))
}

/// Take terms back that have not begun.
#[utoipa::path(delete, path = "/api/v1/contracts/{id}/terms/{terms}", tag = "contracts",
    params(("id" = String, Path), ("terms" = String, Path)), responses((status = 200, body = Body)))]
pub async fn remove_terms(
    grant: Grant<ManageContracts>,
    InPath((id, terms)): InPath<(Id<Contract>, Id<Terms>)>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            actions::remove_terms(tx, id, terms)?;
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}

/// What of one thing a period has; of time in minutes.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = ContractAccount)]
pub struct AccountBody {
    pub unit: Unit,
    pub included: i64,
    /// What the period before left over.
    pub carried: i64,
    pub used: i64,
    pub left: i64,
    pub over: i64,
    pub percent: i64,
    pub price: Option<i64>,
    pub amount: Option<i64>,
}
impl From<&Account> for AccountBody {
    fn from(account: &Account) -> AccountBody {
        AccountBody {
            unit: account.unit,
            included: account.included,
            carried: account.carried,
            used: account.used,
            left: account.left(),
            over: account.over(),
            percent: account.percent(),
            price: account.price,
            amount: account.amount(),
        }
    }
}
/// A period and what of it is used.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = ContractUsage)]
pub struct UsageBody {
    pub from: String,
    /// The last day.
    pub to: String,
    /// `null`, like all amounts, for whoever may not see contracts.
    pub currency: Option<String>,
    pub accounts: Vec<AccountBody>,
    /// What the overage costs in all, in minor units; `null` where nothing has a price.
    pub amount: Option<i64>,
}
impl From<Used> for UsageBody {
    fn from(used: Used) -> UsageBody {
        UsageBody {
            from: used.from.to_string(),
            to: used.last().to_string(),
            accounts: used.accounts.iter().map(AccountBody::from).collect(),
            amount: used.amount(),
            currency: Some(used.currency),
        }
    }
}
impl UsageBody {
    /// How much is used, and nothing of what it costs.
    fn without_money(mut self) -> UsageBody {
        (self.currency, self.amount) = (None, None);
        for account in &mut self.accounts {
            (account.price, account.amount) = (None, None);
        }
        self
    }
}

/// List the periods of a contract, the newest first, 60 at most.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/usage", tag = "contracts", params(("id" = String, Path)),
    responses((status = 200, body = Listing<UsageBody>)))]
pub async fn usage(
    grant: Grant<ViewContracts>,
    InPath(id): InPath<Id<Contract>>,
) -> Result<Json<Listing<UsageBody>>, Failure> {
    let mut periods = grant
        .read::<_, TicketError>(move |tx| {
            let contract = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
            let (terms, today) = (store::terms(tx, id)?, cover::today(tx)?);
            Ok(usage::of(tx, &contract, &terms, None, today)?)
        })
        .await?;
    periods.reverse();
    periods.truncate(PERIODS);
    Ok(Json(Listing::of(periods, PERIODS, |used| used.from.to_string(), UsageBody::from)))
}

#[derive(serde::Serialize, ToSchema)]
#[schema(as = StatementEntry)]
pub struct EntryBody {
    pub day: String,
    pub minutes: i64,
    pub what: String,
    pub is_billable: bool,
}
/// A ticket of a statement, and why it stands there.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = StatementLine)]
pub struct LineBody {
    pub ticket: i64,
    /// `null` where the caller may not see the ticket.
    pub subject: Option<String>,
    pub requester: Option<String>,
    pub channel: Channel,
    pub day: String,
    pub reason: Reason,
    pub counts_as: Option<Unit>,
    /// The how manieth of its kind in the period.
    pub number: Option<i64>,
    pub billable_minutes: i64,
    pub other_minutes: i64,
    pub time: Vec<EntryBody>,
}
/// The statement of a period.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = ContractStatement)]
pub struct StatementBody {
    #[schema(value_type = String)]
    pub contract: Id<Contract>,
    pub name: String,
    pub organisations: Vec<String>,
    pub is_running: bool,
    #[serde(flatten)]
    pub usage: UsageBody,
    pub lines: Vec<LineBody>,
}

/// How a statement is written.
#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `json` unless given, or `csv`, `pdf`: in the language of the caller.
    #[serde(default)]
    pub format: Option<String>,
}

/// The file that a statement is, in a form that is not JSON.
pub fn file<P: 'static>(
    grant: &Grant<P>,
    statement: &statement::Statement,
    format: &str,
) -> Result<Response, Failure> {
    let language = grant.actor().language;
    let (kind, bytes) = match format {
        "csv" => ("text/csv; charset=utf-8", statement.csv(language).into_bytes()),
        "pdf" => ("application/pdf", statement.pdf(language, &grant.home().site.name())?),
        _ => return Err(Problem::field("format", "unknown_word").into()),
    };
    let name = file_name_header(false, &statement.file_name(format));
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}

/// Get the statement of the period that begins on a day.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/statements/{from}", tag = "contracts",
    params(("id" = String, Path), ("from" = String, Path), Asked), responses((status = 200, body = StatementBody)))]
pub async fn statement(
    grant: Grant<ViewContracts>,
    InPath((id, from)): InPath<(Id<Contract>, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let from = read_day(&from).ok_or_else(Problem::not_found)?;
    let found = grant
        .read::<_, TicketError>(move |tx| {
            let contract = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
            statement::of(tx, contract, from)
        })
        .await?;
    if let Some(format) = asked.format.as_deref().filter(|format| *format != "json") {
        return file(&grant, &found, format);
    }
    let line = |line: statement::Line| LineBody {
        ticket: line.ticket.number(),
        subject: line.subject,
        requester: line.requester,
        channel: line.channel,
        day: line.day.to_string(),
        reason: line.reason,
        counts_as: line.counts.map(|(unit, _)| unit),
        number: line.counts.map(|(_, number)| number),
        billable_minutes: line.billable,
        other_minutes: line.other,
        time: line
            .spent
            .into_iter()
            .map(|it| EntryBody {
                day: it.day,
                minutes: it.minutes,
                what: it.what,
                is_billable: it.is_billable,
            })
            .collect(),
    };
    let body = StatementBody {
        contract: found.contract.id,
        name: found.contract.name,
        organisations: found.organisations,
        is_running: found.is_running,
        usage: found.used.into(),
        lines: found.lines.into_iter().map(line).collect(),
    };
    Ok(Json(body).into_response())
}

/// Why a contract covers a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = CoverReason, rename_all = "snake_case")]
pub enum Because {
    /// It covers everybody of the organisation.
    Organisation,
    /// It names who asks.
    Person,
}
platform::words! { Because { Organisation = "organisation", Person = "person" } }

/// The contract of a ticket.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = TicketContract)]
pub struct CoverBody {
    #[schema(value_type = String)]
    pub contract: Id<Contract>,
    pub name: String,
    pub because: Because,
    /// Today's period; `null` where none runs.
    pub usage: Option<UsageBody>,
}
/// Get the contract that covers a ticket, with what of it is used.
///
/// 404 where none does. What it costs is told only to whoever may see contracts.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/contract", tag = "contracts", params(("number" = i64, Path)),
    responses((status = 200, body = CoverBody)))]
pub async fn of_ticket(
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Json<CoverBody>, Failure> {
    let body = grant
        .read::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            let id = ticket.contract_id.ok_or_else(Problem::not_found)?;
            let contract = store::by_id(tx, id)?.ok_or_else(Problem::not_found)?;
            let (terms, today) = (store::terms(tx, id)?, cover::today(tx)?);
            let usage = usage::on(tx, &contract, &terms, today)?.map(UsageBody::from);
            // The ticket says how much is left; prices are between the client and whoever looks after the contract.
            let usage = match tx.actor().reach("contracts.view") {
                Some(_) => usage,
                None => usage.map(UsageBody::without_money),
            };
            let because = match contract.covers {
                Covers::Everybody => Because::Organisation,
                Covers::Named => Because::Person,
            };
            Ok(CoverBody { contract: id, name: contract.name, because, usage })
        })
        .await?;
    Ok(Json(body))
}
