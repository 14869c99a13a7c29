//! Words of a filter in the box of the search (`is:open`), as far as the index knows the answer.
//!
//! The seam to typed filters: what a filter means for a ticket is decided there; here its words become conditions of
//! the index, and those that it cannot answer are said to the person instead of being dropped.
use super::store::{self, code};
use crate::{
    statuses,
    tickets::{Category, Kind, ViewTickets},
};
use kernel::text;
use platform::{
    authority::{Implies, Tx},
    db,
};
use search::{
    ask::Filter,
    query::{Condition, Must},
};

/// What the words mean.
#[derive(Debug, Default)]
pub struct Understood {
    pub conditions: Vec<Condition>,
    /// `key:value` of what the index cannot answer.
    pub others: Vec<String>,
}

pub fn understand<P: Implies<ViewTickets>>(tx: &mut Tx<P>, filters: &[Filter]) -> db::Result<Understood> {
    let mut understood = Understood::default();
    for filter in filters {
        match condition(tx, &filter.key, filter.value.trim())? {
            Some((is_not, must)) => understood.conditions.push((is_not != filter.is_not, must)),
            None => understood.others.push(format!("{}:{}", filter.key, filter.value)),
        }
    }
    Ok(understood)
}

fn categories(all: &[Category]) -> Must {
    Must::Category(all.iter().map(|category| code(Category::ALL, category)).collect())
}

fn condition<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    key: &str,
    value: &str,
) -> db::Result<Option<Condition>> {
    use Category::*;
    let word = value.to_lowercase().replace(['-', ' '], "_");
    let me = tx.actor().user().map_or(0, |id| id.number() as u64);
    let open: Vec<Category> = Category::ALL.iter().copied().filter(|category| category.is_open()).collect();
    let must = match (key, word.as_str()) {
        ("is", "open" | "unsolved") => categories(&open),
        ("is", "done") => categories(&[Solved, Closed]),
        ("is", "waiting" | "pending") => categories(&[WaitingCustomer, WaitingThirdParty]),
        ("is", "unassigned") | ("assignee", "none" | "nobody") => Must::Assignee(vec![0]),
        ("is", "mine") | ("assignee", "me") => Must::Assignee(vec![me]),
        ("is", "assigned") => return Ok(Some((true, Must::Assignee(vec![0])))),
        ("is" | "status", word) if Category::from_word(word).is_some() => {
            categories(&Category::from_word(word).into_iter().collect::<Vec<_>>())
        }
        ("status", _) => {
            let language = tx.actor().language;
            let wanted = text::fold(value);
            let named = statuses::all(tx)?
                .into_iter()
                .filter(|status| text::fold(&status.name_in(language)) == wanted);
            let found: Vec<_> = named.map(|status| status.category).collect();
            if found.is_empty() {
                return Ok(None);
            }
            categories(&found)
        }
        ("kind" | "type", word) => match Kind::from_word(word) {
            Some(kind) => Must::Kind(vec![code(Kind::ALL, &kind)]),
            None => return Ok(None),
        },
        ("has", "file" | "files" | "attachment" | "attachments") => Must::HasFile,
        ("tag", _) => Must::Tag(vec![value.to_owned()]),
        ("team", "none") => Must::Team(vec![0]),
        ("team", _) => {
            let wanted = text::fold(value);
            let all = store::teams(tx)?.into_iter().filter(|(_, name)| text::fold(name).starts_with(&wanted));
            Must::Team(all.map(|(id, _)| id.number() as u64).collect())
        }
        ("assignee", _) => Must::Assignee(
            store::users_named(tx, &text::fold(value))?.into_iter().map(|id| id as u64).collect(),
        ),
        ("org" | "organisation", _) => Must::Organisation(
            store::organisations_named(tx, &text::fold(value))?.into_iter().map(|id| id as u64).collect(),
        ),
        _ => return Ok(None),
    };
    Ok(Some((false, must)))
}
