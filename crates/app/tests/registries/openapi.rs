//! The description of the API has every operation, and is an OpenAPI 3.1 document.
use serde_json::Value;
use std::collections::BTreeSet;

fn document() -> Value {
    let (_, description) = app::routes().router.split_for_parts();
    serde_json::from_str(&description.to_json().unwrap()).unwrap()
}

/// Operations as (METHOD, path, operation).
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if matches!(method.as_str(), "get" | "post" | "put" | "patch" | "delete") {
                all.push((method.to_uppercase(), path.clone(), operation.clone()));
            }
        }
    }
    all
}

#[test]
fn every_operation_of_the_api_is_described() {
    let document = document();
    let described = operations(&document);
    for route in app::routes().table.iter().filter(|route| route.path.starts_with("/api/v1/")) {
        let found = described.iter().find(|(method, path, _)| method == route.method && *path == route.path);
        let (.., operation) =
            found.unwrap_or_else(|| panic!("{} {} is not described", route.method, route.path));
        let at = format!("{} {}", route.method, route.path);
        assert!(operation["tags"][0].as_str().is_some_and(|tag| !tag.is_empty()), "{at} has no tag");
        assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 5), "{at} has no summary");
        assert!(
            operation["responses"].as_object().is_some_and(|all| !all.is_empty()),
            "{at} has no responses"
        );
    }
    let table = app::routes().table;
    for (method, path, _) in &described {
        let is_there = table.iter().any(|route| route.method == method && route.path == *path);
        assert!(is_there, "{method} {path} is described and not there");
    }
}

#[test]
fn the_description_has_the_shape_of_openapi_3_1() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let at = format!("{method} {path}");
        assert!(path.starts_with('/'), "{at}");
        if let Some(id) = operation["operationId"].as_str() {
            // The handlers' names repeat over slices; with the tag they are unique.
            ids.insert((operation["tags"][0].to_string(), id.to_owned()));
        }
        let none = Vec::new();
        let parameters = operation["parameters"].as_array().unwrap_or(&none);
        let named: BTreeSet<_> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| {
                assert_eq!(parameter["required"], true, "{at}");
                parameter["name"].as_str().unwrap()
            })
            .collect();
        let in_path: BTreeSet<_> =
            path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(named, in_path, "{at}: parameters of the path");
        for parameter in parameters {
            assert!(parameter["schema"].is_object(), "{at}: {parameter}");
        }
        for status in operation["responses"].as_object().unwrap().keys() {
            assert!(
                status.parse::<u16>().is_ok_and(|s| (100..600).contains(&s)) || status == "default",
                "{at}"
            );
        }
    }
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    for reference in references {
        let pointer =
            reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads out of the document"));
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn no_two_types_share_a_name_in_the_description() {
    // The later one would stand for both, and the description of the other would be wrong.
    let written = regex::Regex::new(
        r"derive\([^)]*ToSchema[^)]*\)\]((?:\s*#\[[^\n]*\]|\s*///[^\n]*)*)\s*pub (?:struct|enum) (\w+)",
    )
    .unwrap();
    let named = regex::Regex::new(r"schema\(as = (\w+)").unwrap();
    let mut seen = std::collections::BTreeMap::<String, String>::new();
    for file in crate::source::files(".rs") {
        for found in written.captures_iter(&file.text) {
            let name = named.captures(&found[1]).map_or(found[2].to_owned(), |named| named[1].to_owned());
            if let Some(other) = seen.insert(name.clone(), file.name.clone()) {
                panic!("{name} stands in {other} and in {}; give one of them #[schema(as = …)]", file.name);
            }
        }
    }
    assert!(seen.len() > 40, "{}", seen.len());
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("$ref", Value::String(reference)) => drop(references.insert(reference.clone())),
                    _ => collect(value, references),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}
