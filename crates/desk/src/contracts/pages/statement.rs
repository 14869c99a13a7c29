//! The statement of a period as a page, and as a file.
use super::Meter;
use crate::{
    contracts::{
        Contract, ViewContracts,
        api::{Asked, file},
        money::amount,
        period::Account,
        statement::{self, Line, Statement, volume},
        store,
        terms::read_day,
    },
    tickets::TicketError,
    time::policy::shown,
};
use axum::{
    extract::Query,
    response::{IntoResponse, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::Grant,
    web::{Failure, InPath, Page, Ui},
};

#[derive(askama::Template)]
#[template(path = "contracts/statement.html")]
struct StatementPage {
    ui: Ui,
    statement: Statement,
}
impl StatementPage {
    fn span(&self) -> String {
        let used = &self.statement.used;
        format!("{} – {}", self.ui.civil_date(used.from), self.ui.civil_date(used.last()))
    }
    fn number(&self, account: &Account, number: i64) -> String {
        volume(account.unit, number)
    }
    fn money(&self, minor: &Option<i64>) -> String {
        minor.map_or_else(
            || "–".into(),
            |minor| amount(self.ui.language, minor, &self.statement.used.currency),
        )
    }
    fn meter(&self, account: &Account) -> Meter {
        Meter::of(&self.ui, account)
    }
    fn because(&self, line: &Line) -> String {
        self.statement.because(self.ui.language, line)
    }
    fn day(&self, line: &Line) -> String {
        self.ui.civil_date(line.day)
    }
    fn time(&self, minutes: &i64) -> String {
        if *minutes == 0 { "–".into() } else { shown(*minutes) }
    }
    fn entry(&self, entry: &store::Spent) -> String {
        let day = super::civil(&self.ui, &entry.day);
        let bill = if entry.is_billable { "" } else { self.ui.t("time-not-billed") };
        let parts = [shown(entry.minutes), day, entry.what.clone(), bill.to_owned()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }
    fn clients(&self) -> String {
        self.statement.organisations.join(", ")
    }
    fn title(&self) -> String {
        format!("{} {}", self.ui.t("statement-title"), self.span())
    }
    fn amount(&self, account: &Account) -> String {
        self.money(&account.amount())
    }
    fn has_sum(&self) -> bool {
        self.statement.used.amount().is_some()
    }
    fn sum(&self) -> String {
        self.money(&self.statement.used.amount())
    }
    fn billable(&self) -> String {
        self.time(&self.statement.billable())
    }
    fn other(&self) -> String {
        self.time(&self.statement.other())
    }
    fn contract_address(&self) -> String {
        format!("/admin/contracts/{}", self.statement.contract.id)
    }
    fn address(&self) -> String {
        format!("/admin/contracts/{}/statements/{}", self.statement.contract.id, self.statement.used.from)
    }
    fn is_over(&self, line: &Line) -> bool {
        line.reason == statement::Reason::Over
    }
}

/// `GET /admin/contracts/{id}/statements/{from}?format=`.
pub async fn get(
    grant: Grant<ViewContracts>,
    ui: Ui,
    InPath((id, from)): InPath<(Id<Contract>, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let from = read_day(&from).ok_or_else(Problem::not_found)?;
    let statement = grant
        .read::<_, TicketError>(move |tx| {
            let contract = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
            statement::of(tx, contract, from)
        })
        .await?;
    match asked.format.as_deref() {
        Some(format) => file(&grant, &statement, format),
        None => Ok(Page(StatementPage { ui, statement }).into_response()),
    }
}
