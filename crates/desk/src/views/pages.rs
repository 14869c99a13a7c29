//! The agent's lists as pages.
use super::{
    Saved, Shown, View,
    board::Board,
    columns::{Choice, Column},
    meaning::{self, Meaning},
    saved,
    store::{self, Counts, Place, Row, Soon, TeamCount},
};
use crate::{
    bulk::{Bulk, pages::Told},
    filter::{self, Names, Order, find, print::quoted},
    tickets::{Ticket, TicketError, ViewTickets},
};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
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
    saved: Vec<(Id<Saved>, String)>,
    choice: Option<Choice>,
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
    /// With three statements, however many views there are: those that people made are counted by
    /// [`saved::pages::counts`], after the page is there.
    pub fn load<P: Implies<ViewTickets>>(tx: &mut Tx<P>, shown: &Shown) -> db::Result<Sidebar> {
        let list = if let Shown::Typed(_) = shown { "filter".to_owned() } else { shown.word() };
        let (saved, choice) = saved::store::beside(tx, &list)?;
        let (counts, teams) = (store::counts(tx, Soon::of(tx))?, store::teams(tx)?);
        Ok(Sidebar { shown: shown.clone(), counts, teams, saved, choice })
    }
    /// The same beside a page that is no list.
    pub fn elsewhere(self) -> Sidebar {
        Sidebar { shown: Shown::Typed("".into()), ..self }
    }
    /// The views that people made.
    pub fn of_people(&self) -> Vec<Entry> {
        let entry = |(id, name): &(Id<Saved>, String)| Entry {
            word: Shown::Saved(*id).word(),
            name: name.clone(),
            icon: "bookmark",
            count: None,
            is_current: self.shown == Shown::Saved(*id),
        };
        self.saved.iter().map(entry).collect()
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
    /// The name of a list that needs no other statement; `None` for a team out of sight.
    fn title(&self, ui: &Ui) -> Option<String> {
        match &self.shown {
            Shown::Standard(view) => Some(ui.t_of("view", view.word()).into()),
            Shown::Team(id) => self.teams.iter().find(|team| team.id == *id).map(|team| team.name.clone()),
            Shown::Saved(id) => Some(
                self.saved
                    .iter()
                    .find(|(view, _)| view == id)
                    .map_or_else(String::new, |(_, name)| name.clone()),
            ),
            Shown::Typed(_) => Some(ui.t("filter-found").into()),
        }
    }
    fn shown_count(&self) -> Option<i64> {
        match &self.shown {
            Shown::Standard(view) => self.count(*view),
            Shown::Team(id) => self.teams.iter().find(|team| team.id == *id).map(|team| team.open),
            Shown::Saved(_) | Shown::Typed(_) => None,
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
    /// Where the list is; it has a query.
    pub address: String,
    pub title: String,
    pub count: Option<i64>,
    /// Whether there are more than are counted.
    pub is_many: bool,
    pub rows: Vec<Row>,
    /// The same by status, where that is asked for.
    pub board: Option<Board>,
    /// The place after which the next page begins; `None` at the end.
    pub older: Option<String>,
    pub is_top: bool,
    /// The ticket that is open beside the list.
    pub current: Option<Id<Ticket>>,
    /// Fluent messages for a view that holds nothing.
    pub empty: &'static str,
    /// Whether the view holds nothing and no mail can come in.
    pub lacks_inbox: bool,
    /// What the list holds, as it can be typed.
    pub filter: String,
    /// What is wrong with it.
    pub mistake: Option<String>,
    pub order: Order,
    pub choice: Choice,
    /// The saved view that is shown, if the person may change it.
    pub edit: Option<Id<Saved>>,
}
impl List {
    /// The next step where there is nothing: the view that has most to do, unless it is this one.
    pub fn has_more_elsewhere(&self) -> bool {
        self.word != "act"
    }
    pub fn is_current(&self, row: &Row) -> bool {
        self.current == Some(row.id)
    }
    pub fn orders(&self) -> &'static [Order] {
        Order::ALL
    }
    pub fn columns(&self) -> &'static [Column] {
        Column::ALL
    }
    pub fn shows(&self, word: &str) -> bool {
        Column::from_word(word).is_some_and(|column| self.choice.shows(&column))
    }
    /// Whether tickets can be chosen, to be changed together.
    pub fn may_pick(&self, ui: &Ui) -> bool {
        ui.may("tickets.edit")
    }
    /// Where all of the list are changed together.
    pub fn bulk_all(&self) -> String {
        let look = if self.board.is_some() { "board" } else { "" };
        platform::web::address("/bulk", &[("view", &self.word), ("as", look), ("all", "on")])
    }
    /// The list as a board, the board as a list.
    pub fn other_look(&self) -> String {
        if self.board.is_some() { self.address.clone() } else { format!("{}&as=board", self.address) }
    }
    /// Where a view is made of what is shown.
    pub fn save_address(&self) -> String {
        platform::web::address("/views/new", &[("filter", &self.filter), ("sort", self.order.word())])
    }
    /// Where it can be had as a file.
    pub fn file(&self, format: &str) -> String {
        let name = [("view", self.word.as_str()), ("sort", self.order.word()), ("format", format)];
        platform::web::address("/tickets/export", &name)
    }
}

