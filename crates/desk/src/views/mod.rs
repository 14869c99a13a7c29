//! Lists of tickets that people work from, with counts that are maintained, not counted.
pub mod pages;
pub mod store;

use crate::tickets::ViewTickets;
use axum::routing::get;
use platform::web::Routes;

platform::translations!();

/// The standard views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Mine, not done.
    Mine,
    /// Of my teams, with nobody assigned.
    Unassigned,
    /// A promise runs out before the day does, or is late.
    DueToday,
    /// A promise is late, or runs out within the hour.
    Breaching,
    /// Open or new: somebody here has to act.
    Act,
    WaitingCustomer,
    WaitingThirdParty,
    /// Out of the other lists for a while.
    Snoozed,
    /// All that is not done.
    Open,
    /// Solved or closed, newest first.
    Solved,
}
platform::words! { View {
    Mine = "mine", Unassigned = "unassigned", DueToday = "due-today", Breaching = "breaching", Act = "act", WaitingCustomer = "waiting-customer",
    WaitingThirdParty = "waiting-third-party", Snoozed = "snoozed", Open = "open", Solved = "solved",
} }

/// What somebody looks at: a standard view, or one team's open tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Standard(View),
    Team(kernel::id::Id<platform::authority::Team>),
}
impl Shown {
    /// `mine`, `team-3`.
    pub fn from_word(word: &str) -> Option<Shown> {
        match word.strip_prefix("team-") {
            Some(id) => id.parse().ok().map(Shown::Team),
            None => View::from_word(word).map(Shown::Standard),
        }
    }
    pub fn word(self) -> String {
        match self {
            Shown::Standard(view) => view.word().into(),
            Shown::Team(id) => format!("team-{id}"),
        }
    }
}

pub fn routes() -> Routes {
    Routes::new().get::<ViewTickets>("/", get(pages::start)).get::<ViewTickets>("/tickets", get(pages::get))
}
