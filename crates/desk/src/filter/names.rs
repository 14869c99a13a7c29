//! Names for what a filter holds by id, so that people read and type names.
use super::tree::{Condition, Field, Filter, Holder, StatusIs};
use crate::fields::{self, FieldKind};
use derive::Record;
use kernel::text;
use platform::{
    args,
    db::{Conn, Result},
    i18n::Language,
    sql,
};

/// Something with a name.
#[derive(Clone, Debug)]
pub struct Named {
    pub id: i64,
    pub name: String,
    folded: String,
    /// A person's address; the code of a status.
    code: Option<String>,
}

impl Named {
    /// Whether its name or its code is this word.
    pub fn is_called(&self, word: &str) -> bool {
        !self.folded.is_empty() && self.folded == text::fold(word) || self.code.as_deref() == Some(word)
    }
}

/// What is called how. Empty, a filter knows numbers alone.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub teams: Vec<Named>,
    pub users: Vec<Named>,
    pub statuses: Vec<Named>,
    pub inboxes: Vec<Named>,
    pub policies: Vec<Named>,
    pub fields: Vec<fields::Field>,
}

#[derive(Record)]
struct Row {
    kind: String,
    id: i64,
    name: String,
    code: Option<String>,
    choices: Option<String>,
}

impl Names {
    /// All names of the desk, with one statement. These tables are small.
    pub fn load(conn: &mut Conn) -> Result<Names> {
        let rows = conn.all::<Row>(
            sql!(
                "SELECT CAST('team' AS TEXT) AS kind, id, name, CAST(NULL AS TEXT) AS code, CAST(NULL AS TEXT) AS choices FROM team
                 UNION ALL SELECT 'user', id, name, email, NULL FROM desk_user
                 UNION ALL SELECT 'status', id, coalesce(name, ''), code, NULL FROM ticket_status
                 UNION ALL SELECT 'inbox', id, name, address, NULL FROM inbox
                 UNION ALL SELECT 'policy', id, name, NULL, NULL FROM sla_policy
                 UNION ALL SELECT kind, id, name, key, choices FROM field
                 ORDER BY 1, 3, 2"
            ),
            args![],
        )?;
        let mut names = Names::default();
        for row in rows {
            let (kind, choices) = (row.kind.clone(), row.choices.clone());
            let named = || Named {
                id: row.id,
                folded: text::fold(&row.name),
                name: row.name.clone(),
                code: row.code.clone(),
            };
            match (kind.as_str(), choices) {
                ("team", _) => names.teams.push(named()),
                ("user", _) => names.users.push(named()),
                ("status", _) => names.statuses.push(named()),
                ("inbox", _) => names.inboxes.push(named()),
                ("policy", _) => names.policies.push(named()),
                (kind, Some(choices)) => {
                    let (id, key) = (kernel::id::Id::new(row.id), row.code.clone().unwrap_or_default());
                    let field = |kind| fields::Field::plain(id, key, row.name.clone(), kind, choices);
                    names.fields.extend(FieldKind::from_word(kind).map(field))
                }
                _ => {}
            }
        }
        Ok(names)
    }
    /// Those that `filter` needs to be read by people; none where it has no numbers.
    pub fn of(conn: &mut Conn, filter: &Filter) -> Result<Names> {
        if filter.conditions().into_iter().any(has_id) { Names::load(conn) } else { Ok(Names::default()) }
    }
    /// Those that a text may need; none where it names nothing of the desk's own.
    pub fn for_text(conn: &mut Conn, text: &str) -> Result<Names> {
        let text = text.to_lowercase();
        let may_name = ["team:", "assignee:", "status:", "inbox:", "sla:", "field."];
        if may_name.iter().any(|word| text.contains(word)) { Names::load(conn) } else { Ok(Names::default()) }
    }
    pub(super) fn list(&self, field: Field) -> &[Named] {
        match field {
            Field::Team => &self.teams,
            Field::Assignee => &self.users,
            Field::Status => &self.statuses,
            Field::Inbox => &self.inboxes,
            Field::Sla => &self.policies,
            _ => &[],
        }
    }
    /// What somebody means by a word: a number, a name, an address.
    pub(super) fn find(&self, field: Field, word: &str) -> Option<i64> {
        if let Ok(id) = word.parse::<i64>() {
            return Some(id).filter(|id| *id > 0);
        }
        let (list, folded, lower) = (self.list(field), text::fold(word), word.to_lowercase());
        let by_name = list.iter().find(|named| !named.folded.is_empty() && named.folded == folded);
        let by_code = || list.iter().find(|named| named.code.as_deref() == Some(lower.as_str()));
        by_name.or_else(by_code).map(|named| named.id)
    }
    /// How it is written; the number where a name would be read as something else.
    pub(super) fn name(&self, field: Field, id: i64) -> Option<&str> {
        let named = self.list(field).iter().find(|named| named.id == id)?;
        (self.find(field, &named.name) == Some(id)).then_some(named.name.as_str())
    }
    pub fn team(&self, id: i64) -> &str {
        self.teams.iter().find(|team| team.id == id).map_or("", |team| &team.name)
    }
    pub fn field(&self, id: i64) -> Option<&fields::Field> {
        self.fields.iter().find(|field| field.id.number() == id)
    }
    pub(super) fn field_named(&self, key: &str) -> Option<&fields::Field> {
        self.fields.iter().find(|field| field.key == key)
    }
    /// The statuses as people read them.
    pub fn statuses_in(&self, language: Language) -> Vec<(i64, String)> {
        let name = |status: &Named| match status.name.is_empty() {
            true => {
                let code = status.code.as_deref().unwrap_or_default().replace('_', "-");
                platform::i18n::text(language, &format!("status-{code}")).to_owned()
            }
            false => status.name.clone(),
        };
        self.statuses.iter().map(|status| (status.id, name(status))).collect()
    }
}

fn has_id(condition: &Condition) -> bool {
    match condition {
        Condition::Status(list) => list.iter().any(|status| matches!(status, StatusIs::Id(_))),
        Condition::Team(list)
        | Condition::Assignee(list)
        | Condition::Inbox(list)
        | Condition::Policy(list) => list.iter().any(|holder| matches!(holder, Holder::Id(_))),
        Condition::Field(..) => true,
        _ => false,
    }
}
