//! Every route of the program, and the layers around them.
use super::{health, layers};
use crate::{
    api_page,
    config::MetricsFor,
    metrics::Readings,
    wizard::{self, Wizard},
};
use axum::{
    Extension, Router,
    http::header,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use platform::{
    Home, assets,
    web::{Request, Room, Routes, bounded, client_address, error_pages, security_headers},
};
use tokio::sync::watch;
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// The routes of all slices.
pub fn routes() -> Routes {
    Routes::new()
        .merge(platform::web::frame::routes())
        .merge(people::routes())
        .merge(desk::routes())
        .merge(channels::routes())
        .merge(wizard::routes())
        .merge(api_page::routes())
}

/// The program as `serve` answers with it, without a socket: for tests of the whole.
pub async fn everything(home: &Home) -> Router {
    let wizard = Wizard::start(home).await.expect("the database answers");
    let (_, stop) = watch::channel(false);
    whole(home.clone(), wizard, crate::metrics::start(), MetricsFor::Loopback, stop)
}

/// All that answers once the desk is open.
pub fn whole(
    home: Home,
    wizard: Wizard,
    readings: Readings,
    readers: MetricsFor,
    stop: watch::Receiver<bool>,
) -> Router {
    let (router, description) = routes().router.split_for_parts();
    let description = description.to_json().unwrap_or_default();
    let openapi = move || async move { ([(header::CONTENT_TYPE, "application/json")], description) };
    let of_home = home.clone();
    let metrics = move |request: Request| health::metrics(of_home, readings, readers, request);
    router
        .route("/assets/{name}", get(assets::get))
        .route("/api/v1/openapi.json", get(openapi))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics))
        .layer(Extension(wizard.clone()))
        .layer(from_fn_with_state((home.clone(), wizard), wizard::gate))
        .layer(from_fn_with_state(Room::new(home.site.max_message_bytes), bounded))
        .layer(from_fn(layers::patience))
        .layer(from_fn_with_state(home.clone(), error_pages))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(layers::is_packed))
        .layer(from_fn_with_state(stop, layers::end_streams))
        .layer(from_fn_with_state(home.clone(), security_headers))
        .layer(from_fn_with_state(home.clone(), client_address))
        .layer(from_fn(layers::measure))
        .with_state(home)
}
