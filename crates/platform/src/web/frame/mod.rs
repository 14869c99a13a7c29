//! The frame of the agent's pages and the small components that need more than markup. Their templates lie in
//! `templates/`: `agent.html`, `plain.html` and `portal.html` to extend, `components.html` to import.
mod install;

use super::{Html, Routes, Ui};
use crate::{brand, web::Page};
use axum::routing::get;

crate::translations!();

/// A page of the settings.
pub struct Entry {
    pub href: &'static str,
    pub icon: &'static str,
    /// The Fluent message that names it.
    pub words: &'static str,
    /// Who may see it.
    permission: &'static str,
}
pub struct Group {
    pub words: &'static str,
    pub entries: Vec<&'static Entry>,
}

const fn entry(
    href: &'static str,
    icon: &'static str,
    words: &'static str,
    permission: &'static str,
) -> Entry {
    Entry { href, icon, words, permission }
}

/// All pages of the settings, in the order in which they are shown.
static SETTINGS: &[(&str, &[Entry])] = &[
    (
        "settings-people",
        &[
            entry("/admin/users", "user-check", "settings-users", "people.view"),
            entry("/admin/teams", "users", "settings-teams", "people.view"),
            entry("/admin/roles", "shield-check", "settings-roles", "people.view"),
        ],
    ),
    (
        "settings-channels",
        &[
            entry("/admin/inboxes", "mail", "settings-inboxes", "inboxes.view"),
            entry("/admin/inbound", "arrow-down-left", "settings-inbound", "inboxes.view"),
            entry("/admin/outbox", "arrow-up-right", "settings-outbox", "inboxes.view"),
            entry("/admin/webhooks", "webhook", "settings-webhooks", "webhooks.manage"),
        ],
    ),
    (
        "settings-answers",
        &[
            entry("/admin/canned", "message-square-quote", "settings-canned", "tickets.note"),
            entry("/admin/macros", "zap", "settings-macros", "tickets.note"),
            entry("/admin/ticket-templates", "file-stack", "settings-ticket-templates", "tickets.note"),
        ],
    ),
    (
        "settings-service",
        &[
            entry("/admin/sla", "clock", "settings-sla", "sla.manage"),
            entry("/admin/rules", "zap", "settings-rules", "rules.manage"),
            entry("/admin/calendars", "calendar", "settings-calendars", "sla.manage"),
            entry("/admin/contracts", "file-text", "settings-contracts", "contracts.view"),
            entry("/admin/routing", "shuffle", "settings-routing", "routing.manage"),
            entry("/admin/escalation", "arrow-up-right", "settings-escalation", "escalation.manage"),
            entry("/admin/skills", "graduation-cap", "settings-skills", "routing.manage"),
        ],
    ),
    (
        "settings-desk",
        &[
            entry("/admin/desk", "building-2", "settings-desk-page", "desk.manage"),
            entry("/admin/statuses", "sliders-horizontal", "settings-statuses", "desk.manage"),
            entry("/admin/fields", "list", "settings-fields", "desk.manage"),
            entry("/admin/checklists", "list-checks", "settings-checklists", "desk.manage"),
            entry("/admin/tokens", "key", "settings-tokens", "people.manage"),
            entry("/admin/jobs", "activity", "settings-jobs", "desk.manage"),
            entry("/admin/api", "code", "settings-api", "people.manage"),
        ],
    ),
];

impl Ui {
    /// The settings that this person may see, in groups; empty groups are left out.
    pub fn settings_groups(&self) -> Vec<Group> {
        let seen =
            |entries: &'static [Entry]| entries.iter().filter(|entry| self.may(entry.permission)).collect();
        let groups = SETTINGS.iter().map(|(words, entries)| Group { words, entries: seen(entries) });
        groups.filter(|group| !group.entries.is_empty()).collect()
    }
    /// The same without groups.
    pub fn settings(&self) -> Vec<&'static Entry> {
        self.settings_groups().into_iter().flat_map(|group| group.entries).collect()
    }
    /// How many things wait on the page `href` for somebody to look at them.
    pub fn alarm(&self, href: &str) -> i64 {
        self.alarms.of(href)
    }
    /// Whether something does on any page that this person may see.
    pub fn has_alarm(&self) -> bool {
        self.settings().iter().any(|entry| self.alarm(entry.href) > 0)
    }
    pub fn has_settings(&self) -> bool {
        SETTINGS.iter().any(|(_, entries)| entries.iter().any(|entry| self.may(entry.permission)))
    }
    /// Whether a list of tickets or one ticket is shown.
    pub fn is_at_tickets(&self) -> bool {
        (self.is_at("/tickets") || self.is_at("/t")) && !self.is_at("/tickets/new")
    }
    /// `user/3` as the event log names the person, so that a page need not announce its own changes.
    pub fn who(&self) -> String {
        self.actor.as_ref().map_or_else(String::new, |actor| actor.who.to_string())
    }

    /// Initials on a colour that stays the same for the same name.
    pub fn avatar(&self, name: &str) -> Html {
        avatar(name, "")
    }
    /// 20 px, for lists.
    pub fn avatar_small(&self, name: &str) -> Html {
        avatar(name, " avatar-s")
    }
    /// 36 px, for the head of a page.
    pub fn avatar_large(&self, name: &str) -> Html {
        avatar(name, " avatar-l")
    }
}

/// A picture says nothing that the name beside it does not: it is hidden from screen readers.
fn avatar(name: &str, size: &str) -> Html {
    let hue = name.bytes().fold(7u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) % 12;
    let initials = initials(name);
    Html(format!(r#"<span class="avatar{size} hue-{hue}" aria-hidden="true">{initials}</span>"#))
}

/// First letters of the first and the last word. Letters and digits only: the result is safe in HTML.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let letters = first.into_iter().chain(words.next_back());
    letters.flat_map(char::to_uppercase).collect()
}

/// Every component in every state.
#[derive(askama::Template)]
#[template(path = "styleguide.html")]
struct StyleGuide {
    ui: Ui,
    form: super::Form,
}

async fn style_guide(ui: Ui) -> Page<StyleGuide> {
    let mut form = super::Form::filled([("name", "Ada Peters".into()), ("opens", "25:00".into())]);
    form.mistakes.push(kernel::fault::Field { pointer: "/opens".into(), code: "wrong_type" });
    Page(StyleGuide { ui, form })
}

pub fn routes() -> Routes {
    Routes::new()
        .public_get("/styleguide", get(style_guide))
        .public_get("/brand.css", get(brand::css))
        .public_get("/brand/logo", get(brand::logo))
        .public_get("/manifest.webmanifest", get(install::manifest))
        .public_get("/worker.js", get(install::worker))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_letters_of_the_first_and_last_word() {
        assert_eq!(initials("Ada Peters"), "AP");
        assert_eq!(initials("Sanne de Wit"), "SW");
        assert_eq!(initials("ops@example.com"), "O");
        assert_eq!(initials("Élodie"), "É");
        assert_eq!(initials("   "), "");
    }
    #[test]
    fn no_name_can_put_markup_into_an_avatar() {
        for name in ["<script> <b>", "\"> &amp;", "' onload=x"] {
            assert!(initials(name).chars().all(char::is_alphanumeric), "{name}");
        }
    }
    #[test]
    fn the_same_name_keeps_its_colour() {
        assert_eq!(avatar("Ada Peters", "").0, avatar("Ada Peters", "").0);
        assert_ne!(avatar("Ada Peters", "").0, avatar("Ben Okafor", "").0);
    }
}
