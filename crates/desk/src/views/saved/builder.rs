//! A filter as rows of conditions: the other face of its text. What rows cannot say stands in a row of text.
use crate::filter::{
    self, Filter, Mistake, Names, parse,
    print::{print, quoted},
    tree::{Condition, Field},
};
use platform::web::Form;

/// Groups and rows of one form.
const GROUPS_MOST: usize = 10;
const LINES_MOST: usize = 20;
/// A row whose value is a filter of its own.
pub const TEXT: &str = "filter";

/// One condition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    pub is_not: bool,
    /// A word of the language, `field.KEY`, or [`TEXT`].
    pub field: String,
    pub value: String,
}
impl Line {
    /// As it stands in the text; blanks alone are quoted for whoever did not.
    fn text(&self) -> String {
        let value = self.value.trim();
        let has_syntax = value.contains(['"', ',', '<', '>']) || value.contains("..");
        let is_words = matches!(self.field.as_str(), TEXT | "subject");
        let value = if value.contains(char::is_whitespace) && !has_syntax && !is_words {
            quoted(value)
        } else {
            value.to_owned()
        };
        let not = if self.is_not { "-" } else { "" };
        match self.field.as_str() {
            TEXT => format!("{not}({value})"),
            // Always in quotes: `or` and `-x` are words here.
            "subject" => {
                let words = value.trim_matches('"').replace('\\', "\\\\").replace('"', "\\\"");
                format!("{not}\"{words}\"")
            }
            field => format!("{not}{field}:{value}"),
        }
    }
    fn of(filter: &Filter, names: &Names) -> Line {
        let (is_not, inner) = match filter {
            Filter::Not(inner) => (true, &**inner),
            other => (false, other),
        };
        let text = print(inner, names);
        match inner {
            Filter::One(condition) if condition.field() == Field::Subject => {
                let words =
                    if let Filter::One(Condition::Text(words)) = inner { words.clone() } else { text };
                Line { is_not, field: "subject".into(), value: words }
            }
            Filter::One(_) => {
                let (field, value) = text.split_once(':').unwrap_or((TEXT, &text));
                Line { is_not, field: field.into(), value: value.into() }
            }
            _ => Line { is_not, field: TEXT.into(), value: text },
        }
    }
    fn is_empty(&self) -> bool {
        self.value.trim().is_empty()
    }
}

/// Rows of which all or one must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    pub is_any: bool,
    pub lines: Vec<Line>,
}

/// Groups of which all or one must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Builder {
    pub is_any: bool,
    pub groups: Vec<Group>,
}

/// Where a row is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    pub group: usize,
    pub line: usize,
    pub mistake: Mistake,
}

fn is_simple(filter: &Filter) -> bool {
    match filter {
        Filter::One(_) => true,
        Filter::Not(inner) => matches!(**inner, Filter::One(_)),
        _ => false,
    }
}

