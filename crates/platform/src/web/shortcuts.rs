//! What can be done with a key: one registry for the keys themselves, the sheet behind `?`, the palette and the page on
//! which people choose keys of their own.
//!
//! A control of a page names the *usual* key of its action, `data-key="r"`; which key somebody really presses for it is
//! between the registry, their choice and the script. So templates never change when somebody chooses another key.
use super::Ui;
use kernel::fault::Mistakes;
use std::collections::{BTreeMap, BTreeSet};

/// Where an action is at home on the sheet. All live at once on a ticket with its list beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Anywhere,
    Go,
    List,
    Ticket,
}
impl Place {
    pub const ALL: [Place; 4] = [Place::Anywhere, Place::Go, Place::List, Place::Ticket];
    /// The Fluent message of its heading.
    pub fn words(self) -> &'static str {
        match self {
            Place::Anywhere => "keys-anywhere",
            Place::Go => "palette-go",
            Place::List => "keys-list",
            Place::Ticket => "keys-ticket",
        }
    }
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Presses the control of the page that names the action's usual key.
    Press,
    /// Opens a page, for whoever has the permission; an empty one is everybody's.
    Go(&'static str, &'static str),
    /// Is done by the script itself, which knows the action by its id.
    Script,
}

pub struct Action {
    /// Stable: people's own keys are kept under it.
    pub id: &'static str,
    pub place: Place,
    /// The usual keys: one sign, or two with a blank between that are pressed one after the other.
    pub keys: &'static [&'static str],
    pub does: Does,
    /// The Fluent message that names it.
    pub words: &'static str,
    pub icon: &'static str,
}

const fn action(
    id: &'static str,
    place: Place,
    keys: &'static [&'static str],
    does: Does,
    words: &'static str,
    icon: &'static str,
) -> Action {
    Action { id, place, keys, does, words, icon }
}
use Does::{Go, Press, Script};
use Place::{Anywhere, List, Ticket};

/// Every action that a key can have.
pub static ACTIONS: &[Action] = &[
    action("search", Anywhere, &["/"], Script, "frame-search", "search"),
    action("new", Anywhere, &["n"], Press, "frame-new", "plus"),
    action("help", Anywhere, &["?"], Script, "keys-this", "keyboard"),
    action(
        "go-mine",
        Place::Go,
        &["g i", "g m"],
        Go("/tickets?view=mine", "tickets.view"),
        "keys-go-mine",
        "user",
    ),
    action(
        "go-unassigned",
        Place::Go,
        &["g u"],
        Go("/tickets?view=unassigned", "tickets.view"),
        "keys-go-unassigned",
        "inbox",
    ),
    action(
        "go-due",
        Place::Go,
        &["g d"],
        Go("/tickets?view=due-today", "tickets.view"),
        "keys-go-due",
        "clock",
    ),
    action("go-open", Place::Go, &["g o"], Go("/tickets?view=open", "tickets.view"), "keys-go-open", "list"),
    action("go-contacts", Place::Go, &["g c"], Go("/contacts", "contacts.view"), "keys-go-contacts", "users"),
    action("go-profile", Place::Go, &["g p"], Go("/profile", ""), "frame-profile", "user"),
    action("go-keys", Place::Go, &["g k"], Go("/profile/keys", ""), "keys-title", "keyboard"),
    action("next", List, &["j"], Script, "keys-next", "arrow-down"),
    action("previous", List, &["k"], Script, "keys-previous", "arrow-up"),
    action("open", List, &["o"], Script, "keys-open", "arrow-right"),
    action("pick", List, &["x"], Script, "keys-pick", "check"),
    action("pick-range", List, &["X"], Script, "keys-pick-range", "list"),
    action("pick-all", List, &["A"], Script, "keys-pick-all", "list"),
    action("bulk", List, &["b"], Press, "keys-bulk", "pencil"),
    action("back", List, &["u"], Press, "keys-back", "arrow-left"),
    action("reply", Ticket, &["r"], Press, "keys-reply", "reply"),
    action("reply-all", Ticket, &["R"], Press, "keys-reply-all", "reply-all"),
    action("note", Ticket, &["c"], Press, "keys-note", "sticky-note"),
    action("forward", Ticket, &["f"], Press, "keys-forward", "forward"),
    action("toggle", Ticket, &["i"], Script, "keys-toggle", "pencil"),
    action("assign", Ticket, &["a"], Press, "keys-assign", "user"),
    action("assign-me", Ticket, &["m"], Press, "keys-assign-me", "user-check"),
    action("status", Ticket, &["s"], Press, "keys-status", "circle-check"),
    action("priority", Ticket, &["p"], Press, "keys-priority", "circle-alert"),
    action("tags", Ticket, &["l", "#"], Press, "keys-tags", "tag"),
    action("solve", Ticket, &["e"], Press, "keys-solve", "circle-check"),
    action("macro", Ticket, &["M"], Press, "keys-macro", "zap"),
    action("snooze", Ticket, &["z"], Press, "keys-snooze", "alarm-clock"),
    action("copy", Ticket, &["."], Script, "keys-copy", "copy"),
];

