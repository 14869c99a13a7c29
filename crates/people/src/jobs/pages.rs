//! `/admin/jobs`.
use super::{discard, retry};
use crate::{permissions::ManageDesk, web::see};
use axum::{
    extract::Query,
    response::Response,
    routing::{get, post},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::Grant,
    db,
    jobs::{self, Dead},
    web::{Failure, InPath, Page, Routes, Ui},
};

#[derive(askama::Template)]
#[template(path = "jobs/list.html")]
struct List {
    ui: Ui,
    jobs: Vec<Dead>,
    done: &'static str,
}

#[derive(Default, serde::Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

async fn list(grant: Grant<ManageDesk>, ui: Ui, Query(done): Query<Done>) -> Result<Page<List>, Failure> {
    let jobs = grant.read::<_, db::Error>(|tx| jobs::dead(tx, None, 200)).await?;
    let done = match done.done.as_str() {
        "revived" => "job-done-revived",
        "discarded" => "job-done-discarded",
        _ => "",
    };
    Ok(Page(List { ui, jobs, done }))
}

async fn post_retry(grant: Grant<ManageDesk>, InPath(id): InPath<Id<Dead>>) -> Result<Response, Failure> {
    grant.change::<_, Problem>(move |tx| retry(tx, id)).await?;
    Ok(see("/admin/jobs?done=revived"))
}

async fn post_discard(grant: Grant<ManageDesk>, InPath(id): InPath<Id<Dead>>) -> Result<Response, Failure> {
    grant.change::<_, Problem>(move |tx| discard(tx, id)).await?;
    Ok(see("/admin/jobs?done=discarded"))
}

pub fn routes() -> Routes {
    Routes::new()
        .get::<ManageDesk>("/admin/jobs", get(list))
        .post::<ManageDesk>("/admin/jobs/{id}/retry", post(post_retry))
        .post::<ManageDesk>("/admin/jobs/{id}/discard", post(post_discard))
}