impl Builder {
    pub fn of(filter: &Filter, names: &Names) -> Builder {
        let line = |part: &Filter| Line::of(part, names);
        match filter {
            Filter::Any(parts) if parts.iter().all(is_simple) => Builder {
                is_any: false,
                groups: vec![Group { is_any: true, lines: parts.iter().map(line).collect() }],
            },
            Filter::Any(parts) => {
                let group =
                    |part: &Filter| Group { is_any: false, lines: part.parts().iter().map(line).collect() };
                Builder { is_any: true, groups: parts.iter().map(group).collect() }
            }
            other => {
                let mut first = Group::default();
                let mut groups = Vec::new();
                for part in other.parts() {
                    match part {
                        Filter::Any(inner) if inner.iter().all(is_simple) => {
                            groups.push(Group { is_any: true, lines: inner.iter().map(line).collect() });
                        }
                        part => first.lines.push(line(part)),
                    }
                }
                if !first.lines.is_empty() || groups.is_empty() {
                    groups.insert(0, first);
                }
                Builder { is_any: false, groups }
            }
        }
    }
    /// What the form sent: `any`, `g0-any`, `g0-l0-not`, `g0-l0-field`, `g0-l0-value`.
    pub fn sent(form: &Form) -> Builder {
        let mut groups = Vec::new();
        for g in 0..GROUPS_MOST {
            let mut lines = Vec::new();
            for l in 0..LINES_MOST {
                let name = |part: &str| format!("g{g}-l{l}-{part}");
                let Some(field) = form.some(&name("field")) else { continue };
                lines.push(Line {
                    is_not: form.is_on(&name("not")),
                    field: field.into(),
                    value: form.get(&name("value")).into(),
                });
            }
            if !lines.is_empty() || form.names().any(|name| name == format!("g{g}-any")) {
                groups.push(Group { is_any: form.is_on(&format!("g{g}-any")), lines });
            }
        }
        Builder { is_any: form.is_on("any"), groups }
    }
    /// Does what a button asks for: `add-0`, `remove-0-1`, `group`.
    pub fn press(&mut self, button: &str) {
        let mut words = button.split('-');
        let (what, group, line) = (words.next(), words.next(), words.next());
        let number = |word: Option<&str>| word.and_then(|word| word.parse::<usize>().ok());
        match (what, number(group), number(line)) {
            (Some("add"), Some(group), None) => {
                if let Some(group) = self.groups.get_mut(group).filter(|group| group.lines.len() < LINES_MOST)
                {
                    group.lines.push(Line { field: "is".into(), ..Line::default() });
                }
            }
            (Some("remove"), Some(at), Some(line)) => {
                let Some(group) = self.groups.get_mut(at).filter(|group| line < group.lines.len()) else {
                    return;
                };
                group.lines.remove(line);
                if group.lines.is_empty() && self.groups.len() > 1 {
                    self.groups.remove(at);
                }
            }
            (Some("group"), None, None) if self.groups.len() < GROUPS_MOST => {
                self.groups.push(Group {
                    is_any: true,
                    lines: vec![Line { field: "is".into(), ..Line::default() }],
                });
            }
            _ => {}
        }
    }
    /// The filter that it says; rows without a value say nothing.
    ///
    /// * errors – every row that is wrong.
    pub fn filter(&self, names: &Names) -> Result<Filter, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut groups = Vec::new();
        for (g, group) in self.groups.iter().enumerate() {
            let mut parts = Vec::new();
            for (l, line) in group.lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
                match parse(&line.text(), names) {
                    Ok(filter) => parts.push(filter),
                    Err(mistake) => wrong.push(Wrong { group: g, line: l, mistake }),
                }
            }
            if !parts.is_empty() {
                groups.push(if group.is_any { Filter::any(parts) } else { Filter::all(parts) });
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(if self.is_any { Filter::any(groups) } else { Filter::all(groups) })
    }
}

/// What can be asked for, in the order of the choice: word and, for a field of the desk's own, its name.
pub fn fields(names: &Names) -> Vec<(String, Option<String>)> {
    let fixed =
        Field::ALL.iter().filter(|field| **field != Field::Own).map(|field| (field.word().to_owned(), None));
    let own = names.fields.iter().map(|field| (format!("field.{}", field.key), Some(field.name.clone())));
    fixed.chain(own).chain([(TEXT.to_owned(), None)]).collect()
}

