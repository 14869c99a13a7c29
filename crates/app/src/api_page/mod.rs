//! `/admin/api`: the API in a browser, made from the same document as `/api/v1/openapi.json`. No script, no foreign host.
//!
//! What the operations do is said in English, as in the document; the frame around it speaks the person's language.
mod document;

use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use document::{Group, Operation};
use kernel::fault::Problem;
use platform::{
    authority::{Grant, Myself},
    web::{Failure, Page, Routes, Ui},
};
use std::collections::BTreeMap;

platform::translations!();

/// Everybody who works here may read it; what an operation shows them is its own business.
pub fn routes() -> Routes {
    Routes::new().get::<Myself>("/admin/api", get(show)).get::<Myself>("/admin/api/try", get(go))
}

#[derive(askama::Template)]
#[template(path = "api_page/page.html")]
struct ApiPage {
    ui: Ui,
    groups: &'static [Group],
}

async fn show(_: Grant<Myself>, ui: Ui) -> Page<ApiPage> {
    Page(ApiPage { ui, groups: document::groups() })
}

/// Leads to the operation with the values that the form gave: an address cannot be put together without a script.
///
/// * errors – 404 for what is no GET of the API.
async fn go(
    _: Grant<Myself>,
    Query(mut given): Query<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let asked = given.remove("operation").unwrap_or_default();
    let operation = document::groups().iter().flat_map(|group| &group.operations).find(|one| one.id == asked);
    let operation = operation.filter(|one| one.is_get()).ok_or_else(Problem::not_found)?;
    Ok(Redirect::to(&address(operation, &given)).into_response())
}

/// The path with its values in it, then the query; fields that are empty are left out.
fn address(operation: &Operation, given: &BTreeMap<String, String>) -> String {
    let encoded = |name: &str| {
        let value = given.get(name).map_or("", |value| value.trim());
        form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20")
    };
    let mut path = operation.path.clone();
    let mut query = Vec::new();
    for parameter in &operation.parameters {
        let value = encoded(&parameter.name);
        if parameter.place == "path" {
            path =
                path.replace(&format!("{{{}}}", parameter.name), if value.is_empty() { "-" } else { &value });
        } else if !value.is_empty() {
            query.push(format!("{}={value}", parameter.name));
        }
    }
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_in_their_place_in_the_address() {
        let all = || document::groups().iter().flat_map(|group| &group.operations);
        let messages =
            all().find(|one| one.is_get() && one.path == "/api/v1/tickets/{number}/messages").unwrap();
        let of = |pairs: &[(&str, &str)]| {
            let given = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            address(messages, &given)
        };
        assert_eq!(of(&[("number", "7"), ("limit", " 5 ")]), "/api/v1/tickets/7/messages?limit=5");
        assert_eq!(
            of(&[("number", "../../admin?x=1#"), ("limit", "1&cursor=2"), ("foreign", "x")]),
            "/api/v1/tickets/..%2F..%2Fadmin%3Fx%3D1%23/messages?limit=1%26cursor%3D2"
        );
        assert!(of(&[]).starts_with("/api/v1/tickets/-/messages"));
    }
    #[test]
    fn every_operation_of_the_document_is_on_the_page() {
        let (_, description) = crate::routes().router.split_for_parts();
        let description = serde_json::to_value(description).unwrap();
        let paths = description["paths"].as_object().unwrap();
        let count: usize = paths.values().map(|item| item.as_object().unwrap().len()).sum();
        let shown: Vec<_> = document::groups().iter().flat_map(|group| &group.operations).collect();
        assert!(count > 40, "{count}");
        assert_eq!(shown.len(), count);
        let create = shown.iter().find(|one| one.path == "/api/v1/tickets" && one.method == "POST").unwrap();
        assert!(create.body.iter().any(|field| field.name == "requester" && field.depth == 0));
        assert!(
            create.body.iter().any(|field| field.name == "email" && field.depth == 1),
            "what is inside, too"
        );
        let ids: std::collections::BTreeSet<_> = shown.iter().map(|one| &one.id).collect();
        assert_eq!(ids.len(), shown.len(), "each can be linked to");
    }
}
