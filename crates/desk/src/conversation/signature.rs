//! Signatures with placeholders: a closed set of fields, no logic (S24).

/// What a signature may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    AgentName,
    AgentFirstName,
    DeskName,
    InboxName,
    TicketNumber,
}
impl Field {
    fn from_word(word: &str) -> Option<Field> {
        Some(match word {
            "agent.name" => Field::AgentName,
            "agent.first_name" => Field::AgentFirstName,
            "desk.name" => Field::DeskName,
            "inbox.name" => Field::InboxName,
            "ticket.number" => Field::TicketNumber,
            _ => return None,
        })
    }
}

/// What the fields stand for in one mail.
pub struct Values<'a> {
    pub agent: &'a str,
    pub desk: &'a str,
    pub inbox: &'a str,
    pub ticket: i64,
}

/// Fills the placeholders. One that is unknown stays as it was written; what a value contains is never filled again.
pub fn fill(signature: &str, values: &Values) -> String {
    let mut out = String::with_capacity(signature.len() + 32);
    pieces(signature, |piece| match piece {
        Piece::Text(text) => out.push_str(text),
        Piece::Field(_, Some(field)) => match field {
            Field::AgentName => out.push_str(values.agent),
            Field::AgentFirstName => out.push_str(values.agent.split(' ').next().unwrap_or_default()),
            Field::DeskName => out.push_str(values.desk),
            Field::InboxName => out.push_str(values.inbox),
            Field::TicketNumber => out.push_str(&values.ticket.to_string()),
        },
        Piece::Field(written, None) => out.push_str(written),
    });
    out
}

/// Placeholders that nothing stands for, as they were written: the form warns of them.
pub fn unknown(signature: &str) -> Vec<String> {
    let mut unknown = Vec::new();
    pieces(signature, |piece| {
        if let Piece::Field(written, None) = piece {
            unknown.push(written.to_owned());
        }
    });
    unknown
}

enum Piece<'a> {
    Text(&'a str),
    Field(&'a str, Option<Field>),
}
fn pieces<'a>(text: &'a str, mut each: impl FnMut(Piece<'a>)) {
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let Some(end) = rest[at..].find("}}") else { break };
        each(Piece::Text(&rest[..at]));
        let written = &rest[at..at + end + 2];
        each(Piece::Field(written, Field::from_word(written[2..written.len() - 2].trim())));
        rest = &rest[at + end + 2..];
    }
    each(Piece::Text(rest));
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: Values = Values { agent: "Ada {{desk.name}}", desk: "ACME", inbox: "Support", ticket: 7 };

    #[test]
    fn known_placeholders_are_filled_once_and_unknown_ones_stay() {
        let text = "{{agent.name}} · {{ desk.name }} · {{agent.first_name}} {{nope}} {{7*7}} {{";
        assert_eq!(fill(text, &VALUES), "Ada {{desk.name}} · ACME · Ada {{nope}} {{7*7}} {{");
        assert_eq!(unknown(text), ["{{nope}}", "{{7*7}}"]);
    }
}
