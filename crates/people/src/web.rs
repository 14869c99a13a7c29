//! What the slices' handlers share.
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    Home,
    web::{Failure, Form, Page, Request},
};

/// For forms that strangers send: they come from our own pages (S17), here is who sends them.
pub struct OwnPage(pub Request);
impl FromRequestParts<Home> for OwnPage {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, home: &Home) -> Result<Self, Failure> {
        let Ok(request) = Request::from_request_parts(parts, home).await;
        if request.is_same_origin(&home.site.public_url) {
            Ok(OwnPage(request))
        } else {
            Err(Problem::new(403, "cross_site_request").into())
        }
    }
}

/// For forms of a page that a mailed link opened: what is in them proves more than where they come from (S14).
pub struct LinkForm(pub Request);
impl FromRequestParts<Home> for LinkForm {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, home: &Home) -> Result<Self, Failure> {
        let Ok(request) = Request::from_request_parts(parts, home).await;
        if request.hides_its_page() || request.is_same_origin(&home.site.public_url) {
            Ok(LinkForm(request))
        } else {
            Err(Problem::new(403, "cross_site_request").into())
        }
    }
}

/// The desk's name as every page shows it.
pub fn desk_name(home: &Home) -> String {
    let name =
        home.site.desk_name.read().map_or_else(|poisoned| poisoned.into_inner().clone(), |name| name.clone());
    name.to_string()
}

/// Another page, asked for with GET.
pub fn see(path: &str) -> Response {
    axum::response::Redirect::to(path).into_response()
}

/// Shows a form again with what was wrong in it, under the problem's status.
///
/// * `page` – takes the form with its mistakes, and the code of a problem that belongs to no field or "".
/// * errors – what is no mistake of the person: 404, 5xx.
pub fn again<T: askama::Template>(
    problem: Problem,
    form: Form,
    page: impl FnOnce(Form, &'static str) -> T,
) -> Result<Response, Failure> {
    if !matches!(problem.status, 403 | 409 | 412 | 422 | 429) {
        return Err(problem.into());
    }
    let code = if problem.fields.is_empty() { problem.code } else { "" };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let mut form = form.with_mistakes(&problem);
    // A form has one field for a list: the mistake in its third line is the field's.
    for field in &mut form.mistakes {
        if let Some(end) = field.pointer.get(1..).and_then(|rest| rest.find('/')) {
            field.pointer.truncate(end + 1);
        }
    }
    Ok((status, Page(page(form, code))).into_response())
}

/// `?done=WORD` after a change: what to say about it. Only words of the program are shown.
#[derive(serde::Deserialize)]
pub struct Done {
    done: Option<String>,
}
impl Done {
    /// The Fluent message, or "".
    pub fn words(&self) -> &'static str {
        match self.done.as_deref() {
            Some("saved") => "done-saved",
            Some("created") => "done-created",
            Some("invited") => "done-invited",
            Some("removed") => "done-removed",
            Some("ended") => "done-ended",
            Some("password") => "done-password",
            Some("link") => "done-link",
            Some("confirmed") => "done-confirmed",
            Some("merged") => "duplicates-done-merged",
            Some("unmerged") => "duplicates-done-unmerged",
            Some("distinct") => "duplicates-done-distinct",
            Some("signed-out") => "done-signed-out",
            _ => "",
        }
    }
}

/// Where `next` leads, if that is a page of this desk; else `fallback`.
pub fn local_path<'p>(next: &'p str, fallback: &'p str) -> &'p str {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>".contains(&byte));
    if is_local { next } else { fallback }
}

/// For the query of an address.
pub fn escape(text: &str) -> String {
    platform::web::escape(text, b"/-_.")
}

/// Of rows that belong to several things, those of one.
pub(crate) fn of<T, V: Clone>(rows: &[(Id<T>, V)], id: Id<T>) -> Vec<V> {
    rows.iter().filter(|(of, _)| *of == id).map(|(_, value)| value.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away() {
        assert_eq!(local_path("/t/7?a=b", "/"), "/t/7?a=b");
        for bad in [
            "",
            "t",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "/ b",
            "javascript:x",
        ] {
            assert_eq!(local_path(bad, "/"), "/", "{bad}");
        }
    }
}
