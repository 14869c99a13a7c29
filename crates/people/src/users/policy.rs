//! What a user is.
use crate::{roles::Role, sign_in::passwords};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    secret::Secret,
    text,
};
use platform::{
    authority::{Actor, Inbox, Organisation, Scope, Team},
    i18n::Language,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}
platform::words! { Theme { Auto = "auto", Light = "light", Dark = "dark" } }

/// What the limited scopes of a user's permissions mean.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub teams: Vec<Id<Team>>,
    pub inboxes: Vec<Id<Inbox>>,
    pub organisations: Vec<Id<Organisation>>,
}
impl Places {
    /// Whether somebody with these permissions sees something here that `actor` does not. Asks nothing about
    /// permissions that the actor lacks: see [`crate::roles::policy::covers`].
    pub fn are_beyond(&self, actor: &Actor, permissions: &[(String, Scope)]) -> bool {
        fn any_but<T: PartialEq>(these: &[T], known: &[T]) -> bool {
            these.iter().any(|one| !known.contains(one))
        }
        permissions.iter().filter(|(key, _)| actor.reach(key) != Some(Scope::All)).any(|(_, scope)| {
            match scope {
                Scope::Team => any_but(&self.teams, &actor.teams),
                Scope::Inbox => any_but(&self.inboxes, &actor.inboxes),
                Scope::Organisation => any_but(&self.organisations, &actor.organisations),
                Scope::All | Scope::Own => false,
            }
        })
    }
}

/// Untrusted input, from the form or the API alike.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
pub struct Draft {
    pub name: String,
    pub email: String,
    #[schema(value_type = Option<String>)]
    pub role: Option<Id<Role>>,
    /// `en`, `de` or `nl`; the desk's language where it is left out.
    #[schema(value_type = Option<String>)]
    pub language: Option<Language>,
    /// IANA name, e.g. `Europe/Berlin`; the desk's zone where it is left out.
    pub zone: Option<String>,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub teams: Vec<Id<Team>>,
    /// What the scope `inbox` means for this person.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub inboxes: Vec<Id<Inbox>>,
    /// What the scope `organisation` means for this person.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub organisations: Vec<Id<Organisation>>,
    /// Without one the person gets an invitation by mail, good for 72 hours.
    #[serde(skip_serializing)]
    #[schema(value_type = Option<String>)]
    pub password: Option<Secret<String>>,
}

/// A draft that passed. The password, if one is given, is hashed by the caller.
pub struct NewUser {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: Id<Role>,
    pub(super) language: Option<Language>,
    pub(super) zone: Option<String>,
    pub(super) teams: Vec<Id<Team>>,
    pub(super) inboxes: Vec<Id<Inbox>>,
    pub(super) organisations: Vec<Id<Organisation>>,
    pub password: Option<Secret<String>>,
}

impl Draft {
    /// * errors – 422 with every mistake.
    pub fn parse(self) -> Result<NewUser, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, 120);
        mistakes.require(!name.is_empty(), "name", "required");
        let email = text::email(&self.email);
        mistakes.require(email.is_some(), "email", "email");
        mistakes.require(self.role.is_some(), "role", "required");
        if let Some(zone) = &self.zone {
            mistakes.require(is_zone(zone), "zone", "unknown_zone");
        }
        if let Some(password) = &self.password {
            passwords::check(password, &[&self.email, &self.name], "password", &mut mistakes);
        }
        let (Some(email), Some(role)) = (email, self.role) else {
            mistakes.check()?;
            return Err(Problem::internal());
        };
        mistakes.check()?;
        Ok(NewUser {
            name,
            email,
            role,
            language: self.language,
            zone: self.zone,
            teams: self.teams,
            inboxes: self.inboxes,
            organisations: self.organisations,
            password: self.password,
        })
    }
}

impl NewUser {
    /// The administrator of a new desk. The caller has checked name and address.
    pub(crate) fn first(name: String, email: String, role: Id<Role>) -> NewUser {
        NewUser {
            name,
            email,
            role,
            language: None,
            zone: None,
            teams: Vec::new(),
            inboxes: Vec::new(),
            organisations: Vec::new(),
            password: None,
        }
    }
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// What changes; what is left out stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserChanges)]
pub struct Changes {
    pub name: Option<String>,
    pub email: Option<String>,
    #[schema(value_type = Option<String>)]
    pub role: Option<Id<Role>>,
    #[schema(value_type = Option<String>)]
    pub language: Option<Language>,
    pub zone: Option<String>,
    #[schema(value_type = Option<Vec<String>>)]
    pub teams: Option<Vec<Id<Team>>>,
    #[schema(value_type = Option<Vec<String>>)]
    pub inboxes: Option<Vec<Id<Inbox>>>,
    #[schema(value_type = Option<Vec<String>>)]
    pub organisations: Option<Vec<Id<Organisation>>>,
    /// `false` ends all sessions and tokens at once.
    pub is_active: Option<bool>,
}

impl Changes {
    /// Cleans what is there.
    ///
    /// * errors – 422 with every mistake.
    pub fn parse(mut self) -> Result<Changes, Problem> {
        let mut mistakes = Mistakes::default();
        if let Some(name) = &mut self.name {
            *name = text::one_line(name, 120);
            mistakes.require(!name.is_empty(), "name", "required");
        }
        if let Some(email) = &mut self.email {
            match text::email(email) {
                Some(clean) => *email = clean,
                None => mistakes.add("email", "email"),
            }
        }
        if let Some(zone) = &self.zone {
            mistakes.require(is_zone(zone), "zone", "unknown_zone");
        }
        mistakes.check()?;
        Ok(self)
    }
}

/// Whether this is a time zone that the program knows.
pub fn is_zone(name: &str) -> bool {
    name.len() <= 64 && jiff::tz::TimeZone::get(name).is_ok()
}
