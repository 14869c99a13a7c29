//! What can be done with rules.
use super::{
    Changes, Draft, ManageRules, RuleChanged, RuleCreated, RuleError, RuleRemoved,
    act::{Action, Ear},
    engine,
    policy::{Content, Known, RULES_MOST, Row, Rule},
    store::{self, Start},
    warn::{self, Risk, Warning},
};
use crate::{
    calendars, checklists,
    escalation::{lines, suppliers},
    filter::Names,
    tickets::pages::store as tickets,
};
use kernel::{
    clock::DAY,
    fault::{Mistakes, Problem},
    id::Id,
    working_time::Calendar,
};
use platform::{
    authority::{self, Implies, Tx},
    db::{self, Conn},
    events,
};
use serde::{Deserialize, Serialize};

/// A version as it is kept.
#[derive(Serialize, Deserialize)]
pub struct Stored {
    pub name: String,
    pub content: Content,
}

/// What rules may name, with five statements.
pub fn known(conn: &mut Conn) -> db::Result<Known> {
    let lines = lines::store::lines(conn)?.into_iter().map(|line| (line.id.number(), line.name));
    let suppliers = suppliers::store::suppliers(conn)?.into_iter().filter(|supplier| !supplier.is_archived);
    Ok(Known {
        names: Names::load(conn)?,
        webhooks: store::webhooks(conn)?,
        lines: lines.collect(),
        checklists: checklists::store::names(conn)?,
        suppliers: suppliers.map(|supplier| (supplier.id.number(), supplier.name)).collect(),
    })
}
/// The hours of the desk's own calendar; without one it is there around the clock.
pub fn hours(conn: &mut Conn) -> db::Result<Calendar> {
    let own = calendars::store::default(conn)?.and_then(|calendar| calendar.plan().calendar());
    Ok(own.unwrap_or_else(Calendar::always))
}

/// A draft that fits this desk.
///
/// * errors – 422 with every mistake, its field and what it conflicts with.
pub fn read<P: Implies<ManageRules>>(
    tx: &mut Tx<P>,
    draft: Draft,
    but: Option<Id<authority::Rule>>,
) -> Result<Rule, RuleError> {
    let known = known(tx)?;
    let language = tx.actor().language;
    let rule = draft.parse(&known, language)?;
    if store::is_taken(tx, &rule.name, but)? {
        return Err(RuleError::NameTaken);
    }
    all_there(tx, &rule)?;
    if let Some(wait) = rule.wait()
        && wait.is_working_time
        && hours(tx)?.due(tx.now(), wait.least_ms(&Calendar::always())).is_err()
    {
        return Err(Problem::field("after/working_time", "rule_never_open").into());
    }
    Ok(rule)
}

/// What people no longer choose is not chosen by a rule either.
fn all_there(conn: &mut Conn, rule: &Rule) -> Result<(), RuleError> {
    let there = tickets::choices(conn)?;
    let mut mistakes = Mistakes::default();
    for (at, action) in rule.actions.iter().enumerate() {
        let is_there = match action {
            Action::SetTeam(id) | Action::Notify(Ear::Team(id), _) => {
                *id == 0 || there.teams.iter().any(|(team, _)| team.number() == *id)
            }
            Action::Assign(id) | Action::Notify(Ear::User(id), _) => {
                *id == 0 || there.users.iter().any(|(user, _)| user.number() == *id)
            }
            Action::SetStatus(word) => match word.parse::<i64>() {
                Ok(id) => there.statuses.iter().any(|status| status.id.number() == id),
                Err(_) => true,
            },
            Action::SetField(key, _) => there.fields.iter().any(|field| field.key == *key),
            _ => true,
        };
        let part = if matches!(action, Action::SetField(..)) { "field" } else { "value" };
        mistakes.require(is_there, &format!("actions/{at}/{part}"), "unknown_id");
    }
    Ok(mistakes.check()?)
}

/// What is likely to go wrong with a rule beside those that are on; nothing while it is off.
///
/// * errors – 422 for a rule that would go in circles and does not say that it may. The detail is the other rule's name.
fn weigh<P: Implies<ManageRules>>(
    tx: &mut Tx<P>,
    rule: &Rule,
    but: Option<Id<authority::Rule>>,
) -> Result<Vec<Warning>, RuleError> {
    if !rule.is_active {
        return Ok(Vec::new());
    }
    let (others, _, _) = engine::prepare(tx)?;
    let mut warnings = warn::about(rule, &others, but);
    if rule.accepts_loop {
        warnings.retain(|warning| warning.risk != Risk::Loop);
    }
    match warnings.iter().find(|warning| warning.risk == Risk::Loop) {
        None => Ok(warnings),
        Some(Warning { name: Some(name), .. }) => {
            Err(Problem::field("actions", "rule_loop").because(name).into())
        }
        Some(_) => Err(Problem::field("actions", "rule_loop_self").into()),
    }
}
/// What there is to think about before a draft is saved.
///
/// * errors – 422 as for saving.
pub fn warnings<P: Implies<ManageRules>>(
    tx: &mut Tx<P>,
    draft: Draft,
    but: Option<Id<authority::Rule>>,
) -> Result<Vec<Warning>, RuleError> {
    let rule = read(tx, draft, but)?;
    weigh(tx, &rule, but)
}

/// Where it begins: after the newest event, and at moments whose turn is still to come.
fn start(tx: &mut Tx<ManageRules>, rule: &Rule) -> Result<Start, RuleError> {
    let (event, now) = (events::last(tx)?, tx.now());
    let moment = match rule.wait() {
        None => now,
        Some(wait) => {
            let hours = hours(tx)?;
            // Working time runs slower than the clock: what began earlier may still have its turn to come.
            let slack = if wait.is_working_time { 60 * DAY } else { 0 };
            now.plus(-wait.least_ms(&hours) - slack)
        }
    };
    Ok(Start { event, moment })
}

