//! What a checklist and its items are. Types and rules.
use crate::tickets::Ticket;
use derive::Record;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters of a checklist's name, and of an item.
pub const NAME_MOST: usize = 80;
pub const TEXT_MOST: usize = 250;
/// Items of a checklist, and of a ticket.
pub const ITEMS_MOST: usize = 100;

/// An item of a checklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChecklistLine)]
pub struct Line {
    pub text: String,
    /// The ticket is not solved before it is done.
    #[serde(default)]
    pub is_needed: bool,
}
impl Line {
    /// As it stands in a form: one a line, a needed one after `!`.
    pub fn read(lines: &str) -> Vec<Line> {
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
        lines
            .map(|line| match line.strip_prefix('!') {
                Some(text) => Line { text: text.trim().to_owned(), is_needed: true },
                None => Line { text: line.to_owned(), is_needed: false },
            })
            .collect()
    }
    pub fn written(&self) -> String {
        format!("{}{}", if self.is_needed { "! " } else { "" }, self.text)
    }
    fn check(self, field: &str, mistakes: &mut Mistakes) -> Line {
        let text = text::one_line(&self.text, TEXT_MOST + 1);
        mistakes.require(!text.is_empty(), field, "required");
        mistakes.require(text.chars().count() <= TEXT_MOST, field, "too_long");
        Line { text, ..self }
    }
}
/// Lines that passed.
fn checked(lines: Vec<Line>, mistakes: &mut Mistakes) -> Vec<Line> {
    mistakes.require(!lines.is_empty(), "items", "required");
    mistakes.require(lines.len() <= ITEMS_MOST, "items", "too_long");
    let lines = lines.into_iter().enumerate();
    lines.map(|(at, line)| line.check(&format!("items/{at}"), mistakes)).collect()
}

/// A row of the table `checklist`.
#[derive(Clone, Debug, Record)]
pub struct Checklist {
    pub id: Id<Checklist>,
    pub name: String,
    /// A JSON list of [`Line`].
    pub items: String,
    pub is_archived: bool,
}
impl Checklist {
    pub fn lines(&self) -> Vec<Line> {
        serde_json::from_str(&self.items).unwrap_or_default()
    }
}

/// A checklist. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewChecklist)]
pub struct Draft {
    pub name: String,
    pub items: Vec<Line>,
}
/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChecklistChanges)]
pub struct Changes {
    pub name: Option<String>,
    pub items: Option<Vec<Line>>,
    /// Out of use: tickets keep what they have of it.
    pub is_archived: Option<bool>,
}
/// A draft that passed.
#[derive(Clone, Debug)]
pub struct NewChecklist {
    pub(super) name: String,
    pub(super) items: Vec<Line>,
}
impl Draft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<NewChecklist, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, NAME_MOST + 1);
        mistakes.require(!name.is_empty(), "name", "required");
        mistakes.require(name.chars().count() <= NAME_MOST, "name", "too_long");
        let items = checked(self.items, &mut mistakes);
        mistakes.check()?;
        Ok(NewChecklist { name, items })
    }
}

/// Something to do in a ticket: a row of `checklist_item`.
#[derive(Clone, Debug, Record)]
pub struct Item {
    pub id: Id<Item>,
    pub ticket_id: Id<Ticket>,
    pub place: i64,
    pub text: String,
    pub is_needed: bool,
    pub done_at_ms: Option<Millis>,
    pub done_by: Option<String>,
}
impl Item {
    pub fn is_done(&self) -> bool {
        self.done_at_ms.is_some()
    }
}

/// What is to be done in a ticket: items, or a whole checklist. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewChecklistItems)]
pub struct ItemsDraft {
    #[serde(default)]
    pub items: Vec<Line>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub checklist: Option<Id<Checklist>>,
}
/// What a ticket gets.
#[derive(Clone, Debug)]
pub enum Added {
    Lines(Vec<Line>),
    List(Id<Checklist>),
}
impl ItemsDraft {
    pub fn parse(self) -> Result<Added, Problem> {
        match self.checklist {
            Some(list) if self.items.is_empty() => Ok(Added::List(list)),
            Some(_) => Err(Problem::field("items", "checklist_or_items")),
            None => {
                let mut mistakes = Mistakes::default();
                let lines = checked(self.items, &mut mistakes);
                mistakes.check()?;
                Ok(Added::Lines(lines))
            }
        }
    }
}
/// What changes of an item; what is left out stays. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChecklistItemChanges)]
pub struct ItemChanges {
    pub text: Option<String>,
    pub is_needed: Option<bool>,
    pub is_done: Option<bool>,
    /// Its place among the others; 1 is the first.
    pub place: Option<i64>,
}
impl ItemChanges {
    /// The item as it will read.
    pub(super) fn line(&self, item: &Item) -> Result<Line, Problem> {
        let text = self.text.clone().unwrap_or_else(|| item.text.clone());
        let line = Line { text, is_needed: self.is_needed.unwrap_or(item.is_needed) };
        let mut mistakes = Mistakes::default();
        let line = line.check("text", &mut mistakes);
        mistakes.check()?;
        Ok(line)
    }
}

/// How far a ticket's checklist is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChecklistProgress)]
pub struct Progress {
    pub done: i64,
    pub all: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_mark_is_needed() {
        let lines = Line::read("Look at the log\n\n ! Call back \n!Bill");
        let needed: Vec<_> = lines.iter().map(|line| (line.text.as_str(), line.is_needed)).collect();
        assert_eq!(needed, [("Look at the log", false), ("Call back", true), ("Bill", true)]);
        let written: Vec<_> = lines.iter().map(Line::written).collect();
        assert_eq!(Line::read(&written.join("\n")), lines);
    }
    #[test]
    fn a_checklist_has_a_name_and_items() {
        let codes = |draft: Draft| -> Vec<_> {
            let problem = draft.parse().unwrap_err();
            problem.fields.into_iter().map(|field| (field.pointer, field.code)).collect()
        };
        let none = [("/name".to_owned(), "required"), ("/items".to_owned(), "required")];
        assert_eq!(codes(Draft::default()), none);
        let long = Line { text: "x".repeat(251), is_needed: false };
        let items = vec![Line { text: " ".into(), is_needed: true }, long];
        let two = [("/items/0".to_owned(), "required"), ("/items/1".to_owned(), "too_long")];
        assert_eq!(codes(Draft { name: "Move".into(), items }), two);
    }
}
