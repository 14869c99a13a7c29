//! Lists of tickets that people work from, with counts that are maintained, not counted.
pub mod board;
pub mod columns;
pub mod export;
pub mod meaning;
pub mod pages;
pub mod saved;
pub mod store;
pub mod xlsx;

use crate::tickets::ViewTickets;
use axum::routing::{get, post};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::id::Id;
use platform::{authority::Team, web::Routes};
use saved::Saved;
use std::sync::Arc;
use utoipa_axum::routes;

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

/// What somebody looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Standard(View),
    /// One team's open tickets.
    Team(Id<Team>),
    Saved(Id<Saved>),
    /// A filter that somebody typed.
    Typed(Arc<str>),
}
impl Shown {
    /// `mine`, `team-3`, `view-7`, `filter-…`.
    pub fn from_word(word: &str) -> Option<Shown> {
        let (kind, rest) = word.split_once('-').unwrap_or((word, ""));
        match kind {
            "team" => rest.parse().ok().map(Shown::Team),
            "view" => rest.parse().ok().map(Shown::Saved),
            "filter" => {
                let text = String::from_utf8(URL_SAFE_NO_PAD.decode(rest).ok()?).ok()?;
                Some(Shown::Typed(text.into()))
            }
            _ => View::from_word(word).map(Shown::Standard),
        }
    }
    /// Letters, digits, `-` and `_`: it stands in addresses as it is.
    pub fn word(&self) -> String {
        match self {
            Shown::Standard(view) => view.word().into(),
            Shown::Team(id) => format!("team-{id}"),
            Shown::Saved(id) => format!("view-{id}"),
            Shown::Typed(text) => format!("filter-{}", URL_SAFE_NO_PAD.encode(text.as_bytes())),
        }
    }
    /// Where the list is.
    pub fn address(&self) -> String {
        match self {
            Shown::Typed(text) => platform::web::address("/tickets", &[("filter", text)]),
            _ => format!("/tickets?view={}", self.word()),
        }
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .get::<ViewTickets>("/", get(pages::start))
        .get::<ViewTickets>("/tickets", get(pages::get))
        .post::<ViewTickets>("/tickets/choice", post(columns::post))
        .get::<ViewTickets>("/tickets/export", get(export::page))
        .api::<ViewTickets>(routes!(export::api))
        .merge(saved::routes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_found_again_by_its_word() {
        let typed = Shown::Typed("is:open \"ä b\" & #7".into());
        for shown in
            [Shown::Standard(View::DueToday), Shown::Team(Id::new(3)), Shown::Saved(Id::new(7)), typed]
        {
            let word = shown.word();
            assert!(word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "{word}");
            assert_eq!(Shown::from_word(&word), Some(shown));
        }
        assert_eq!(Shown::from_word("nonsense"), None);
    }
    #[test]
    fn every_standard_view_is_a_filter() {
        for view in View::ALL {
            let text = meaning::text(*view);
            let filter = crate::filter::parse(text, &crate::filter::Names::default()).unwrap();
            assert_eq!(crate::filter::stored(&filter), text);
        }
    }
}
