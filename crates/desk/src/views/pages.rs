//! The agent's lists as pages.
use super::{
    Shown, View,
    store::{self, Counts, Place, Row, Soon, TeamCount},
};
use crate::tickets::{Ticket, ViewTickets};
use axum::{extract::Query, response::Redirect};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Implies, Tx},
    db,
    web::{Failure, Page, Ui},
};

/// Rows of one page.
const ROWS: usize = 50;

/// The views with their counts, beside every list and every ticket.
pub struct Sidebar {
    shown: Shown,
    counts: Counts,
    teams: Vec<TeamCount>,
}
/// A line of the side bar.
pub struct Entry {
    pub word: String,
    pub name: String,
    pub icon: &'static str,
    /// `None` where it is not counted.
    pub count: Option<i64>,
    pub is_current: bool,
}

impl Sidebar {
    pub fn load<P: Implies<ViewTickets>>(tx: &mut Tx<P>, shown: Shown) -> db::Result<Sidebar> {
        Ok(Sidebar { shown, counts: store::counts(tx, Soon::of(tx))?, teams: store::teams(tx)? })
    }
    pub fn standard(&self, ui: &Ui) -> Vec<Entry> {
        let entry = |view: &View| Entry {
            word: view.word().into(),
            name: ui.t_of("view", view.word()).into(),
            icon: icon(*view),
            count: self.count(*view),
            is_current: self.shown == Shown::Standard(*view),
        };
        View::ALL.iter().map(entry).collect()
    }
    pub fn of_teams(&self) -> Vec<Entry> {
        let entry = |team: &TeamCount| Entry {
            word: Shown::Team(team.id).word(),
            name: team.name.clone(),
            icon: "users",
            count: Some(team.open),
            is_current: self.shown == Shown::Team(team.id),
        };
        self.teams.iter().map(entry).collect()
    }
    fn count(&self, view: View) -> Option<i64> {
        match view {
            View::Mine => Some(self.counts.mine),
            View::Unassigned => Some(self.counts.unassigned),
            View::DueToday => Some(self.counts.due_today),
            View::Breaching => Some(self.counts.breaching),
            View::Act => Some(self.counts.act),
            View::WaitingCustomer => Some(self.counts.waiting_customer),
            View::WaitingThirdParty => Some(self.counts.waiting_third_party),
            View::Snoozed => Some(self.counts.snoozed),
            View::Open => Some(self.counts.open),
            View::Solved => None,
        }
    }
    /// The name of what is shown; `None` for a team out of sight.
    fn title(&self, ui: &Ui) -> Option<String> {
        match self.shown {
            Shown::Standard(view) => Some(ui.t_of("view", view.word()).into()),
            Shown::Team(id) => self.teams.iter().find(|team| team.id == id).map(|team| team.name.clone()),
        }
    }
    fn shown_count(&self) -> Option<i64> {
        match self.shown {
            Shown::Standard(view) => self.count(view),
            Shown::Team(id) => self.teams.iter().find(|team| team.id == id).map(|team| team.open),
        }
    }
}

fn icon(view: View) -> &'static str {
    match view {
        View::Mine => "user",
        View::Unassigned => "inbox",
        View::DueToday => "clock",
        View::Breaching => "state-late",
        View::Act => "state-open",
        View::WaitingCustomer => "state-waiting_customer",
        View::WaitingThirdParty => "state-waiting_third_party",
        View::Snoozed => "alarm-clock",
        View::Open => "list",
        View::Solved => "circle-check",
    }
}

/// A page of a list.
pub struct List {
    /// As `?view=` has it.
    pub word: String,
    pub title: String,
    pub count: Option<i64>,
    pub rows: Vec<Row>,
    /// The place after which the next page begins; `None` at the end.
    pub older: Option<String>,
    pub is_top: bool,
    /// The ticket that is open beside the list.
    pub current: Option<Id<Ticket>>,
    /// Fluent messages for a view that holds nothing.
    pub empty: &'static str,
    /// Whether the view holds nothing and no mail can come in.
    pub lacks_inbox: bool,
}
impl List {
    /// The next step where there is nothing: the view that has most to do, unless it is this one.
    pub fn has_more_elsewhere(&self) -> bool {
        self.word != "act"
    }
    pub fn is_current(&self, row: &Row) -> bool {
        self.current == Some(row.id)
    }
}

/// List and side bar, with three statements.
///
/// * errors – 404 for a team out of sight.
pub fn load<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ui: &Ui,
    shown: Shown,
    after: Place,
    current: Option<Id<Ticket>>,
) -> Result<(Sidebar, List), crate::tickets::TicketError> {
    let side = Sidebar::load(tx, shown)?;
    let title = side.title(ui).ok_or_else(Problem::not_found)?;
    let mut rows = store::page(tx, shown, after, ROWS + 1)?;
    let has_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let lacks_inbox = rows.is_empty() && !platform::outbox::has_inbox(tx)?;
    let list = List {
        lacks_inbox,
        word: shown.word(),
        title,
        count: side.shown_count(),
        older: rows.last().filter(|_| has_more).map(|row| row.place(shown)),
        rows,
        is_top: after == Place::top(shown),
        current,
        empty: match shown {
            Shown::Standard(View::Mine) => "list-empty-mine",
            Shown::Standard(View::Unassigned) => "list-empty-unassigned",
            _ => "list-empty-other",
        },
    };
    Ok((side, list))
}

/// What `?view=` means.
///
/// * errors – 404 for an unknown word.
pub fn shown(word: Option<&str>) -> Result<Shown, Problem> {
    match word {
        None | Some("") => Ok(Shown::Standard(View::Mine)),
        Some(word) => Shown::from_word(word).ok_or_else(Problem::not_found),
    }
}

#[derive(Default, serde::Deserialize)]
pub struct Asked {
    view: Option<String>,
    after: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "views/page.html")]
pub struct ListPage {
    ui: Ui,
    side: Sidebar,
    list: List,
}

/// `GET /tickets?view=&after=`.
pub async fn get(
    grant: Grant<ViewTickets>,
    ui: Ui,
    Query(asked): Query<Asked>,
) -> Result<Page<ListPage>, Failure> {
    let shown = shown(asked.view.as_deref())?;
    let after = match asked.after.as_deref() {
        None => Place::top(shown),
        Some(word) => Place::from_word(word).ok_or(Problem::field("after", "unknown_cursor"))?,
    };
    let words = ui.clone();
    let (side, list) = grant.read(move |tx| load(tx, &words, shown, after, None)).await?;
    Ok(Page(ListPage { ui, side, list }))
}

/// `GET /`.
pub async fn start(_: Grant<ViewTickets>) -> Redirect {
    Redirect::to("/tickets")
}