/// Keys with Ctrl and the like: they are the same for everybody and work in a text too.
pub static COMBINATIONS: &[(&str, &[&str])] = &[
    ("frame-search", &["Ctrl", "K"]),
    ("keys-canned", &["/"]),
    ("keys-send", &["Ctrl", "Enter"]),
    ("keys-send-solve", &["Ctrl", "Shift", "Enter"]),
    ("keys-undo", &["Ctrl", "Z"]),
    ("keys-leave", &["Esc"]),
];

/// The actions whose keys somebody chose, by id; an action without keys here has none.
pub type Own = BTreeMap<String, Vec<String>>;

/// What is stored of somebody's own keys; what cannot be read is nothing.
pub fn own(json: &str) -> Own {
    serde_json::from_str(json).unwrap_or_default()
}

/// The keys of an action for somebody.
pub fn keys_of(action: &Action, own: &Own) -> Vec<String> {
    match own.get(action.id) {
        Some(keys) => keys.clone(),
        None => action.keys.iter().map(ToString::to_string).collect(),
    }
}

/// Whether it is one sign, or two with a blank between.
fn is_key(key: &str) -> bool {
    let is_sign = |part: &str| {
        let mut signs = part.chars();
        signs.next().is_some_and(|sign| !sign.is_whitespace() && !sign.is_control()) && signs.next().is_none()
    };
    let mut parts = key.split(' ');
    let (first, second, more) = (parts.next(), parts.next(), parts.next());
    first.is_some_and(is_sign) && second.is_none_or(is_sign) && more.is_none()
}

/// Reads the page on which people choose keys: an action's keys stand in one field, commas between them.
///
/// * `asked` – the field of an action by its id; an action without one keeps its usual keys.
/// * errors – each field with a key that is none, that another action has too, or that begins another one's.
pub fn parse<'a>(asked: impl Fn(&str) -> Option<&'a str>) -> Result<Own, Mistakes> {
    let (mut own, mut mistakes) = (Own::new(), Mistakes::default());
    for action in ACTIONS {
        let Some(text) = asked(action.id) else { continue };
        // A comma may be a key itself: `,` alone is one.
        let keys: Vec<String> = match text.trim() {
            "," => vec![",".into()],
            text => text.split(',').map(|key| key.split_whitespace().collect::<Vec<_>>().join(" ")).collect(),
        };
        let keys: Vec<String> = keys.into_iter().filter(|key| !key.is_empty()).collect();
        mistakes.require(keys.len() <= 4 && keys.iter().all(|key| is_key(key)), action.id, "not_a_key");
        if keys != action.keys {
            own.insert(action.id.to_owned(), keys);
        }
    }
    for id in clashes(&own) {
        mistakes.add(id, "key_taken");
    }
    if mistakes.is_empty() { Ok(own) } else { Err(mistakes) }
}

/// The actions that share a key with another, or of whose keys one begins another one's.
pub fn clashes(own: &Own) -> BTreeSet<&'static str> {
    let all: Vec<(&'static str, String)> = ACTIONS
        .iter()
        .flat_map(|action| keys_of(action, own).into_iter().map(move |key| (action.id, key)))
        .collect();
    let meets =
        |one: &str, other: &str| one == other || other.split(' ').next() == Some(one) && other.contains(' ');
    let mut found = BTreeSet::new();
    for (at, (id, key)) in all.iter().enumerate() {
        for (other_id, other) in &all[at + 1..] {
            if meets(key, other) || meets(other, key) {
                found.extend([*id, *other_id]);
            }
        }
    }
    found
}

