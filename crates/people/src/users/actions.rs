use super::{
    Changes, NewUser, Places, Theme, UserActivated, UserChanged, UserCreated, UserDeactivated, UserError,
    UserRow, policy::is_zone, store,
};
use crate::{
    desk_settings,
    permissions::{ManagePeople, ViewPeople},
    roles::{self, Builtin, Role},
    sign_in::{self, passwords, store as access},
};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::{
    authority::{Implies, Inbox, Organisation, Scope, Team, Tx, User},
    db,
    i18n::Language,
    settings::Site,
};

/// Adds a user with the hash of a password, or without one: then the caller also sends an invitation.
pub fn create(
    tx: &mut Tx<ManagePeople>,
    new: NewUser,
    password_hash: Option<String>,
) -> Result<Id<User>, UserError> {
    let permissions = may_give(tx, new.role)?;
    check_targets(tx, &new.teams, &new.inboxes, &new.organisations)?;
    let places = Places {
        teams: new.teams.clone(),
        inboxes: new.inboxes.clone(),
        organisations: new.organisations.clone(),
    };
    stay_in_sight(tx, &permissions, &places)?;
    let defaults = desk_settings::store::load(tx)?;
    let language = new.language.unwrap_or(defaults.language);
    let zone = new.zone.clone().unwrap_or(defaults.zone);
    let user =
        store::insert(tx, &new, language, &zone, password_hash.as_deref())?.ok_or(UserError::EmailTaken)?;
    store::set_teams(tx, user, &new.teams)?;
    store::set_inboxes(tx, user, &new.inboxes)?;
    store::set_organisations(tx, user, &new.organisations)?;
    tx.emit(UserCreated { user, name: new.name })?;
    Ok(user)
}

/// A new user with the hash of their password, if one is given.
pub struct Ready {
    new: NewUser,
    password_hash: Option<String>,
}
/// Hashes the password, which takes its time, before the transaction.
///
/// * errors – 503 where too many wait.
pub async fn with_hash(mut new: NewUser) -> Result<Ready, Problem> {
    let password_hash = match new.password.take() {
        Some(password) => Some(passwords::hash(password).await?),
        None => None,
    };
    Ok(Ready { new, password_hash })
}
/// Adds a user with the password that was given, or invites them by mail.
pub fn add(tx: &mut Tx<ManagePeople>, site: &Site, ready: Ready) -> Result<Id<User>, UserError> {
    let is_invited = ready.password_hash.is_none();
    let user = create(tx, ready.new, ready.password_hash)?;
    if is_invited {
        sign_in::actions::invite(tx, site, user)?;
    }
    Ok(user)
}