/// Ids and rows of a page.
struct Rows {
    rows: Vec<Row>,
    older: Option<String>,
    is_top: bool,
}

/// List and side bar, with four statements; what people made themselves takes some more.
///
/// A filter that cannot be read is a list with its mistake.
///
/// * errors – 404 for a team or a view out of sight; 422 for a place that is none of ours, and `filter_too_slow`.
pub fn load<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ui: &Ui,
    shown: &Shown,
    after: Option<&str>,
    current: Option<Id<Ticket>>,
) -> Result<(Sidebar, List), TicketError> {
    let side = Sidebar::load(tx, shown)?;
    let title = side.title(ui).ok_or_else(Problem::not_found)?;
    let choice = side.choice.clone().unwrap_or_default();
    let natural = meaning::order(shown);
    let mut list = List {
        lacks_inbox: false,
        word: shown.word(),
        address: shown.address(),
        title,
        count: side.shown_count(),
        is_many: false,
        board: None,
        older: None,
        rows: Vec::new(),
        is_top: true,
        current,
        empty: match shown {
            Shown::Standard(View::Mine) => "list-empty-mine",
            Shown::Standard(View::Unassigned) => "list-empty-unassigned",
            _ => "list-empty-other",
        },
        filter: String::new(),
        mistake: None,
        order: choice.order.unwrap_or(natural),
        choice,
        edit: None,
    };
    let rows = match shown {
        Shown::Standard(view) => {
            list.filter = meaning::text(*view).into();
            by_order(tx, shown, &list, natural, after)?
        }
        Shown::Team(_) => {
            list.filter = format!("is:open team:{} -is:snoozed", quoted(&list.title));
            by_order(tx, shown, &list, natural, after)?
        }
        Shown::Saved(_) | Shown::Typed(_) => match meaning::of(tx, shown) {
            Ok(meaning) => {
                let names = Names::of(tx, &meaning.filter)?;
                list.filter = filter::print(&meaning.filter, &names);
                if let Some(view) = &meaning.view {
                    list.edit = Some(view.id).filter(|_| view.may_change(tx.actor()));
                    list.title.clone_from(&view.name);
                }
                list.order = list.choice.order.unwrap_or(meaning.order);
                found(tx, &meaning, list.order, after)?
            }
            Err(TicketError::Refused(problem)) if problem.offset.is_some() => {
                list.mistake = problem.detail;
                match shown {
                    Shown::Typed(text) => list.filter = text.to_string(),
                    Shown::Saved(id) => {
                        let view = saved::store::see(tx, *id)?.ok_or_else(Problem::not_found)?;
                        list.edit = Some(view.id).filter(|_| view.may_change(tx.actor()));
                        (list.title, list.filter) = (view.name, view.filter);
                    }
                    Shown::Standard(_) | Shown::Team(_) => {}
                }
                Rows { rows: Vec::new(), older: None, is_top: true }
            }
            Err(other) => return Err(other),
        },
    };
    (list.rows, list.older, list.is_top) = (rows.rows, rows.older, rows.is_top);
    if list.count.is_none() && list.is_top && list.older.is_none() && list.mistake.is_none() {
        list.count = Some(list.rows.len() as i64);
    }
    list.lacks_inbox = list.rows.is_empty() && list.mistake.is_none() && !platform::outbox::has_inbox(tx)?;
    Ok((side, list))
}

