//! Problems as answers: `application/problem+json` for programs, a page for people.
use super::{Ui, request::Spoken};
use crate::i18n::{self, Language};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use kernel::fault::Problem;

/// What handlers return on failure.
#[derive(Debug)]
pub struct Failure(pub Problem);
impl<E: Into<Problem>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = answer(&self.0, Language::En);
        response.extensions_mut().insert(self.0);
        response
    }
}

/// RFC 9457.
fn answer(problem: &Problem, language: Language) -> Response {
    // A body's mistake brings what would fit; here it becomes a sentence.
    let words = problem.expected.as_deref();
    let expected = words.map(|words| i18n::format(language, "error-expected", &[("words", words.into())]));
    let errors: Vec<_> = problem
        .fields
        .iter()
        .map(|field| {
            let words = i18n::text(language, &format!("field-{}", field.code.replace('_', "-")));
            let detail = expected.as_deref().unwrap_or(words);
            let mut error =
                serde_json::json!({ "pointer": field.pointer, "code": field.code, "detail": detail });
            if let Some(offset) = problem.offset {
                error["offset"] = offset.into();
            }
            error
        })
        .collect();
    let title = i18n::text(language, &format!("problem-{}", problem.code.replace('_', "-")));
    let body = serde_json::json!({
        "type": format!("/problems/{}", problem.code),
        "status": problem.status,
        "code": problem.code,
        "title": title,
        "detail": expected.as_deref().or(problem.detail.as_deref()).unwrap_or(title),
        "errors": errors,
    });
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response =
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
    if matches!(problem.status, 429 | 503) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

#[derive(askama::Template)]
#[template(path = "error.html")]
struct ErrorPage {
    ui: Ui,
    status: u16,
    title: &'static str,
    detail: Option<String>,
    help: &'static str,
}

/// The same for somebody who works here, in the frame that they know.
#[derive(askama::Template)]
#[template(path = "agent_error.html")]
struct AgentErrorPage {
    ui: Ui,
    status: u16,
    title: &'static str,
    detail: Option<String>,
    help: &'static str,
}

/// The same on the customers' side.
#[derive(askama::Template)]
#[template(path = "portal_error.html")]
struct PortalErrorPage {
    ui: Ui,
    title: &'static str,
    detail: Option<String>,
    help: &'static str,
}

/// Whether the headers of this request open the customers' side.
async fn is_signed_in_customer(home: &crate::Home, mut probe: Request) -> bool {
    *probe.uri_mut() = axum::http::Uri::from_static("/portal/requests");
    let (mut parts, _) = probe.into_parts();
    let actor = super::request::actor(&mut parts, home).await.ok().flatten();
    actor.is_some_and(|actor| actor.contact().is_some())
}

/// Turns problems of pages into pages; whoever has to sign in is sent there and comes back afterwards.
pub async fn error_pages(State(home): State<crate::Home>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
    let language = super::ui::stranger_language(&home.site, request.headers(), request.uri().query());
    let is_customers = super::is_customers_path(request.uri().path());
    let is_start = request.uri().path() == "/";
    let is_api = path.starts_with("/api/");
    let is_get = request.method() == axum::http::Method::GET;
    let is_fragment = request.headers().contains_key("hx-request");
    let wants_page = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"));
    // Who asked is found out again for the page of a problem alone.
    let mut probe = Request::new(axum::body::Body::empty());
    if wants_page && !is_api && !is_customers {
        probe.headers_mut().clone_from(request.headers());
    }
    // A program hears of its mistakes in the language of whoever its token acts for.
    let spoken = Spoken::default();
    if is_api || !wants_page {
        request.extensions_mut().insert(spoken.clone());
    }
    let mut response = next.run(request).await;
    // What axum itself refuses has no problem yet.
    let own = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Some(Problem::new(405, "method_not_allowed")),
        StatusCode::NOT_FOUND if response.headers().get(header::CONTENT_TYPE).is_none() => {
            Some(Problem::not_found())
        }
        StatusCode::PAYLOAD_TOO_LARGE => Some(Problem::new(413, "too_large")),
        // A value in the path or the query that is no number, no date, no word of ours.
        StatusCode::BAD_REQUEST => Some(Problem::new(400, "address_malformed")),
        _ => None,
    };
    let Some(problem) = response.extensions_mut().remove::<Problem>().or(own) else { return response };
    if problem.status == 401 && wants_page && is_get && !is_api && !is_fragment {
        if is_start && is_signed_in_customer(&home, probe).await {
            return Redirect::to("/portal/requests").into_response();
        }
        let back = super::escape(&path, b"/-_.");
        let door = if is_customers { "/portal/sign-in" } else { "/sign-in" };
        return Redirect::to(&format!("{door}?next={back}")).into_response();
    }
    if is_api || !wants_page {
        return answer(&problem, spoken.language().unwrap_or(language));
    }
    if problem.status == 403 && is_start {
        // Somebody who sees no tickets has no lists to begin with.
        return Redirect::to("/profile").into_response();
    }
    let (mut probe, _) = probe.into_parts();
    let actor = match problem.status {
        500.. => None,
        _ => super::request::actor(&mut probe, &home).await.ok().flatten(),
    };
    let actor = actor.filter(|actor| actor.user().is_some());
    let language = actor.as_ref().map_or(language, |actor| actor.language);
    let ui = match &actor {
        Some(actor) => Ui::of(&home, actor.clone(), &path),
        None => Ui::stranger(&home, language, &path),
    };
    let key = |kind: &str| i18n::text(language, &format!("{kind}-{}", problem.code.replace('_', "-")));
    let help = match problem.status {
        404 => "error-help-not-found",
        403 => "error-help-forbidden",
        500.. => "error-help-server",
        _ => "error-help-other",
    };
    let (title, help, detail) = (key("problem"), i18n::text(language, help), problem.detail);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if is_customers {
        return (status, super::Page(PortalErrorPage { ui, title, detail, help })).into_response();
    }
    if actor.is_some() {
        let page = AgentErrorPage { ui, status: problem.status, title, detail, help };
        return (status, super::Page(page)).into_response();
    }
    (status, super::Page(ErrorPage { ui, status: problem.status, title, detail, help })).into_response()
}