/// An action as a page shows it.
pub struct Shortcut {
    pub action: &'static Action,
    pub keys: Vec<String>,
}
impl Shortcut {
    /// The parts of its keys, each to be pressed by itself.
    pub fn presses(&self) -> Vec<Vec<&str>> {
        self.keys.iter().map(|key| key.split(' ').collect()).collect()
    }
    pub fn hint(&self) -> String {
        self.keys.first().cloned().unwrap_or_default()
    }
    pub fn text(&self) -> String {
        self.keys.join(", ")
    }
    /// Where it leads, for whoever may go there.
    pub fn href(&self) -> &'static str {
        if let Go(path, _) = self.action.does { path } else { "" }
    }
    pub fn is_press(&self) -> bool {
        self.action.does == Press
    }
    /// What a control of the page names.
    pub fn usual(&self) -> &'static str {
        self.action.keys[0]
    }
}

impl Ui {
    fn own_keys(&self) -> Own {
        self.actor.as_ref().map(|actor| own(&actor.habits.shortcuts)).unwrap_or_default()
    }
    /// The actions of one place that the person may do, with the keys that they have for them.
    pub fn shortcuts(&self, place: &Place) -> Vec<Shortcut> {
        let own = self.own_keys();
        let is_allowed = |action: &&Action| match action.does {
            Go(_, permission) => permission.is_empty() || self.may(permission),
            Press | Script => true,
        };
        let here = ACTIONS.iter().filter(|action| action.place == *place).filter(is_allowed);
        here.map(|action| Shortcut { action, keys: keys_of(action, &own) }).collect()
    }
    pub fn shortcut_places(&self) -> [Place; 4] {
        Place::ALL
    }
    pub fn combinations(&self) -> &'static [(&'static str, &'static [&'static str])] {
        COMBINATIONS
    }
    /// For the script: pressed keys to ids of actions, as JSON.
    pub fn key_map(&self) -> String {
        let own = self.own_keys();
        let pairs = ACTIONS
            .iter()
            .flat_map(|action| keys_of(action, &own).into_iter().map(move |key| (key, action.id)));
        let map: BTreeMap<String, &str> = pairs.collect();
        serde_json::to_string(&map).unwrap_or_default()
    }
    /// For the script: ids of actions that press something to the usual key that the control names, as JSON.
    pub fn usual_keys(&self) -> String {
        let map: BTreeMap<&str, &str> = ACTIONS
            .iter()
            .filter(|action| action.does == Press)
            .map(|action| (action.id, action.keys[0]))
            .collect();
        serde_json::to_string(&map).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &'static str)]) -> Result<Own, Vec<String>> {
        let asked = |id: &str| fields.iter().find(|(name, _)| *name == id).map(|(_, text)| *text);
        let pointers = |mistakes: Mistakes| {
            let fields = mistakes.check().unwrap_err().fields;
            fields.iter().map(|field| format!("{}={}", field.pointer, field.code)).collect()
        };
        parse(asked).map_err(pointers)
    }

    #[test]
    fn usual_keys_do_not_clash() {
        assert!(clashes(&Own::new()).is_empty());
        assert!(ACTIONS.iter().all(|action| action.keys.iter().all(|key| is_key(key))));
    }
    #[test]
    fn only_what_differs_is_kept() {
        assert!(read(&[("reply", "r"), ("note", "c")]).unwrap().is_empty());
        let own = read(&[("reply", "y"), ("solve", "g e"), ("copy", "")]).unwrap();
        assert_eq!(own["reply"], ["y"]);
        assert_eq!(own["solve"], ["g e"]);
        assert!(own["copy"].is_empty(), "an action may have no key");
        assert_eq!(read(&[("copy", ",")]).unwrap()["copy"], [","]);
    }
    #[test]
    fn conflicts_are_refused_on_both_sides() {
        assert_eq!(read(&[("reply", "e")]).unwrap_err(), ["/reply=key_taken", "/solve=key_taken"]);
        let begins = read(&[("reply", "g")]).unwrap_err();
        assert!(begins.contains(&"/reply=key_taken".to_owned()), "g begins what leads somewhere: {begins:?}");
        assert!(read(&[("reply", "e"), ("solve", "r")]).is_ok(), "two may change places");
        assert_eq!(read(&[("reply", "Enter")]).unwrap_err(), ["/reply=not_a_key"]);
        assert_eq!(read(&[("reply", "Q w e")]).unwrap_err(), ["/reply=not_a_key"]);
    }
    #[test]
    fn what_cannot_be_read_is_the_usual() {
        assert!(own("nonsense").is_empty());
    }
}
