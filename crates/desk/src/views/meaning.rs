//! What a view means as a filter. The standard views have statements of their own, which are quicker; a test holds the
//! two together.
use super::{Saved, Shown, View, saved};
use crate::{
    filter::{self, Filter, Names, Order, find},
    tickets::{TicketError, ViewTickets},
};
use kernel::fault::Problem;
use platform::authority::{Implies, Tx};

/// Which tickets a list holds, and in which order.
#[derive(Clone, Debug)]
pub struct Meaning {
    pub filter: Filter,
    pub order: Order,
    /// The saved view that it is.
    pub view: Option<Saved>,
}

/// The text of a standard view.
pub fn text(view: View) -> &'static str {
    match view {
        View::Mine => "is:open is:mine -is:snoozed",
        View::Unassigned => "is:open is:unassigned team:none,mine -is:snoozed",
        View::DueToday => "is:open due:<=today",
        View::Breaching => "is:open due:<1h",
        View::Act => "waiting:us -is:snoozed",
        View::WaitingCustomer => "waiting:customer -is:snoozed",
        View::WaitingThirdParty => "waiting:third_party -is:snoozed",
        View::Mentions => "is:open is:mentioned",
        View::Snoozed => "is:open is:snoozed",
        View::Open => "is:open",
        View::Solved => "is:closed",
    }
}
/// The order in which a list comes unless somebody chose another one.
pub fn order(shown: &Shown) -> Order {
    match shown {
        Shown::Standard(View::DueToday | View::Breaching) => Order::Due,
        _ => Order::Updated,
    }
}

/// * errors – 404 for a saved view out of sight; 422 for a typed filter that cannot be read, or a saved one that names
///   something gone.
pub fn of<P: Implies<ViewTickets>>(tx: &mut Tx<P>, shown: &Shown) -> Result<Meaning, TicketError> {
    let language = tx.actor().language;
    let order = order(shown);
    match shown {
        Shown::Standard(view) => {
            let filter = filter::parse(text(*view), &Names::default()).map_err(|_| Problem::internal())?;
            Ok(Meaning { filter, order, view: None })
        }
        Shown::Team(team) => {
            let text = format!("is:open team:{team} -is:snoozed");
            let filter = filter::parse(&text, &Names::default()).map_err(|_| Problem::not_found())?;
            Ok(Meaning { filter, order, view: None })
        }
        Shown::Saved(id) => {
            let view = saved::store::see(tx, *id)?.ok_or_else(Problem::not_found)?;
            let filter = find::read(tx, &view.filter)?.map_err(|mistake| mistake.problem_in(language))?;
            Ok(Meaning { filter, order: view.sort, view: Some(view) })
        }
        Shown::Typed(text) => {
            let filter = find::read(tx, text)?.map_err(|mistake| mistake.problem_in(language))?;
            Ok(Meaning { filter, order, view: None })
        }
    }
}
