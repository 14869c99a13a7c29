//! Files: uploaded here, or arrived with a mail.
pub mod actions;
pub mod api;
pub mod store;

use crate::tickets::ViewTickets;
use axum::routing::get;
use kernel::{clock::Millis, id::Id};
use platform::web::Routes;
use utoipa_axum::routes;

platform::translations!();

/// A file of a message, or one that waits for its message.
#[derive(Clone, Debug, derive::Record)]
pub struct Attachment {
    pub id: Id<Attachment>,
    pub message_id: Option<Id<crate::conversation::Message>>,
    pub name: String,
    /// What its bytes are, not what its sender said; `application/octet-stream` for what no page shows.
    pub r#type: String,
    pub size: i64,
    pub content_id: Option<String>,
    pub is_inline: bool,
    pub created_at_ms: Millis,
}
impl Attachment {
    pub fn is_image(&self) -> bool {
        self.r#type.starts_with("image/")
    }
    pub fn is_pdf(&self) -> bool {
        self.r#type == "application/pdf"
    }
    /// Whether a browser may show it inside of a page (S02).
    pub fn is_showable(&self) -> bool {
        self.is_image() || matches!(self.r#type.as_str(), "application/pdf" | "text/plain")
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .roomy_api::<ViewTickets>(routes!(api::upload))
        .get::<ViewTickets>("/attachments/{id}", get(api::download))
        .api::<ViewTickets>(routes!(api::api_download))
}
