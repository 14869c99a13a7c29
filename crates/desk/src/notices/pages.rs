//! `/notifications`: what concerns the reader.
use super::{
    actions,
    policy::Notice,
    store::{self, Read, View},
};
use crate::tickets::Ticket;
use axum::{
    extract::Query,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Myself},
    web::{Failure, Form, Page, Ui},
};

/// Notices of one page.
const ROWS: usize = 50;
/// More are `99+`.
pub const COUNTED: i64 = 100;

#[derive(Default, serde::Deserialize)]
pub struct Asked {
    /// `all`, or what is unread.
    #[serde(default)]
    show: String,
    before: Option<Id<Notice>>,
}

#[derive(askama::Template)]
#[template(path = "notices/list.html")]
struct NoticesPage {
    ui: Ui,
    notices: Vec<Notice>,
    shows_all: bool,
    /// Where the next page begins.
    older: Option<Id<Notice>>,
    is_first: bool,
    unread: i64,
}
impl NoticesPage {
    fn said(&self, notice: &Notice) -> String {
        notice.sentence(self.ui.language)
    }
    fn newest(&self) -> String {
        self.notices.first().map_or_else(String::new, |notice| notice.id.to_string())
    }
    fn address(&self) -> &'static str {
        if self.shows_all { "/notifications?show=all" } else { "/notifications" }
    }
    fn next(&self, before: &Id<Notice>) -> String {
        let mark = if self.shows_all { '&' } else { '?' };
        format!("{}{mark}before={before}", self.address())
    }
    fn show(&self) -> &'static str {
        if self.shows_all { "all" } else { "" }
    }
}

/// `GET /notifications?show=&before=`.
pub async fn list(grant: Grant<Myself>, ui: Ui, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let (shows_all, before) = (asked.show == "all", asked.before);
    let (mut notices, unread) = grant
        .read::<_, Problem>(move |tx| {
            let view = View::of(tx).ok_or(Problem::new(403, "permission_required"))?;
            let notices = store::page(tx, &view, !shows_all, before, ROWS + 1)?;
            Ok((notices, store::unread(tx, &view, COUNTED)?))
        })
        .await?;
    let has_more = notices.len() > ROWS;
    notices.truncate(ROWS);
    let older = notices.last().filter(|_| has_more).map(|notice| notice.id);
    let page = NoticesPage { ui, notices, shows_all, older, is_first: before.is_none(), unread };
    Ok(Page(page).into_response())
}

/// `GET /notifications/count`: for the bell.
pub async fn count(grant: Grant<Myself>) -> Result<Response, Failure> {
    let unread = grant
        .read::<_, Problem>(|tx| match View::of(tx) {
            Some(view) => Ok(store::unread(tx, &view, COUNTED)?),
            None => Ok(0),
        })
        .await?;
    let body = serde_json::json!({ "unread": unread }).to_string();
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, body).into_response())
}

/// `POST /notifications/read`: one notice, all until one, or (by the script of a ticket's page) those of a ticket that
/// is being looked at. A GET changes nothing, so the page that opens cannot do it itself.
pub async fn read(grant: Grant<Myself>, form: Form) -> Result<Response, Failure> {
    form.only(&["notice", "up_to", "ticket", "show"])?;
    let id = |name: &str| form.some(name).and_then(|id| id.parse::<i64>().ok());
    let which = match (id("notice"), id("up_to"), id("ticket")) {
        (Some(notice), None, None) => Read::These(vec![Id::new(notice)]),
        (None, Some(notice), None) => Read::UpTo(Id::new(notice)),
        (None, None, Some(ticket)) => Read::Ticket(Id::<Ticket>::new(ticket)),
        _ => return Err(Problem::field("notice", "required").into()),
    };
    let is_by_script = matches!(which, Read::Ticket(_));
    grant.change::<_, Problem>(move |tx| actions::read(tx, &which)).await?;
    if is_by_script {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let back = if form.get("show") == "all" { "/notifications?show=all" } else { "/notifications" };
    Ok(Redirect::to(back).into_response())
}
