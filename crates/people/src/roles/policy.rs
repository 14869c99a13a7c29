//! What a role is, and who may give it.
use crate::permissions::with_implied;
use kernel::{
    fault::{Mistakes, Problem},
    text,
};
use platform::authority::{Actor, PERMISSIONS, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A row of the table `role`.
pub enum Role {}

/// The roles that every desk has. They cannot be removed; all but the administrator can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    Admin,
    Lead,
    Agent,
    LightAgent,
}
platform::words! { Builtin { Admin = "admin", Lead = "lead", Agent = "agent", LightAgent = "light_agent" } }

const TICKETS: [&str; 5] =
    ["tickets.view", "tickets.reply", "tickets.note", "tickets.edit", "tickets.create"];

impl Builtin {
    /// The name in the database; pages show the words of `role-CODE`.
    pub const fn name(self) -> &'static str {
        match self {
            Builtin::Admin => "Administrator",
            Builtin::Lead => "Team lead",
            Builtin::Agent => "Agent",
            Builtin::LightAgent => "Light agent",
        }
    }
    /// What it may do on a new desk. The administrator's permissions are computed: [`everything`].
    pub fn permissions(self) -> Vec<&'static str> {
        let own: &[&str] = match self {
            Builtin::Admin => return Vec::new(),
            Builtin::Lead => &[
                "contacts.view",
                "contacts.manage",
                "people.view",
                "inboxes.view",
                "views.manage",
                "time.manage",
                "contracts.view",
            ],
            Builtin::Agent => &["contacts.view", "contacts.manage", "people.view", "views.share"],
            Builtin::LightAgent => {
                return vec!["tickets.view", "tickets.note", "contacts.view", "people.view"];
            }
        };
        [&TICKETS, own].concat()
    }
}

/// Every permission of the program, without limits: what an administrator may do.
pub fn everything() -> Vec<(String, Scope)> {
    PERMISSIONS.iter().map(|permission| (permission.key.to_owned(), Scope::All)).collect()
}

/// The permission to see tickets.
const SIGHT: &str = "tickets.view";

/// Leaves out what acts on all tickets, unless all of them are seen: a rule moves any ticket, and a trial of one counts it.
pub fn without_blind<K: AsRef<str>>(permissions: Vec<(K, Scope)>) -> Vec<(K, Scope)> {
    let sees_all = permissions.iter().any(|(key, scope)| key.as_ref() == SIGHT && *scope == Scope::All);
    let is_whole = |key: &str| PERMISSIONS.iter().any(|known| known.key == key && known.is_whole);
    permissions.into_iter().filter(|(key, _)| sees_all || !is_whole(key.as_ref())).collect()
}

/// One permission and how far it reaches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// e.g. `tickets.view`
    pub permission: String,
    /// `all`, `team`, `inbox`, `organisation` or `own`; permissions that cannot be limited have `all`.
    #[schema(value_type = String)]
    pub scope: Scope,
}

/// Untrusted input, from the form or the API alike.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRole)]
pub struct Draft {
    pub name: String,
    pub permissions: Vec<Allowance>,
}

/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoleChanges)]
pub struct Changes {
    pub name: Option<String>,
    pub permissions: Option<Vec<Allowance>>,
}

/// A draft that passed.
pub struct NewRole {
    pub(super) name: String,
    pub(super) permissions: Vec<(&'static str, Scope)>,
}

impl Draft {
    /// Adds what the permissions imply, with the same reach, and `all` where there is no reach to choose.
    ///
    /// * errors – 422: no name, an unknown permission, one that acts on all tickets without the sight of all.
    pub fn parse(self) -> Result<NewRole, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, 80);
        mistakes.require(!name.is_empty(), "name", "required");
        let mut permissions: Vec<(&'static str, Scope)> = Vec::new();
        for (index, wanted) in self.permissions.iter().enumerate() {
            let found = with_implied([wanted.permission.as_str()]);
            mistakes.require(!found.is_empty(), &format!("permissions/{index}/permission"), "unknown_word");
            for key in found {
                let has_scope = PERMISSIONS.iter().any(|known| known.key == key && known.has_scope);
                let scope = if has_scope { wanted.scope } else { Scope::All };
                match permissions.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, known)) => *known = scope.max(*known),
                    None => permissions.push((key, scope)),
                }
            }
        }
        let kept = without_blind(permissions.clone());
        for (index, wanted) in self.permissions.iter().enumerate() {
            let is_in = |all: &[(&str, Scope)]| all.iter().any(|(key, _)| *key == wanted.permission);
            let is_blind = is_in(&permissions) && !is_in(&kept);
            mistakes.require(!is_blind, &format!("permissions/{index}/permission"), "whole_desk");
        }
        mistakes.check()?;
        permissions.sort_unstable();
        Ok(NewRole { name, permissions })
    }
}

/// Whether `actor` may do everything that `permissions` allow: nobody gives away what they do not have.
pub fn covers<K: AsRef<str>>(actor: &Actor, permissions: &[(K, Scope)]) -> bool {
    permissions.iter().all(|(key, scope)| match actor.reach(key.as_ref()) {
        Some(Scope::All) => true,
        Some(reach) => reach == *scope,
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(permission: &str, scope: Scope) -> Draft {
        Draft {
            name: " Night  shift ".into(),
            permissions: vec![Allowance { permission: permission.into(), scope }],
        }
    }

    #[test]
    fn what_acts_on_all_tickets_is_for_those_who_see_them() {
        let all = vec![("tickets.view", Scope::All), ("users.manage", Scope::All)];
        assert_eq!(without_blind(all.clone()), all);
        let whole = PERMISSIONS.iter().filter(|known| known.is_whole).map(|known| (known.key, Scope::All));
        let blind: Vec<_> = whole.chain([("tickets.view", Scope::Team)]).collect();
        assert_eq!(without_blind(blind), [("tickets.view", Scope::Team)]);
    }
    #[test]
    fn a_role_that_manages_also_sees() {
        let role = draft("people.manage", Scope::Own).parse().unwrap();
        assert_eq!(role.name, "Night shift");
        assert_eq!(role.permissions, [("people.manage", Scope::All), ("people.view", Scope::All)]);
    }
    #[test]
    fn an_unknown_permission_is_named_by_its_place() {
        let problem = draft("people.fire", Scope::All).parse().err().unwrap();
        assert_eq!(problem.fields[0].pointer, "/permissions/0/permission");
    }
    #[test]
    fn nobody_covers_more_than_they_have() {
        let mut actor = Actor::system();
        actor.who = platform::authority::Who::User(kernel::id::Id::new(1));
        actor.permissions = vec![("a".into(), Scope::All), ("b".into(), Scope::Team)];
        assert!(covers(&actor, &[("a", Scope::Own), ("b", Scope::Team)]));
        assert!(!covers(&actor, &[("b", Scope::All)]));
        assert!(!covers(&actor, &[("b", Scope::Own)]), "a team's tickets need not hold one's own");
        assert!(!covers(&actor, &[("c", Scope::Own)]));
    }
}
