//! Own names of statuses in fixed categories, and what a ticket must be before it comes to one.
pub mod actions;
pub mod api;
pub mod guard;
pub mod pages;
mod store;

use crate::tickets::{Category, ViewTickets};
use axum::routing::{get, post};
use derive::Record;
use kernel::id::Id;
use people::permissions::ManageDesk;
use platform::{
    args,
    db::{self, Conn},
    i18n::Language,
    sql,
    web::Routes,
};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// A status was added.
    StatusCreated = "status.created" about "status" status { status: Id<Status>, name: String, category: Category }
    /// A status got another name; an empty one is its translation.
    StatusRenamed = "status.renamed" about "status" status { status: Id<Status>, name: String }
    /// A status can no longer be chosen; tickets that have it keep it.
    StatusArchived = "status.archived" about "status" status { status: Id<Status> }
    /// What a ticket must be before it comes to a status is another.
    StatusGuarded = "status.guarded" about "status" status { status: Id<Status> }
}

/// A status. Its name is the translation of its code until the desk gives it a name of its own.
#[derive(Clone, Debug, Record)]
pub struct Status {
    pub id: Id<Status>,
    pub code: Option<String>,
    pub category: Category,
    pub name: Option<String>,
    pub is_default: bool,
    /// A JSON list of the statuses from which alone a ticket comes to it; empty is all.
    pub only_from: String,
    /// A filter with ids that a ticket must match to come to it; empty is all.
    pub only_if: String,
}
impl Status {
    pub fn name_in(&self, language: Language) -> String {
        name_in(language, self.name.as_deref(), self.code.as_deref(), self.category)
    }
    /// What forms call it: its code, or the number of one that the desk added.
    pub fn word(&self) -> String {
        self.code.clone().unwrap_or_else(|| self.id.to_string())
    }
    /// Whether a ticket can have it after an answer.
    pub fn can_follow(&self) -> bool {
        self.category != Category::New
    }
    pub fn only_from(&self) -> Vec<Id<Status>> {
        serde_json::from_str(&self.only_from).unwrap_or_default()
    }
    /// Whether a ticket that is in `before` may come to it, as far as that alone decides.
    pub fn can_come_from(&self, before: Id<Status>) -> bool {
        let only = self.only_from();
        self.id == before || only.is_empty() || only.contains(&before)
    }
    /// Whether the desk added it, so that people look for it by name.
    pub fn is_own(&self) -> bool {
        self.code.is_none() && self.can_follow()
    }
}

/// The name that people read.
pub fn name_in(language: Language, name: Option<&str>, code: Option<&str>, category: Category) -> String {
    match name {
        Some(name) => name.to_owned(),
        None => {
            let code = code.unwrap_or(category.word()).replace('_', "-");
            platform::i18n::text(language, &format!("status-{code}")).to_owned()
        }
    }
}

/// All that are in use, in their order.
pub fn all(conn: &mut Conn) -> db::Result<Vec<Status>> {
    conn.all(
        sql!(
            "SELECT id, code, category, name, is_default, only_from, only_if FROM ticket_status
              WHERE is_archived = FALSE ORDER BY position, id"
        ),
        args![],
    )
}

/// The first status of a category.
pub fn default_of(conn: &mut Conn, category: Category) -> db::Result<Id<Status>> {
    let (id,) = conn.one(
        sql!(
            "SELECT id FROM ticket_status WHERE category = $1 AND is_archived = FALSE
              ORDER BY is_default DESC, position, id LIMIT 1"
        ),
        args![category],
    )?;
    Ok(id)
}

/// What somebody meant by an id, a code or a category.
pub fn named(conn: &mut Conn, word: &str) -> db::Result<Option<Status>> {
    let mut statuses = all(conn)?;
    let by_id = |status: &Status| status.id.to_string() == word;
    let by_code = |status: &Status| status.code.as_deref() == Some(word);
    let category = Category::from_word(word);
    let of_category = |status: &Status| Some(status.category) == category;
    let found = statuses.iter().position(by_id);
    let found = found.or_else(|| statuses.iter().position(by_code));
    let found = found.or_else(|| statuses.iter().position(of_category));
    Ok(found.map(|at| statuses.swap_remove(at)))
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::list))
        .api::<ManageDesk>(routes!(api::patch))
        .get::<ManageDesk>("/admin/statuses", get(pages::get))
        .post::<ManageDesk>("/admin/statuses", post(pages::add))
        .get::<ManageDesk>("/admin/statuses/{id}", get(pages::one))
        .post::<ManageDesk>("/admin/statuses/{id}", post(pages::edit))
        .post::<ManageDesk>("/admin/statuses/{id}/archive", post(pages::archive))
}
