//! Style sheets, scripts, fonts and icons: part of the program, named by their content, cached for ever.
use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::{collections::HashMap, sync::LazyLock};

pub struct Asset {
    /// As in `ui/dist`, with the hash of its content, e.g. `agent-3f9c21d0.css`.
    pub name: &'static str,
    bytes: &'static [u8],
    packed: Option<&'static [u8]>,
}

static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// `agent.css` → `/assets/agent-3f9c21d0.css`.
static URLS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let manifest = ASSETS.iter().find(|asset| asset.name == "manifest.json");
    let names: HashMap<String, String> =
        manifest.and_then(|asset| serde_json::from_slice(asset.bytes).ok()).unwrap_or_default();
    names.into_iter().map(|(name, file)| (name, format!("/assets/{file}"))).collect()
});

/// Where a browser finds the asset with this plain name.
pub fn url(name: &str) -> &'static str {
    URLS.get(name).map_or("/assets/missing", |url| url.as_str())
}

/// Whether the front end was built into this program.
pub fn are_built() -> bool {
    !URLS.is_empty()
}

/// The content of the asset with this plain name.
pub fn named(name: &str) -> Option<&'static [u8]> {
    let file = url(name).strip_prefix("/assets/")?;
    ASSETS.iter().find(|asset| asset.name == file).map(|asset| asset.bytes)
}

/// `GET /assets/{name}`.
pub async fn get(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        Some("json" | "webmanifest") => "application/json",
        _ => "application/octet-stream",
    };
    let takes_gzip = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"));
    let fixed = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::VARY, "accept-encoding"),
    ];
    match asset.packed.filter(|_| takes_gzip) {
        Some(packed) => (fixed, [(header::CONTENT_ENCODING, "gzip")], packed).into_response(),
        None => (fixed, asset.bytes).into_response(),
    }
}