fn json(rule: &Rule) -> (String, String) {
    let content = rule.content();
    let text = serde_json::to_string(&content).expect("plain data");
    let stored = Stored { name: rule.name.clone(), content };
    (text, serde_json::to_string(&stored).expect("plain data"))
}

/// Adds a rule. It hears of what happens from now on.
pub fn create(tx: &mut Tx<ManageRules>, draft: Draft) -> Result<Id<authority::Rule>, RuleError> {
    if store::count(tx)? >= RULES_MOST {
        return Err(RuleError::TooMany);
    }
    let rule = read(tx, draft, None)?;
    weigh(tx, &rule, None)?;
    let start = start(tx, &rule)?;
    let (content, stored) = json(&rule);
    let id = store::insert(tx, &rule.name, &content, rule.is_active, &start)?;
    store::keep_version(tx, id, 1, &stored)?;
    if let Some(position) = rule.position {
        put(tx, id, position)?;
    }
    tx.emit(RuleCreated { rule: id, name: rule.name })?;
    Ok(id)
}

/// Changes what is given. Another content or name is another version.
pub fn edit(tx: &mut Tx<ManageRules>, id: Id<authority::Rule>, changes: Changes) -> Result<(), RuleError> {
    let before = store::by_id(tx, id)?.ok_or(RuleError::Unknown)?;
    // One that names something gone can still be switched off or moved.
    let is_content = changes.name.is_some()
        || changes.on.is_some()
        || changes.after.is_some()
        || changes.filter.is_some()
        || changes.actions.is_some()
        || changes.stop_after.is_some()
        || changes.accepts_loop.is_some()
        || changes.from.is_some()
        || changes.until.is_some()
        || (changes.is_active == Some(true) && !before.is_active);
    let (position, is_active) = (changes.position, changes.is_active.unwrap_or(before.is_active));
    let mut fields = Vec::new();
    let mut version = before.version;
    if is_content {
        let rule = read(tx, changes.apply(&before), Some(id))?;
        weigh(tx, &rule, Some(id))?;
        let (content, stored) = json(&rule);
        if content != before.content {
            fields.push("content");
        }
        if rule.name != before.name {
            fields.push("name");
        }
        if !fields.is_empty() {
            version += 1;
            store::keep_version(tx, id, version, &stored)?;
        }
        let is_begun_anew = is_active && (!before.is_active || is_another_wait(&before, &rule));
        store::update(tx, id, &rule.name, &content, is_active, version)?;
        if is_begun_anew {
            let start = start(tx, &rule)?;
            store::begin(tx, id, &start)?;
        }
    } else if is_active != before.is_active {
        store::update(tx, id, &before.name, &before.content, is_active, version)?;
    }
    if is_active != before.is_active {
        fields.push("is_active");
    }
    if let Some(position) = position {
        put(tx, id, position)?;
        fields.push("position");
    }
    if !fields.is_empty() {
        tx.emit(RuleChanged { rule: id, fields, version })?;
    }
    Ok(())
}
fn is_another_wait(before: &Row, rule: &Rule) -> bool {
    before.content().after != rule.content().after
}

/// Makes an older version the newest one.
pub fn restore(tx: &mut Tx<ManageRules>, id: Id<authority::Rule>, version: i64) -> Result<(), RuleError> {
    let kept = store::version(tx, id, version)?.ok_or(RuleError::Unknown)?;
    let stored: Stored = serde_json::from_str(&kept.content).map_err(|_| RuleError::Unknown)?;
    let Stored { name, content } = stored;
    let changes = Changes {
        name: Some(name),
        on: Some(content.on),
        after: Some(content.after),
        filter: Some(content.filter),
        actions: Some(content.actions),
        stop_after: Some(content.stop_after),
        accepts_loop: Some(content.accepts_loop),
        from: Some(content.from),
        until: Some(content.until),
        position: None,
        is_active: None,
    };
    edit(tx, id, changes)
}

/// Removes a rule. What it did stays.
pub fn remove(tx: &mut Tx<ManageRules>, id: Id<authority::Rule>) -> Result<(), RuleError> {
    let rule = store::by_id(tx, id)?.ok_or(RuleError::Unknown)?;
    store::remove(tx, id)?;
    tx.emit(RuleRemoved { rule: id, name: rule.name })?;
    Ok(())
}

/// Moves a rule one place up or down.
pub fn shift(tx: &mut Tx<ManageRules>, id: Id<authority::Rule>, is_up: bool) -> Result<(), RuleError> {
    let all = store::all(tx)?;
    let at = all.iter().position(|rule| rule.id == id).ok_or(RuleError::Unknown)? as i64 + 1;
    let position = if is_up { at - 1 } else { at + 1 };
    edit(tx, id, Changes { position: Some(position.max(1)), ..Changes::default() })
}
fn put(tx: &mut Tx<ManageRules>, id: Id<authority::Rule>, position: i64) -> Result<(), RuleError> {
    let mut all = store::all(tx)?;
    let own = all.iter().position(|rule| rule.id == id).ok_or(RuleError::Unknown)?;
    let rule = all.remove(own);
    let at = usize::try_from(position - 1).unwrap_or(0).min(all.len());
    all.insert(at, rule);
    for (index, rule) in all.iter().enumerate() {
        if rule.position != index as i64 + 1 {
            store::place(tx, rule.id, index as i64 + 1)?;
        }
    }
    Ok(())
}
