//! A macro as a form: one field for each kind of step, in the order in which the program does them.
use super::policy::{Afterwards, Draft, Macro, Step};
use crate::{
    canned::Texts,
    fields::{Field, FieldKind},
    sharing::Share,
    tickets::{Kind, Priority, pages::edit},
};
use kernel::{fault::Problem, id::Id};
use platform::web::Form;
use serde_json::Value;

pub const FIELDS: &[&str] = &[
    "name",
    "folder",
    "share",
    "team",
    "status",
    "assign",
    "to_team",
    "priority",
    "type",
    "add_tags",
    "remove_tags",
    "field.*",
    "note",
    "send",
    "canned",
    "texts/en",
    "texts/de",
    "texts/nl",
    "snooze",
    "until_message",
    "afterwards",
    "what",
];

/// How long a macro can let a ticket rest, in minutes.
pub const RESTS: [i64; 6] = [60, 240, 1440, 2880, 7200, 10_080];

/// The form of what is stored.
pub fn filled(row: &Macro) -> Form {
    let form = Form::filled([
        ("name", row.name.clone()),
        ("folder", row.folder.clone()),
        ("share", row.share.word().into()),
        ("team", row.team_id.map_or_else(String::new, |team| team.to_string())),
        ("afterwards", row.afterwards.word().into()),
    ]);
    let join = |form: Form, name: &str, tag: &str| {
        let all =
            if form.get(name).is_empty() { tag.to_owned() } else { format!("{}, {tag}", form.get(name)) };
        form.replaced(name, &all)
    };
    row.steps().into_iter().fold(form, |form, step| match step {
        Step::Status { to } => form.with("status", &to),
        Step::Assign { to } => form.with("assign", &to),
        Step::Team { to } => form.with("to_team", &to.map_or_else(|| "0".into(), |team| team.to_string())),
        Step::Priority { to } => form.with("priority", to.word()),
        Step::Type { to } => form.with("type", to.word()),
        Step::AddTag { tag } => join(form, "add_tags", &tag),
        Step::RemoveTag { tag } => join(form, "remove_tags", &tag),
        Step::Field { key, value } => {
            let value = match value {
                Value::String(text) => text,
                Value::Null => String::new(),
                other => other.to_string(),
            };
            form.with(&format!("field.{key}"), &value)
        }
        Step::Note { text } => form.with("note", &text),
        Step::Reply { texts, canned, send } => {
            let canned = canned.map_or_else(String::new, |id| id.to_string());
            let form = form.with("send", if send { "on" } else { "" }).with("canned", &canned);
            form.with("texts/en", &texts.en).with("texts/de", &texts.de).with("texts/nl", &texts.nl)
        }
        Step::Snooze { minutes, until_message } => {
            let minutes = minutes.map_or_else(|| "none".into(), |minutes| minutes.to_string());
            form.with("snooze", &minutes).with("until_message", if until_message { "on" } else { "" })
        }
    })
}

