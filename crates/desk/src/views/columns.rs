//! What a row shows and in which order a list comes, as each person likes it.
use super::{Shown, store};
use crate::{filter::Order, tickets::ViewTickets};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::fault::Problem;
use platform::{
    authority::Grant,
    db,
    web::{Failure, Form},
};

/// What a row can show beside its subject, its deadline and its priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Status,
    Channel,
    Requester,
    Organisation,
    Team,
    Last,
    Created,
}
platform::words! { Column {
    Status = "status", Channel = "channel", Requester = "requester", Organisation = "organisation", Team = "team",
    Last = "last", Created = "created",
} }

/// How somebody looks at a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// `None`: as the list comes by itself.
    pub order: Option<Order>,
    pub columns: Vec<Column>,
}
impl Default for Choice {
    fn default() -> Self {
        let columns =
            vec![Column::Status, Column::Channel, Column::Requester, Column::Organisation, Column::Last];
        Choice { order: None, columns }
    }
}
impl Choice {
    pub fn of(sort: &str, columns: &str) -> Choice {
        Choice {
            order: Order::from_word(sort),
            columns: columns.split(',').filter_map(Column::from_word).collect(),
        }
    }
    pub fn shows(&self, column: &Column) -> bool {
        self.columns.contains(column)
    }
    pub fn words(&self) -> String {
        let words: Vec<_> = self.columns.iter().map(|column| column.word()).collect();
        words.join(",")
    }
}

/// `POST /tickets/choice`: remembers it for this person and this list.
pub async fn post(grant: Grant<ViewTickets>, form: Form) -> Result<Response, Failure> {
    form.only(&["view", "sort", "column", "what"])?;
    let shown = Shown::from_word(form.get("view")).ok_or_else(Problem::not_found)?;
    let Some(me) = grant.actor().user() else { return Err(Problem::not_found().into()) };
    let order = form.some("sort").and_then(Order::from_word);
    let columns = form.all("column").filter_map(Column::from_word).collect();
    let (choice, is_reset) = (Choice { order, columns }, form.get("what") == "reset");
    // A filter that was typed has no place of its own: what is chosen there is for all of them.
    let list = if let Shown::Typed(_) = shown { "filter".to_owned() } else { shown.word() };
    grant
        .change::<_, db::Error>(move |tx| {
            if is_reset {
                store::forget_choice(tx, me, &list)
            } else {
                store::keep_choice(tx, me, &list, &choice)
            }
        })
        .await?;
    Ok(Redirect::to(&shown.address()).into_response())
}
