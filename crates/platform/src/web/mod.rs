//! axum glue: who asks, what they sent, what they get back.
pub mod beside;
mod body;
mod etag;
mod failure;
mod forms;
pub mod frame;
mod guard;
mod keyed;
mod path;
mod proxies;
mod request;
mod room;
mod routes;
pub mod shortcuts;
mod ui;

pub use body::{Created, Json, Listing, Page, Paged, file_name_header, given};
pub use etag::{IfMatch, Tagged, Versioned};
pub use failure::{Failure, error_pages};
pub use forms::{Form, Upload};
pub use guard::security_headers;
pub use keyed::{Asked, Keyed};
pub use path::{InPath, address, escape};
pub use proxies::client_address;
pub use request::{
    Request, customer_cookie, customer_cookie_name, is_customers_path, session_cookie, session_cookie_name,
};
pub use room::{Room, bounded, roomy};
pub use routes::{Access, Route, Routes};
pub use ui::{Html, LANGUAGE_COOKIE, Ui, chosen_language};
