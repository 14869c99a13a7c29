//! The rows of actions in the form: each verb has a control of its own, and the choice of the verb shows it.
use super::One;
use crate::{
    rules::{
        act::Verb,
        policy::{ACTIONS_MOST, Step},
    },
    tickets::{Kind, Priority},
};
use platform::web::Form;

/// Something to choose.
pub struct Offer {
    pub value: String,
    pub label: String,
}
/// A list to choose one of.
pub struct Pick {
    pub part: &'static str,
    pub verb: &'static str,
    pub label: &'static str,
    pub value: String,
    pub groups: Vec<(&'static str, Vec<Offer>)>,
}

/// Which control says what an action is about.
fn part_of(verb: Verb) -> &'static str {
    match verb {
        Verb::SetStatus => "status",
        Verb::SetPriority => "priority",
        Verb::SetType => "type",
        Verb::SetTeam => "team",
        Verb::Assign => "user",
        Verb::AddTag | Verb::RemoveTag => "tag",
        Verb::SetField => "value",
        Verb::Notify => "ear",
        Verb::Webhook => "webhook",
        Verb::Escalate => "place",
        Verb::Checklist => "checklist",
        Verb::Note | Verb::Mail => "",
    }
}
fn has_text(verb: Verb) -> bool {
    matches!(verb, Verb::Note | Verb::Mail | Verb::Notify | Verb::Webhook | Verb::Escalate)
}

/// The rows of the form; those without a verb say nothing, and what the verb hides is not meant.
pub fn read(form: &Form) -> Vec<Step> {
    let step = |row: usize| {
        let part = |part: &str| form.get(&format!("a{row}-{part}")).to_owned();
        let kind = part("do");
        let verb = Verb::from_word(&kind)?;
        let text = if has_text(verb) { part("text") } else { String::new() };
        let field = if verb == Verb::SetField { part("field") } else { String::new() };
        Some(Step { value: part(part_of(verb)), kind, field, text })
    };
    (0..ACTIONS_MOST).filter_map(step).collect()
}
/// The form without the row that `what` removes.
pub fn without(form: Form, what: &str) -> Form {
    let Some(row) = what.strip_prefix("remove-").and_then(|row| row.parse::<usize>().ok()) else {
        return form;
    };
    form.replaced(&format!("a{row}-do"), "")
}

impl One {
    pub(super) fn verbs(&self) -> &'static [Verb] {
        Verb::ALL
    }
    pub(super) fn name(&self, row: &usize, part: &str) -> String {
        format!("a{row}-{part}")
    }
    pub(super) fn is_verb(&self, step: &Step, verb: &Verb) -> bool {
        step.kind == verb.word()
    }
    pub(super) fn tag<'s>(&self, step: &'s Step) -> &'s str {
        if matches!(Verb::from_word(&step.kind), Some(Verb::AddTag | Verb::RemoveTag)) {
            &step.value
        } else {
            ""
        }
    }
    pub(super) fn field_value<'s>(&self, step: &'s Step) -> &'s str {
        if step.kind == Verb::SetField.word() { &step.value } else { "" }
    }
    /// The first mistake in one row of the actions: where, and its code.
    pub(super) fn wrong(&self, row: &usize) -> Option<(String, &'static str)> {
        ["do", "value", "field", "text"].into_iter().find_map(|part| {
            let name = format!("actions/{row}/{part}");
            self.form.mistake(&name).map(|code| (name, code))
        })
    }
    /// The lists of one row.
    pub(super) fn picks(&self, step: &Step) -> Vec<Pick> {
        let (ui, there) = (&self.ui, &self.choices);
        let option = |value: String, label: &str| Offer { value, label: label.to_owned() };
        let verb = Verb::from_word(&step.kind);
        let pick = |verb_of: Verb, label: &'static str, groups: Vec<(&'static str, Vec<Offer>)>| Pick {
            part: part_of(verb_of),
            verb: verb_of.word(),
            label,
            value: if verb == Some(verb_of) { step.value.clone() } else { String::new() },
            groups,
        };
        let statuses = there
            .statuses
            .iter()
            .map(|status| Offer { value: status.id.to_string(), label: status.name_in(ui.language) });
        let priorities =
            Priority::ALL.iter().map(|it| option(it.word().into(), ui.t_of("priority", it.word())));
        let kinds = Kind::ALL.iter().map(|it| option(it.word().into(), ui.t_of("ticket-kind", it.word())));
        let teams = |prefix: &str| -> Vec<Offer> {
            there.teams.iter().map(|(id, name)| option(format!("{prefix}{id}"), name)).collect()
        };
        let users = |prefix: &str| -> Vec<Offer> {
            there.users.iter().map(|(id, name)| option(format!("{prefix}{id}"), name)).collect()
        };
        let none = |key: &str| vec![option("none".into(), ui.t(key))];
        let webhooks = self.known.webhooks.iter().map(|(id, name)| option(id.to_string(), name));
        let checklists = self.known.checklists.iter().map(|(id, name)| option(id.to_string(), name));
        let one = |options: Vec<Offer>| vec![("", options)];
        let of = |kind: &str, all: &[(i64, String)]| -> Vec<Offer> {
            all.iter().map(|(id, name)| option(format!("{kind}/{id}"), name)).collect()
        };
        let places = vec![
            (
                "",
                vec![
                    option("next".into(), ui.t("rule-next-line")),
                    option("supervisor".into(), ui.t("rule-supervisor")),
                ],
            ),
            (ui.t("rule-lines"), of("line", &self.known.lines)),
            (ui.t("suppliers"), of("supplier", &self.known.suppliers)),
        ];
        vec![
            pick(Verb::SetStatus, ui.t("ticket-status"), one(statuses.collect())),
            pick(Verb::SetPriority, ui.t("ticket-priority"), one(priorities.collect())),
            pick(Verb::SetType, ui.t("ticket-type"), one(kinds.collect())),
            pick(
                Verb::SetTeam,
                ui.t("ticket-team"),
                vec![("", none("ticket-no-team")), (ui.t("settings-teams"), teams(""))],
            ),
            pick(
                Verb::Assign,
                ui.t("ticket-assignee"),
                vec![("", none("ticket-nobody")), (ui.t("settings-users"), users(""))],
            ),
            pick(
                Verb::Notify,
                ui.t("rule-ear"),
                vec![(ui.t("settings-teams"), teams("team/")), (ui.t("settings-users"), users("user/"))],
            ),
            pick(Verb::Webhook, ui.t("rule-webhook"), one(webhooks.collect())),
            pick(Verb::Escalate, ui.t("escalation-to"), places),
            pick(Verb::Checklist, ui.t("checklist"), one(checklists.collect())),
        ]
    }
}
