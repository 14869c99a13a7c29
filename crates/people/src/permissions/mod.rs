//! What people may do with people.
use platform::authority::PERMISSIONS;

platform::translations!();
platform::permissions! {
    /// See the users, teams and roles of this desk.
    ViewPeople = "people.view";
    /// Invite users, change what they may do, and deactivate them.
    ManagePeople = "people.manage" implies ViewPeople;
    /// See contacts and organisations.
    ViewContacts = "contacts.view";
    /// Add and change contacts and organisations.
    ManageContacts = "contacts.manage" implies ViewContacts;
    /// Change the desk's name, language and time zone.
    ManageDesk = "desk.manage";
}

/// The keys of `keys` and of all that they imply, sorted, each once.
pub fn with_implied<'k>(keys: impl IntoIterator<Item = &'k str>) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    let registered = |key: &str| PERMISSIONS.iter().find(|known| known.key == key);
    let mut open: Vec<_> = keys.into_iter().filter_map(registered).collect();
    while let Some(permission) = open.pop() {
        if !found.contains(&permission.key) {
            found.push(permission.key);
            open.extend(permission.implies.iter().filter_map(|key| registered(key)));
        }
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managing_includes_viewing_and_nothing_else() {
        assert_eq!(with_implied(["people.manage"]), ["people.manage", "people.view"]);
        assert_eq!(with_implied(["contacts.view", "nonsense"]), ["contacts.view"]);
    }
}
