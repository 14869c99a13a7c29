//! What every request goes through, from the outside in: number and measurement, security headers, compression,
//! pages for problems, patience, body limit.
use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use kernel::fault::Problem;
use platform::{keys, web::Failure};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// A handler that has no answer after this is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Gives each request a number that is in the log and in the answer, and measures it.
pub async fn measure(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = method(&request);
    // The template alone: a path may hold a token of a signed link.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("none", |path| path.as_str()).to_owned();
    let number = keys::base32(&keys::random::<5>());
    let mut response = next.run(request).await;
    let status = response.status();
    let took = start.elapsed();
    metrics::histogram!("firstline_http_request_seconds", "method" => method, "route" => route.clone())
        .record(took.as_secs_f64());
    let labels = [
        metrics::Label::from_static_parts("method", method),
        metrics::Label::new("route", route.clone()),
        metrics::Label::new("status", status.as_str().to_owned()),
    ];
    metrics::counter!("firstline_http_requests_total", labels.iter()).increment(1);
    let took_ms = took.as_millis() as u64;
    if status.is_server_error() {
        tracing::warn!(request = number, method, route, status = status.as_u16(), took_ms, "request failed");
    } else {
        tracing::debug!(request = number, method, route, status = status.as_u16(), took_ms, "request");
    }
    if let Ok(number) = HeaderValue::from_str(&number) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), number);
    }
    response
}

/// A word of ours: anybody can send any method.
fn method(request: &Request) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|name| *name == request.method().as_str()).unwrap_or("other")
}

/// Ends a request that takes too long.
pub async fn patience(request: Request, next: Next) -> Response {
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure(Problem::new(503, "busy")).into_response(),
    }
}

/// Live updates end when the program stops; the browser connects again by itself.
pub async fn end_streams(
    State(stop): State<watch::Receiver<bool>>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if !is(response.headers(), "text/event-stream") {
        return response;
    }
    let mut stop = stop;
    response.map(|body| {
        let stopped = async move { drop(stop.wait_for(|is_stopped| *is_stopped).await) };
        Body::from_stream(body.into_data_stream().take_until(Box::pin(stopped)))
    })
}

/// Pages and JSON are packed; streams and what is packed already are not.
pub fn is_packed(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    ["text/html", "application/json", "application/problem+json", "text/css", "text/javascript"]
        .into_iter()
        .any(|kind| is(headers, kind))
}

fn is(headers: &HeaderMap, kind: &str) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value.starts_with(kind))
}
