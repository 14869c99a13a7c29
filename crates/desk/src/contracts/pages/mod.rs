//! `/admin/contracts`: the list, one contract, its forms and its statements; and the part beside a ticket.
pub mod form;
pub mod one;
pub mod panel;
pub mod statement;

use super::{Contract, ViewContracts, cover, period::Account, policy::State, statement::volume, store};
use crate::tickets::TicketError;
use jiff::civil::Date;
use kernel::id::Id;
use platform::{
    authority::{Grant, Organisation},
    web::{Failure, Page, Ui},
};

pub const HERE: &str = "/admin/contracts";

/// A stored day as people read it.
pub fn civil(ui: &Ui, day: &str) -> String {
    day.parse::<Date>().map_or_else(|_| day.to_owned(), |day| ui.civil_date(day))
}
/// From when until when, in words.
pub fn term(ui: &Ui, contract: &Contract) -> String {
    match &contract.ends_on {
        Some(ends) => format!("{} – {}", civil(ui, &contract.begins_on), civil(ui, ends)),
        None => ui.t1("contract-from", "day", civil(ui, &contract.begins_on).as_str()),
    }
}
/// A state as tone and icon.
pub fn mood(state: State) -> (&'static str, &'static str) {
    match state {
        State::Ahead => ("wait", "hourglass"),
        State::Running => ("done", "circle-check"),
        State::Ending => ("act", "clock"),
        State::Over | State::Archived => ("quiet", "archive"),
    }
}

/// What of one thing is used, as a bar with words.
pub struct Meter {
    pub word: &'static str,
    /// `12 of 20`, with what went over.
    pub text: String,
    /// 0 to 100.
    pub percent: i64,
    pub tone: &'static str,
    pub icon: &'static str,
}
impl Meter {
    pub fn of(ui: &Ui, account: &Account) -> Meter {
        let number = |number: i64| volume(account.unit, number);
        let text = ui.t2(
            "contract-used-of",
            "used",
            number(account.used).as_str(),
            "all",
            number(account.available()).as_str(),
        );
        let text = match (account.over(), account.carried) {
            (over, _) if over > 0 => {
                format!("{text}, {}", ui.t1("contract-over", "over", number(over).as_str()))
            }
            (_, carried) if carried > 0 => {
                format!("{text}, {}", ui.t1("contract-carried", "carried", number(carried).as_str()))
            }
            _ => text,
        };
        let (tone, icon) = match account.percent() {
            _ if account.over() > 0 => ("late", "triangle-alert"),
            80.. if account.used > 0 => ("act", "circle-alert"),
            _ => ("quiet", "circle-check"),
        };
        Meter { word: account.unit.word(), text, percent: account.percent().min(100), tone, icon }
    }
}

struct Row {
    contract: Contract,
    organisations: Vec<(Id<Organisation>, String)>,
    state: State,
}

#[derive(askama::Template)]
#[template(path = "contracts/list.html")]
pub struct List {
    ui: Ui,
    rows: Vec<Row>,
}
impl List {
    fn term(&self, row: &Row) -> String {
        term(&self.ui, &row.contract)
    }
    fn notice(&self, row: &Row) -> Option<String> {
        row.contract.notice_by().map(|day| self.ui.civil_date(day))
    }
}

/// `GET /admin/contracts`: those in sight, by name.
pub async fn list(grant: Grant<ViewContracts>, ui: Ui) -> Result<Page<List>, Failure> {
    let rows = grant
        .read::<_, TicketError>(|tx| {
            let (contracts, today) = (store::by_name(tx)?, cover::today(tx)?);
            let ids: Vec<_> = contracts.iter().map(|contract| contract.id).collect();
            let organisations = store::organisations(tx, &ids)?;
            let of = |id: Id<Contract>| {
                let own = organisations.iter().filter(|(contract, ..)| *contract == id);
                own.map(|(_, id, name)| (*id, name.clone())).collect()
            };
            let row = |contract: Contract| Row {
                organisations: of(contract.id),
                state: contract.state(today),
                contract,
            };
            Ok(contracts.into_iter().map(row).collect())
        })
        .await?;
    Ok(Page(List { ui, rows }))
}
