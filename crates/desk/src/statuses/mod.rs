//! Own names of statuses in fixed categories.
pub mod actions;
pub mod pages;
mod store;

use crate::tickets::{Category, ViewTickets};
use axum::{
    Json,
    extract::Query,
    routing::{get, post},
};
use derive::Record;
use kernel::id::Id;
use people::permissions::ManageDesk;
use platform::{
    args,
    authority::Grant,
    db::{self, Conn},
    i18n::Language,
    sql,
    web::{Failure, Listing, Paged, Routes},
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
}

/// A status. Its name is the translation of its code until the desk gives it a name of its own.
#[derive(Clone, Debug, Record)]
pub struct Status {
    pub id: Id<Status>,
    pub code: Option<String>,
    pub category: Category,
    pub name: Option<String>,
    pub is_default: bool,
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
            "SELECT id, code, category, name, is_default FROM ticket_status
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
pub fn named(conn: &mut Conn, word: &str) -> db::Result<Option<(Id<Status>, Category)>> {
    let statuses = all(conn)?;
    let by_id = |status: &&Status| status.id.to_string() == word;
    let by_code = |status: &&Status| status.code.as_deref() == Some(word);
    let category = Category::from_word(word);
    let of_category = |status: &&Status| Some(status.category) == category;
    let found = statuses
        .iter()
        .find(by_id)
        .or_else(|| statuses.iter().find(by_code))
        .or_else(|| statuses.iter().find(of_category));
    Ok(found.map(|status| (status.id, status.category)))
}

#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct StatusBody {
    #[schema(value_type = String)]
    pub id: Id<Status>,
    pub name: String,
    pub category: Category,
}

/// List the statuses that tickets can have.
#[utoipa::path(get, path = "/api/v1/statuses", tag = "tickets", params(Paged),
    responses((status = 200, body = Listing<StatusBody>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<StatusBody>>, Failure> {
    let language = grant.actor().language;
    let statuses = grant.read::<_, db::Error>(|tx| all(tx)).await?;
    let body = |status: Status| StatusBody {
        id: status.id,
        name: status.name_in(language),
        category: status.category,
    };
    Ok(Json(paged.of_whole(statuses, |status| status.id.to_string(), body)?))
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(list))
        .get::<ManageDesk>("/admin/statuses", get(pages::get))
        .post::<ManageDesk>("/admin/statuses", post(pages::add))
        .post::<ManageDesk>("/admin/statuses/{id}", post(pages::rename))
        .post::<ManageDesk>("/admin/statuses/{id}/archive", post(pages::archive))
        .get::<ManageDesk>("/admin/fields", get(pages::get_fields))
        .post::<ManageDesk>("/admin/fields", post(pages::add_field))
        .get::<ManageDesk>("/admin/fields/{id}", get(pages::field))
        .post::<ManageDesk>("/admin/fields/{id}", post(pages::edit_field))
        .post::<ManageDesk>("/admin/fields/{id}/archive", post(pages::archive_field))
}