/// An example of a value.
pub fn example(field: &str) -> &'static str {
    match field {
        "is" => "open",
        "status" => "open,waiting_customer",
        "priority" => ">=high",
        "type" => "incident",
        "channel" => "email,phone",
        "team" => "mine",
        "assignee" => "me",
        "requester" => "ada@example.org",
        "organisation" => "ACME",
        "inbox" | "sla" | "contract" => "none",
        "line" => "2",
        "with" => "supplier",
        "tag" => "vip",
        "created" | "updated" | "solved" => "<7d",
        "due" => "<=today",
        "number" => "1000..1100",
        "spent" => ">2h",
        "subject" => "printer jam",
        "has" => "attachment",
        "waiting" => "us",
        TEXT => "tag:a or tag:b",
        _ => "…",
    }
}
/// Values that fit a field, for the choice that a browser offers while somebody types.
pub fn values(field: &str, names: &Names) -> Vec<String> {
    use crate::tickets::{Category, Channel, Kind, Priority};
    use filter::tree::{Part, Side, State, With};
    let named = |first: &[&str], list: &[filter::names::Named]| {
        let first = first.iter().map(|word| (*word).to_owned());
        first
            .chain(list.iter().filter(|named| !named.name.is_empty()).map(|named| quoted(&named.name)))
            .take(60)
            .collect()
    };
    let words = |all: Vec<&'static str>| all.into_iter().map(str::to_owned).collect();
    match field {
        "is" => words(State::ALL.iter().map(|word| word.word()).collect()),
        "status" => {
            let fixed: Vec<_> = Category::ALL.iter().map(|word| word.word()).collect();
            named(&fixed, &names.statuses)
        }
        "priority" => words(Priority::ALL.iter().map(|word| word.word()).collect()),
        "type" => words(Kind::ALL.iter().map(|word| word.word()).collect()),
        "channel" => words(Channel::ALL.iter().map(|word| word.word()).collect()),
        "team" => named(&["mine", "none"], &names.teams),
        "assignee" => named(&["me", "none"], &names.users),
        "inbox" => named(&["none"], &names.inboxes),
        "sla" => named(&["none"], &names.policies),
        "contract" => words(vec!["none"]),
        "line" => words(vec!["1", "2", "3", "none"]),
        "with" => words(With::ALL.iter().map(|word| word.word()).collect()),
        "has" => words(Part::ALL.iter().map(|word| word.word()).collect()),
        "waiting" => words(Side::ALL.iter().map(|word| word.word()).collect()),
        "created" | "updated" => words(vec!["<2h", "<7d", ">30d", "today", "yesterday"]),
        "solved" => words(vec!["<7d", "today", "yesterday", "none"]),
        "due" => words(vec!["<2h", "<=today", "tomorrow", "none"]),
        "spent" => words(vec![">1h", ">=8h", "none"]),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Filter {
        parse(text, &Names::default()).unwrap()
    }
    #[test]
    fn rows_and_text_are_two_faces_of_one_filter() {
        let none = Names::default();
        for text in [
            "",
            "is:open",
            "is:open -tag:vip \"printer jam\"",
            "is:open or tag:a",
            "is:open (tag:a or tag:b) (priority:high or -due:none)",
            "(is:open tag:a) or (is:closed -tag:b) or number:7",
            "is:open -(tag:a or (tag:b is:mine))",
            "is:open (tag:a or (tag:b (is:mine or is:late)))",
            "team:none -\"or\"",
        ] {
            let filter = read(text);
            let builder = Builder::of(&filter, &none);
            assert_eq!(builder.filter(&none), Ok(filter), "{text}: {builder:?}");
        }
    }
    #[test]
    fn a_row_needs_no_quotes_and_says_where_it_is_wrong() {
        let line =
            |field: &str, value: &str| Line { is_not: false, field: field.into(), value: value.into() };
        let lines = vec![
            line("organisation", "ACME Works"),
            line("subject", "or"),
            line("tag", ""),
            line("is", "opne"),
        ];
        let mut builder = Builder { is_any: false, groups: vec![Group { is_any: false, lines }] };
        let wrong = builder.filter(&Names::default()).unwrap_err();
        assert_eq!((wrong.len(), wrong[0].group, wrong[0].line), (1, 0, 3));
        builder.press("remove-0-3");
        assert_eq!(
            filter::stored(&builder.filter(&Names::default()).unwrap()),
            "organisation:\"acme works\" \"or\""
        );
        builder.press("add-0");
        builder.press("group");
        assert_eq!((builder.groups[0].lines.len(), builder.groups.len()), (4, 2));
        builder.press("remove-9-9");
    }
}
