//! A list by status: a column for each category, the same tickets in the same order.
use super::{
    Shown, meaning,
    store::{self, Row},
};
use crate::{
    filter::{Condition, Filter, Order, find, tree::StatusIs},
    tickets::{Category, TicketError, ViewTickets},
};
use platform::{
    authority::{Implies, Tx},
    web::{Ui, address},
};

/// Cards of one column.
const CARDS: usize = 30;
/// Tickets of a column are counted up to this.
const COUNTED: i64 = 1_000;

pub struct Column {
    pub category: Category,
    pub rows: Vec<Row>,
    pub count: i64,
    /// The list of all its tickets, where it has more than it shows.
    pub more: Option<String>,
}
impl Column {
    pub fn name(&self, ui: &Ui) -> &'static str {
        ui.t_of("status", self.category.word())
    }
    pub fn shown_count(&self) -> String {
        if self.count >= COUNTED { format!("{}+", COUNTED - 1) } else { self.count.to_string() }
    }
}

pub struct Board {
    pub columns: Vec<Column>,
}
impl Board {
    /// Columns that the list can have tickets in, and *Solved*, so that there is where to put what is done.
    ///
    /// * `text` – the list's filter, as people read it.
    /// * errors – as `filter::find::page`.
    pub fn load<P: Implies<ViewTickets>>(
        tx: &mut Tx<P>,
        shown: &Shown,
        order: Order,
        text: &str,
    ) -> Result<Board, TicketError> {
        let filter = meaning::of(tx, shown)?.filter;
        let mut columns = Vec::new();
        for category in Category::ALL.iter().copied() {
            if !filter.allows(category.is_open()) {
                if category == Category::Solved {
                    columns.push(Column { category, rows: Vec::new(), count: 0, more: None });
                }
                continue;
            }
            let status = Condition::Status(vec![StatusIs::Category(category)]);
            let own = Filter::all([filter.clone(), status.into()]);
            let found = find::page(tx, &own, order, None, CARDS)?;
            let rows = store::rows_of(tx, &found.ids)?;
            let (count, more) = match found.next {
                None => (rows.len() as i64, None),
                Some(_) => {
                    let text = format!("({text}) status:{}", category.word());
                    (find::count(tx, &own, COUNTED)?, Some(address("/tickets", &[("filter", &text)])))
                }
            };
            columns.push(Column { category, rows, count, more });
        }
        Ok(Board { columns })
    }
    pub fn categories(&self) -> &'static [Category] {
        Category::ALL
    }
}
