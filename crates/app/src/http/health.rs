//! `/healthz`, `/readyz` and `/metrics`: for the programs that watch this one. They say nothing about content.
use crate::{
    config::MetricsFor,
    metrics::{self, Readings},
};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use platform::{
    Home,
    db::{self, MIGRATIONS},
    web::Request,
};
use std::time::Duration;

/// A database that does not answer within this counts as gone.
const PATIENCE: Duration = Duration::from_secs(2);

/// What answers while the desk is being opened.
pub fn starting() -> Router {
    let busy = || async { (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], "starting\n") };
    Router::new().route("/healthz", get(healthz)).fallback(busy)
}

pub async fn healthz() -> &'static str {
    "ok\n"
}

/// 200 when the database answers and has every migration of this program, else 503.
pub async fn readyz(State(home): State<Home>) -> (StatusCode, &'static str) {
    match tokio::time::timeout(PATIENCE, db::pending(&home.db, MIGRATIONS)).await {
        Ok(Ok(pending)) if pending.names.is_empty() => (StatusCode::OK, "ready\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
    }
}

/// Numbers for Prometheus, for programs on this machine unless the operator said `metrics = "public"`.
pub async fn metrics(home: Home, readings: Readings, readers: MetricsFor, request: Request) -> Response {
    // Behind a proxy that nobody named as trusted everybody comes from the loopback; its own header gives them away.
    let is_forwarded =
        ["forwarded", "x-forwarded-for"].iter().any(|name| request.headers.contains_key(*name));
    if readers == MetricsFor::Loopback && (is_forwarded || !request.peer.is_loopback()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    match tokio::time::timeout(PATIENCE, metrics::text(&home, &readings)).await {
        Ok(text) => (kind, text).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
