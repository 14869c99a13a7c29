//! What makes the desk a program of a phone or a computer: its manifest, its icons, and the worker that keeps pages.
use super::super::Ui;
use crate::assets;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// The ground of the pages' head, as `--surface` in `ui/css/tokens.css` has it.
pub const LIGHT: &str = "#ffffff";
pub const DARK: &str = "#17191d";

impl Ui {
    /// Where a browser finds what it needs to install the desk, in the reader's language.
    pub fn manifest(&self) -> String {
        format!("/manifest.webmanifest?lang={}", self.lang())
    }
    /// The colour around the page, by the scheme of the device; one of them where the person has chosen a theme.
    pub fn theme_colours(&self) -> &'static [(&'static str, &'static str)] {
        match self.theme() {
            "light" => &[("", LIGHT)],
            "dark" => &[("", DARK)],
            _ => &[("(prefers-color-scheme: light)", LIGHT), ("(prefers-color-scheme: dark)", DARK)],
        }
    }
}

/// `GET /manifest.webmanifest?lang=`. It says nothing that the sign-in page does not.
pub async fn manifest(ui: Ui) -> Response {
    let icon = |name: &str, size: &str, purpose: &str| json!({ "src": assets::url(name), "sizes": size, "type": "image/png", "purpose": purpose });
    let shortcut = |words: &str, url: &str, picture: &str| {
        let icons = [json!({ "src": assets::url(picture), "sizes": "96x96", "type": "image/png" })];
        json!({ "name": ui.t(words), "url": url, "icons": icons })
    };
    let body = json!({
        // One program, whatever its language and its start.
        "id": "/",
        "name": &*ui.desk_name,
        "short_name": &*ui.desk_name,
        "description": ui.t("install-about"),
        "lang": ui.lang(),
        "dir": "ltr",
        "start_url": "/tickets?view=mine",
        "scope": "/",
        "display": "standalone",
        "background_color": LIGHT,
        "theme_color": LIGHT,
        "categories": ["business", "productivity"],
        "icons": [
            { "src": assets::url("favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any" },
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("icon-maskable.png", "512x512", "maskable"),
        ],
        "shortcuts": [
            shortcut("frame-new", "/tickets/new", "shortcut-new.png"),
            shortcut("install-mine", "/tickets?view=mine", "shortcut-mine.png"),
        ],
    });
    let headers = [(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "no-cache")];
    (headers, body.to_string()).into_response()
}

/// `GET /worker.js`: under one address, so that it is in charge of the whole desk and a browser finds out when there is
/// a new one. It is part of the program like every script.
pub async fn worker() -> Response {
    let Some(script) = assets::named("worker.js") else { return StatusCode::NOT_FOUND.into_response() };
    let headers =
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, script).into_response()
}