/// A standard list: in its own order by its own statement, in another one by its filter.
fn by_order<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    shown: &Shown,
    list: &List,
    natural: Order,
    after: Option<&str>,
) -> Result<Rows, TicketError> {
    if list.order != natural {
        let meaning = meaning::of(tx, shown)?;
        return found(tx, &meaning, list.order, after);
    }
    let top = Place::top(shown);
    let after = after.map_or(Some(top), Place::from_word).ok_or(Problem::field("after", "unknown_cursor"))?;
    let mut rows = store::page(tx, shown, after, ROWS + 1)?;
    let has_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let older = rows.last().filter(|_| has_more).map(|row| row.place(shown));
    Ok(Rows { rows, older, is_top: after == top })
}
fn found<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    meaning: &Meaning,
    order: Order,
    after: Option<&str>,
) -> Result<Rows, TicketError> {
    let place = |word: &str| filter::Place::from_word(word).ok_or(Problem::field("after", "unknown_cursor"));
    let after = after.map(place).transpose()?;
    let found = find::page(tx, &meaning.filter, order, after, ROWS)?;
    let rows = store::rows_of(tx, &found.ids)?;
    Ok(Rows { rows, older: found.next.map(filter::Place::word), is_top: after.is_none() })
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
    filter: Option<String>,
    after: Option<String>,
    /// `board`, or as a list.
    #[serde(rename = "as")]
    look: Option<String>,
    /// A step that has just been made.
    bulk: Option<Id<Bulk>>,
}

#[derive(askama::Template)]
#[template(path = "views/page.html")]
pub struct ListPage {
    ui: Ui,
    side: Sidebar,
    list: List,
    told: Option<Told>,
}

/// Tickets of a typed filter are counted up to this.
const COUNTED: i64 = 1_000;

/// Counts what a filter finds, if that is quick: a page does not wait for a number.
async fn count(grant: &Grant<ViewTickets>, shown: Shown) -> Option<i64> {
    let work = move |tx: &mut Tx<ViewTickets>| {
        let meaning = meaning::of(tx, &shown)?;
        find::count_quickly(tx, &meaning.filter, COUNTED)
    };
    grant.read::<_, TicketError>(work).await.ok()
}

/// `GET /tickets?view=&filter=&after=`.
pub async fn get(grant: Grant<ViewTickets>, ui: Ui, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let typed = asked.filter.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let shown = match typed {
        Some(text) => Shown::Typed(text.into()),
        None => shown(asked.view.as_deref())?,
    };
    let (words, list) = (ui.clone(), shown.clone());
    let work = move |tx: &mut Tx<ViewTickets>| {
        let told = match asked.bulk {
            Some(bulk) => Told::load(tx, bulk)?,
            None => None,
        };
        let (side, mut page) = load(tx, &words, &list, asked.after.as_deref(), None)?;
        if asked.look.as_deref() == Some("board") && page.mistake.is_none() {
            page.board = Some(Board::load(tx, &list, page.order, &page.filter)?);
        }
        Ok::<_, TicketError>((side, page, told))
    };
    let (side, mut list, told) = grant.read(work).await?;
    if list.count.is_none() && list.mistake.is_none() {
        let counted = count(&grant, shown).await;
        (list.count, list.is_many) = (counted, counted.is_some_and(|count| count >= COUNTED));
    }
    let status = if list.mistake.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, Page(ListPage { ui, side, list, told })).into_response())
}

/// `GET /`.
pub async fn start(_: Grant<ViewTickets>) -> Redirect {
    Redirect::to("/tickets")
}