/// What a form sent.
///
/// * errors – 422 for a word that no field has.
pub fn read(form: &Form, fields: &[Field]) -> Result<Draft, Problem> {
    let wrong = |field: &str| Problem::field(field, "unknown_word");
    let share =
        form.some("share").map_or(Some(Share::Own), Share::from_word).ok_or_else(|| wrong("share"))?;
    let team = form.some("team").filter(|_| share == Share::Team);
    let team = team.map(|team| team.parse().map_err(|_| Problem::field("team", "unknown_id"))).transpose()?;
    let afterwards = form.some("afterwards").map_or(Some(Afterwards::Stay), Afterwards::from_word);
    let afterwards = afterwards.ok_or_else(|| wrong("afterwards"))?;
    let mut steps = Vec::new();
    if let Some(text) = form.some("note") {
        steps.push(Step::Note { text: text.to_owned() });
    }
    let text = |name: &str| form.get(name).to_owned();
    let texts = Texts { en: text("texts/en"), de: text("texts/de"), nl: text("texts/nl") };
    let canned = form.some("canned").map(|id| id.parse().map_err(|_| wrong("canned"))).transpose()?;
    if canned.is_some() || texts.each().next().is_some() {
        steps.push(Step::Reply { texts, canned, send: form.is_on("send") });
    }
    if let Some(to) = form.some("status") {
        steps.push(Step::Status { to: to.to_owned() });
    }
    if let Some(to) = form.some("assign") {
        steps.push(Step::Assign { to: to.to_owned() });
    }
    if let Some(to) = form.some("to_team") {
        let to: i64 = to.parse().map_err(|_| Problem::field("to_team", "unknown_id"))?;
        steps.push(Step::Team { to: (to != 0).then(|| Id::new(to)) });
    }
    if let Some(to) = form.some("priority") {
        steps.push(Step::Priority { to: Priority::from_word(to).ok_or_else(|| wrong("priority"))? });
    }
    if let Some(to) = form.some("type") {
        steps.push(Step::Type { to: Kind::from_word(to).ok_or_else(|| wrong("type"))? });
    }
    steps.extend(edit::tags(form.get("add_tags")).into_iter().map(|tag| Step::AddTag { tag }));
    steps.extend(edit::tags(form.get("remove_tags")).into_iter().map(|tag| Step::RemoveTag { tag }));
    for field in fields {
        if let Some(value) = form.some(&format!("field.{}", field.key)) {
            let value = match field.kind {
                FieldKind::Checkbox => Value::Bool(value == "true"),
                _ => Value::String(value.to_owned()),
            };
            steps.push(Step::Field { key: field.key.clone(), value });
        }
    }
    if let Some(word) = form.some("snooze") {
        let minutes = match word {
            "none" => None,
            number => Some(number.parse().map_err(|_| wrong("snooze"))?),
        };
        steps.push(Step::Snooze { minutes, until_message: form.is_on("until_message") });
    }
    Ok(Draft { name: text("name"), folder: text("folder"), share, team, steps, afterwards })
}

/// The field of the form that a step stands in.
pub fn field_of(step: &Step) -> String {
    match step {
        Step::Status { .. } => "status".into(),
        Step::Assign { .. } => "assign".into(),
        Step::Team { .. } => "to_team".into(),
        Step::Priority { .. } => "priority".into(),
        Step::Type { .. } => "type".into(),
        Step::AddTag { .. } => "add_tags".into(),
        Step::RemoveTag { .. } => "remove_tags".into(),
        Step::Field { key, .. } => format!("field.{key}"),
        Step::Note { .. } => "note".into(),
        Step::Reply { canned: Some(_), .. } => "canned".into(),
        Step::Reply { .. } => "texts/en".into(),
        Step::Snooze { .. } => "snooze".into(),
    }
}

/// A problem of the steps in the names of the form.
pub fn by_form_names(mut problem: Problem, steps: &[Step]) -> Problem {
    for field in &mut problem.fields {
        let at = field
            .pointer
            .strip_prefix("/steps/")
            .and_then(|rest| rest.split('/').next()?.parse::<usize>().ok());
        if let Some(step) = at.and_then(|at| steps.get(at)) {
            field.pointer = format!("/{}", field_of(step));
        }
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock::Millis;

    #[test]
    fn what_is_stored_comes_back_from_its_form() {
        let steps: Vec<Step> = serde_json::from_str(
            r#"[{"do":"note","text":"Seen"},{"do":"reply","texts":{"en":"Hi","de":"","nl":""},"canned":null,"send":true},
                {"do":"status","to":"solved"},{"do":"assign","to":"me"},{"do":"team","to":null},
                {"do":"priority","to":"high"},{"do":"type","to":"incident"},{"do":"add_tag","tag":"a"},
                {"do":"add_tag","tag":"b"},{"do":"remove_tag","tag":"c"},{"do":"field","key":"vip","value":true},
                {"do":"snooze","minutes":60,"until_message":true}]"#,
        )
        .unwrap();
        let row = Macro {
            id: Id::new(1),
            name: "M".into(),
            folder: String::new(),
            share: Share::Desk,
            owner_id: None,
            team_id: None,
            team_name: None,
            steps: serde_json::to_string(&steps).unwrap(),
            afterwards: Afterwards::Next,
            is_archived: false,
            uses: 0,
            last_used_at_ms: None,
            created_at_ms: Millis(0),
            updated_at_ms: Millis(0),
        };
        let vip = Field::plain(Id::new(1), "vip".into(), "VIP".into(), FieldKind::Checkbox, "[]".into());
        let draft = read(&filled(&row), &[vip]).unwrap();
        assert_eq!((draft.steps, draft.afterwards, draft.share), (steps, Afterwards::Next, Share::Desk));
    }
}