/// Changes what is given. Somebody who may do more than the actor cannot be changed.
pub fn edit(tx: &mut Tx<ManagePeople>, id: Id<User>, changes: Changes) -> Result<(), UserError> {
    let before = may_change(tx, id)?;
    check_targets(
        tx,
        changes.teams.as_deref().unwrap_or_default(),
        changes.inboxes.as_deref().unwrap_or_default(),
        changes.organisations.as_deref().unwrap_or_default(),
    )?;
    let permissions = match changes.role.filter(|role| *role != before.role_id) {
        Some(role) => may_give(tx, role)?,
        None => roles::actions::permissions_of(tx, before.role_id, before.role_code)?,
    };
    if tx.actor().user() == Some(id) {
        keep_own_sight(tx, id, &changes)?;
    } else {
        let mut places = store::places(tx, id)?;
        places.teams = changes.teams.clone().unwrap_or(places.teams);
        places.inboxes = changes.inboxes.clone().unwrap_or(places.inboxes);
        places.organisations = changes.organisations.clone().unwrap_or(places.organisations);
        stay_in_sight(tx, &permissions, &places)?;
    }
    let mut fields = Vec::new();
    if let Some(name) = changes.name.filter(|name| *name != before.name) {
        store::set_name(tx, id, &name)?;
        fields.push("name");
    }
    if let Some(email) = changes.email.filter(|email| *email != before.email) {
        if !store::set_email(tx, id, &email)? {
            return Err(UserError::EmailTaken);
        }
        // Links to the old address must not open the account any more.
        access::revoke_links(tx, access::Owner::User(id))?;
        fields.push("email");
    }
    if let Some(role) = changes.role.filter(|role| *role != before.role_id) {
        keep_an_admin(tx, &before)?;
        store::set_role(tx, id, role)?;
        fields.push("role");
    }
    if let Some(language) = changes.language.filter(|language| *language != before.language) {
        store::set_language(tx, id, language)?;
        fields.push("language");
    }
    if let Some(zone) = changes.zone.filter(|zone| *zone != before.zone) {
        store::set_zone(tx, id, &zone)?;
        fields.push("zone");
    }
    if let Some(teams) = &changes.teams {
        store::set_teams(tx, id, teams)?;
        fields.push("teams");
    }
    if let Some(inboxes) = &changes.inboxes {
        store::set_inboxes(tx, id, inboxes)?;
        fields.push("inboxes");
    }
    if let Some(organisations) = &changes.organisations {
        store::set_organisations(tx, id, organisations)?;
        fields.push("organisations");
    }
    if !fields.is_empty() {
        tx.emit(UserChanged { user: id, fields })?;
    }
    match changes.is_active {
        Some(false) if before.is_active => deactivate(tx, &before),
        Some(true) if !before.is_active => {
            store::set_active(tx, id, true)?;
            tx.emit(UserActivated { user: id })?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What somebody changes about themselves must not show them more: somebody who sees everything may place them.
///
/// * errors – [`UserError::OwnSight`]
fn keep_own_sight(tx: &mut Tx<ManagePeople>, id: Id<User>, changes: &Changes) -> Result<(), UserError> {
    let (teams, targets) = (store::memberships(tx, &[id])?, store::targets(tx, &[id])?);
    let is_in = |team: &Id<Team>| teams.iter().any(|(_, known)| known == team);
    let has = |kind: &str, target: i64| targets.iter().any(|(_, of, known)| of == kind && *known == target);
    let joins = [
        (Scope::Team, changes.teams.iter().flatten().any(|team| !is_in(team))),
        (Scope::Inbox, changes.inboxes.iter().flatten().any(|inbox| !has("inbox", inbox.number()))),
        (
            Scope::Organisation,
            changes.organisations.iter().flatten().any(|one| !has("organisation", one.number())),
        ),
    ];
    for (by, does_join) in joins {
        if does_join && sees_by(tx, id, by)? {
            return Err(UserError::OwnSight);
        }
    }
    Ok(())
}
/// Whether the user's role has a permission that reaches `by`: then each team (inbox, organisation) that they join
/// shows them more. It is the role that is asked, because a token may hold less than its user.
pub(crate) fn sees_by(tx: &mut Tx<ManagePeople>, user: Id<User>, by: Scope) -> db::Result<bool> {
    let own = store::own(tx, user)?;
    let permissions = roles::actions::permissions_of(tx, own.role_id, own.role_code)?;
    Ok(permissions.iter().any(|(_, scope)| *scope == by))
}

/// The user as they are.
///
/// * errors – [`UserError::BeyondYours`] where they may do or see more than the actor: with their address or their
///   password the actor would, too.
pub fn may_change(tx: &mut Tx<ManagePeople>, id: Id<User>) -> Result<UserRow, UserError> {
    let user = store::by_id(tx, id)?.ok_or(UserError::Unknown)?;
    if !roles::actions::may_give(tx, user.role_id, user.role_code)? {
        return Err(UserError::BeyondYours);
    }
    if tx.actor().user() != Some(id) {
        let permissions = roles::actions::permissions_of(tx, user.role_id, user.role_code)?;
        let places = store::places(tx, id)?;
        stay_in_sight(tx, &permissions, &places)?;
    }
    Ok(user)
}
/// Whoever can change an account can use it, so it must not see more than they do.
///
/// * errors – [`UserError::BeyondYours`]
fn stay_in_sight<P>(tx: &Tx<P>, permissions: &[(String, Scope)], places: &Places) -> Result<(), UserError> {
    if places.are_beyond(tx.actor(), permissions) { Err(UserError::BeyondYours) } else { Ok(()) }
}
/// Whether the actor could change this user, who would see more than the actor as a member of `team`.
pub(crate) fn would_see_beyond(
    tx: &mut Tx<ManagePeople>,
    user: Id<User>,
    team: Id<Team>,
) -> db::Result<bool> {
    let Some(row) = store::by_id(tx, user)? else { return Ok(false) };
    let permissions = roles::actions::permissions_of(tx, row.role_id, row.role_code)?;
    let places = Places { teams: vec![team], ..Places::default() };
    Ok(roles::actions::may_give(tx, row.role_id, row.role_code)?
        && places.are_beyond(tx.actor(), &permissions))
}

/// Ends sessions, tokens and links at once.
fn deactivate(tx: &mut Tx<ManagePeople>, user: &UserRow) -> Result<(), UserError> {
    keep_an_admin(tx, user)?;
    store::set_active(tx, user.id, false)?;
    access::end_sessions(tx, access::Owner::User(user.id), None)?;
    access::delete_tokens(tx, user.id)?;
    access::revoke_links(tx, access::Owner::User(user.id))?;
    access::forget_devices(tx, user.id)?;
    tx.emit(UserDeactivated { user: user.id })?;
    Ok(())
}

/// * errors – [`UserError::LastAdmin`] where `user` is the last active administrator.
fn keep_an_admin(tx: &mut Tx<ManagePeople>, user: &UserRow) -> Result<(), UserError> {
    let is_admin = user.role_code == Some(Builtin::Admin) && user.is_active;
    if is_admin && store::other_admins(tx, user.id)? == 0 { Err(UserError::LastAdmin) } else { Ok(()) }
}

/// What a role allows that the actor may give.
fn may_give<P: Implies<ViewPeople>>(
    tx: &mut Tx<P>,
    role: Id<Role>,
) -> Result<Vec<(String, Scope)>, UserError> {
    let row = roles::store::by_id(tx, role)?.ok_or(UserError::UnknownId("role"))?;
    match roles::actions::may_give(tx, role, row.code)? {
        true => Ok(roles::actions::permissions_of(tx, role, row.code)?),
        false => Err(UserError::BeyondYours),
    }
}

fn check_targets<P>(
    tx: &mut Tx<P>,
    teams: &[Id<Team>],
    inboxes: &[Id<Inbox>],
    organisations: &[Id<Organisation>],
) -> Result<(), UserError> {
    fn distinct<T>(ids: &[Id<T>]) -> i64 {
        let mut numbers: Vec<_> = ids.iter().map(|id| id.number()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.len() as i64
    }
    if !teams.is_empty() && store::count_teams(tx, teams)? != distinct(teams) {
        return Err(UserError::UnknownId("teams"));
    }
    if !inboxes.is_empty() && store::count_inboxes(tx, inboxes)? != distinct(inboxes) {
        return Err(UserError::UnknownId("inboxes"));
    }
    if !organisations.is_empty() && store::count_organisations(tx, organisations)? != distinct(organisations)
    {
        return Err(UserError::UnknownId("organisations"));
    }
    Ok(())
}

/// What people say about themselves.
pub struct Profile {
    name: String,
    language: Language,
    zone: String,
    theme: Theme,
    has_single_keys: bool,
}
impl Profile {
    /// * errors – 422 with every mistake.
    pub fn parse(
        name: &str,
        language: &str,
        zone: &str,
        theme: &str,
        has_single_keys: bool,
    ) -> Result<Profile, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(name, 120);
        mistakes.require(!name.is_empty(), "name", "required");
        let (language, theme) = (Language::from_word(language), Theme::from_word(theme));
        mistakes.require(language.is_some(), "language", "unknown_word");
        mistakes.require(theme.is_some(), "theme", "unknown_word");
        mistakes.require(is_zone(zone), "zone", "unknown_zone");
        mistakes.check()?;
        Ok(Profile {
            name,
            language: language.unwrap_or_default(),
            zone: zone.to_owned(),
            theme: theme.unwrap_or_default(),
            has_single_keys,
        })
    }
}

/// Changes one's own profile.
pub fn edit_profile<P>(tx: &mut Tx<P>, id: Id<User>, profile: Profile) -> Result<(), UserError> {
    store::set_name(tx, id, &profile.name)?;
    store::set_language(tx, id, profile.language)?;
    store::set_zone(tx, id, &profile.zone)?;
    store::set_look(tx, id, profile.theme, profile.has_single_keys)?;
    tx.emit(UserChanged { user: id, fields: vec!["profile"] })?;
    Ok(())
}

/// Light, dark, or as the machine has it.
pub fn set_theme<P>(tx: &mut Tx<P>, id: Id<User>, theme: Theme) -> Result<(), UserError> {
    Ok(store::set_theme(tx, id, theme)?)
}
