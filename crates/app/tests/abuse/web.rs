//! What comes in by the web (cases 17 to 36).
use super::world::{World, number};
use platform::web::Access;
use serde_json::{Value, json};
use testkit::on_both;

fn document() -> Value {
    let (_, description) = app::routes().router.split_for_parts();
    serde_json::from_str(&description.to_json().unwrap()).unwrap()
}
/// (METHOD, path with 1 for what varies, operation).
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if matches!(method.as_str(), "get" | "post" | "put" | "patch" | "delete") {
                all.push((method.to_uppercase(), filled(path), operation.clone()));
            }
        }
    }
    all
}
fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn case_17_an_agent_of_another_inbox_finds_no_ticket() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let row = world.writes("cy@c.example", "hello", "Message-ID: <a@c>", "hello").await;
        let inboxes = world.admin.get("/api/v1/inboxes").await.json();
        let id = |address: &str| {
            let all = inboxes["items"].as_array().unwrap();
            all.iter().find(|inbox| inbox["address"] == address).unwrap()["id"].as_str().unwrap().to_owned()
        };
        let mut bo = world.agent_of("Bo", &id(super::world::SUPPORT)).await;
        let mut bea = world.agent_of("Bea", &id(super::world::SALES)).await;
        let n = number(&row);
        let reading = ["", "/messages", "/history"].map(|end| format!("/api/v1/tickets/{n}{end}"));
        for path in &reading {
            bo.get(path).await.assert_status(200);
            let foreign = bea.get(path).await.assert_status(404).text();
            let none = path.replacen(&format!("/{n}"), "/999999", 1);
            let none = bea.get(&none).await.assert_status(404).text();
            assert_eq!(foreign, none, "hidden is the same as not there");
        }
        for path in [format!("/t/{n}"), format!("/t/{n}/history")] {
            bo.get(&path).await.assert_status(200);
            bea.get(&path).await.assert_status(404);
        }
        let before = world.events().await;
        let messages = format!("/api/v1/tickets/{n}/messages");
        for kind in ["public", "note"] {
            let body = json!({ "kind": kind, "text": "x" }).to_string();
            bea.post_json(&messages, &body).await.assert_status(404);
        }
        bea.patch_json(&format!("/api/v1/tickets/{n}"), r#"{"priority":"high"}"#).await.assert_status(404);
        let list = bea.get("/api/v1/tickets").await.assert_status(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 0);
        let path = format!("/t/{n}");
        search::testing::indexed(&world.home).await;
        bo.get("/search?q=hello").await.assert_status(200).assert_has(&path);
        bea.get("/search?q=hello").await.assert_has_not(&path);
        assert_eq!(world.events().await, before, "nothing happened");
    });
}

/// Names of columns that no operation takes.
const COLUMNS: &[&str] =
    &["zz_unknown", "tenant_id", "created_at", "created_at_ms", "password_hash", "lease_token", "is_admin"];

#[test]
fn case_19_s12_every_operation_refuses_fields_that_it_does_not_have() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let document = document();
        let before = world.events().await;
        let (mut wrong, mut bodies) = (Vec::new(), 0);
        for (method, path, operation) in operations(&document) {
            let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else {
                continue;
            };
            bodies += 1;
            let mut tries: Vec<(Value, String)> =
                COLUMNS.iter().map(|name| (json!({ *name: 1 }), format!("/{name}"))).collect();
            nested(&document, schema, 0, &mut |value, pointer| tries.push((value, pointer)));
            for (body, pointer) in tries {
                let answer = world
                    .admin
                    .send(method.parse().unwrap(), &path, Some("application/json"), body.to_string().into())
                    .await;
                let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                let (code, at) = (&json["errors"][0]["code"], &json["errors"][0]["pointer"]);
                if answer.status != 422 || code != "unknown_field" || at != pointer.as_str() {
                    wrong.push(format!("{method} {path} {body} → {} {code} {at}", answer.status));
                }
            }
        }
        assert!(bodies >= 12, "{bodies} operations have a body");
        assert!(wrong.is_empty(), "{}:\n{}", desk.engine, wrong.join("\n"));
        assert_eq!(world.events().await, before, "nothing happened");
    });
}

/// For each object inside a body, the body with an unknown field in it, and the pointer to that.
fn nested(document: &Value, schema: &Value, depth: usize, found: &mut dyn FnMut(Value, String)) {
    let schema = resolved(document, schema);
    let Some(properties) = schema["properties"].as_object() else { return };
    for (name, property) in properties {
        let property = resolved(document, property);
        let (inner, is_list) = match property["items"].is_object() {
            true => (resolved(document, &property["items"]), true),
            false => (property, false),
        };
        if !inner["properties"].is_object() || depth > 2 {
            continue;
        }
        let wrap = |value: Value| json!({ name.clone(): if is_list { json!([value]) } else { value } });
        let step = if is_list { format!("/{name}/0") } else { format!("/{name}") };
        // A word that says which of several shapes it is stands there as it has to.
        let mut unknown = json!({ "zz_unknown": 1 });
        for (key, value) in inner["properties"].as_object().into_iter().flatten() {
            if let [only] = value["enum"].as_array().map_or(&[][..], Vec::as_slice) {
                unknown[key] = only.clone();
            }
        }
        found(wrap(unknown), format!("{step}/zz_unknown"));
        nested(document, inner, depth + 1, &mut |value, pointer| {
            found(wrap(value), format!("{step}{pointer}"))
        });
    }
}
fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return resolved(document, document.pointer(&reference[1..]).unwrap());
    }
    // `null or T`.
    let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    let of_type = choices.and_then(|all| all.iter().find(|one| one["type"] != "null"));
    of_type.map_or(schema, |one| resolved(document, one))
}

#[test]
fn case_20_s17_no_get_and_no_form_of_another_site_changes_anything() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.writes("cy@c.example", "hello", "Message-ID: <a@c>", "hello").await;
        let mut own = world.browser(world.admin_id).await;
        own.get("/tickets").await.assert_status(200);
        let mut evil = own.clone().from_another_site();
        let before = world.events().await;
        let (mut wrong, mut forms) = (Vec::new(), 0);
        let table = app::routes().table;
        for route in table.iter().filter(|route| route.method != "GET") {
            let path = filled(&route.path);
            let answer = evil
                .send(
                    route.method.parse().unwrap(),
                    &path,
                    Some("application/x-www-form-urlencoded"),
                    b"text=x".to_vec(),
                )
                .await;
            forms += 1;
            // Set-up is over, whoever asks; on the customers' side an agent is nobody.
            let expected = match route.path.as_str() {
                "/setup" => &[410][..],
                path if path.starts_with("/portal/") => &[401, 403],
                _ => &[403],
            };
            if !expected.contains(&answer.status.as_u16()) {
                wrong.push(format!("{} {path} from another site → {}", route.method, answer.status));
            }
            if table.iter().any(|other| other.method == "GET" && other.path == route.path) {
                continue;
            }
            let answer = own.get(&path).await;
            if ![404, 405].contains(&answer.status.as_u16()) {
                // Another route may match the path; then it is that one's business, and it must be a GET of ours.
                let is_other = table.iter().any(|other| other.method == "GET" && matches(&other.path, &path));
                if !is_other {
                    wrong.push(format!("GET {path} → {}", answer.status));
                }
            }
        }
        assert!(forms > 50, "{forms}");
        assert!(wrong.is_empty(), "{}:\n{}", desk.engine, wrong.join("\n"));
        assert_eq!(world.events().await, before, "nothing happened");
        let public =
            table.iter().filter(|route| route.access == Access::Public && route.method != "GET").count();
        assert!(public >= 5, "public forms are among them");
    });
}
fn matches(template: &str, path: &str) -> bool {
    let (a, b): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    a.len() == b.len() && a.iter().zip(&b).all(|(one, other)| one.starts_with('{') || one == other)
}

const INJECTIONS: &[&str] = &[
    "' OR 1=1--",
    "\" OR \"\"=\"",
    "1); DROP TABLE ticket;--",
    "%' OR '1'='1",
    "\\",
    "1 UNION SELECT value FROM setting",
];

#[test]
fn case_27_sql_in_any_parameter_finds_nothing_and_breaks_nothing() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.writes("cy@c.example", "hello", "Message-ID: <a@c>", "hello").await;
        let (mut wrong, mut tried) = (Vec::new(), 0);
        for (method, path, operation) in operations(&document()) {
            if method != "GET" {
                continue;
            }
            let none = Vec::new();
            for parameter in operation["parameters"].as_array().unwrap_or(&none) {
                if parameter["in"] != "query" {
                    continue;
                }
                let name = parameter["name"].as_str().unwrap();
                for evil in INJECTIONS {
                    let words = ["", "requester:", "tag:", "team:", "assignee:", "status:"];
                    let words = if name == "filter" { &words[..] } else { &words[..1] };
                    for word in words {
                        let value =
                            format!("{word}{}", evil.replace(' ', if word.is_empty() { " " } else { "" }));
                        let query: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
                        let answer = world.admin.get(&format!("{path}?{name}={query}")).await;
                        tried += 1;
                        let rows = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
                        // A list without a row, or a file of one that has no more than its head.
                        let is_empty = rows["items"].as_array().is_some_and(Vec::is_empty)
                            || path.ends_with("/export") && answer.text().trim_end().lines().count() == 1;
                        // `kind` and the like of a list that does not know the value.
                        let is_fine = match answer.status.as_u16() {
                            200 => is_empty,
                            400 | 404 | 422 => rows["code"].is_string(),
                            _ => false,
                        };
                        if !is_fine {
                            wrong.push(format!(
                                "{path}?{name}={value} → {} {}",
                                answer.status,
                                answer.text()
                            ));
                        }
                    }
                }
            }
        }
        assert!(tried > 60, "{tried}");
        assert!(wrong.is_empty(), "{}:\n{}", desk.engine, wrong.join("\n"));
        let tickets = world.admin.get("/api/v1/tickets").await.json();
        assert_eq!(tickets["items"].as_array().unwrap().len(), 1, "and all is still there");
    });
}

#[test]
fn case_28_a_page_has_two_hundred_rows_at_most_and_one_at_least() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        for n in 0..205 {
            let contact = json!({ "name": format!("Person {n}"), "email": format!("p{n}@c.example") });
            world.admin.post_json("/api/v1/contacts", &contact.to_string()).await.assert_status(201);
        }
        search::testing::indexed(&world.home).await;
        let (mut wrong, mut lists) = (Vec::new(), 0);
        for (method, path, operation) in operations(&document()) {
            let none = Vec::new();
            let parameters = operation["parameters"].as_array().unwrap_or(&none);
            if method != "GET" || !parameters.iter().any(|parameter| parameter["name"] == "limit") {
                continue;
            }
            lists += 1;
            for (limit, may_be) in
                [("1000000", &[200, 404][..]), ("-5", &[422]), ("0", &[422]), ("x", &[422])]
            {
                let words = if path.ends_with("/search") { "&q=person" } else { "" };
                let answer = world.admin.get(&format!("{path}?limit={limit}{words}")).await;
                let rows: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                let count = rows["items"].as_array().map_or(0, Vec::len);
                if !may_be.contains(&answer.status.as_u16()) && answer.status != 404 || count > 200 {
                    wrong.push(format!("{path}?limit={limit} → {} with {count}", answer.status));
                }
            }
        }
        assert!(lists >= 8, "{lists}");
        assert!(wrong.is_empty(), "{}:\n{}", desk.engine, wrong.join("\n"));
        let all = world.admin.get("/api/v1/contacts?limit=1000000").await.json();
        assert_eq!(all["items"].as_array().unwrap().len(), 200);
        assert!(all["next"].is_string());
    });
}

#[test]
fn case_36_an_uploaded_page_is_saved_and_never_shown() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let row = world.writes("cy@c.example", "hello", "Message-ID: <a@c>", "hello").await;
        let files: &[(&str, &[u8])] = &[
            ("x.html", b"<script>sentinel()</script>"),
            ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='sentinel()'/>"),
            ("x.png", b"<html><script>sentinel()</script>"),
            ("x.xhtml", b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>"),
            ("x.txt", b"<script>sentinel()</script>"),
            ("x.pdf", b"<!doctype html><script>sentinel()</script>%PDF-1.7"),
        ];
        for &(name, bytes) in files {
            let made = world.admin.post_files("/api/v1/uploads", &[], &[("file", name, bytes)]).await;
            let made = made.assert_status(201).json();
            let body = json!({ "text": "see", "attachments": [made["id"]] }).to_string();
            world
                .admin
                .post_json(&format!("/api/v1/tickets/{}/messages", number(&row)), &body)
                .await
                .assert_status(201);
            let id = made["id"].as_str().unwrap();
            for path in [format!("/attachments/{id}"), format!("/api/v1/attachments/{id}")] {
                let got = world.admin.get(&path).await.assert_status(200);
                assert_eq!(got.body, bytes);
                let kind = got.header("content-type").unwrap();
                let is_safe = match got.header("content-disposition").unwrap().split(';').next().unwrap() {
                    "attachment" => kind == "application/octet-stream" || kind.starts_with("text/plain"),
                    // Plain text may be looked at: with `nosniff` it stays that.
                    _ => kind == "text/plain; charset=utf-8",
                };
                assert!(is_safe, "{name}: {:?}", got.headers);
                assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
                assert!(got.header("content-security-policy").unwrap().contains("default-src 'none'"));
                assert_eq!(got.header("cache-control"), Some("no-store"));
            }
        }
    });
}

#[test]
fn case_34_a_placeholder_that_nothing_stands_for_is_named_and_never_computed() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let row = world.writes("Ada {{7*7}} <ada@c.example>", "hello", "Message-ID: <a@c>", "hello").await;
        let n = number(&row);
        let reply =
            |text: &str| json!({ "name": "Reply", "share": "desk", "texts": { "en": text } }).to_string();
        // Nothing reaches beyond the ticket's own values: what is no name is refused with its place.
        for bad in [
            "{{nope}}",
            "{{7*7}}",
            "{{desk.settings}}",
            "{{agent.password_hash}}",
            "{{customer.notes}}",
            "{{customer.tickets[0].subject}}",
            "{{ticket.fields.nope}}",
            "{{constructor.constructor}}",
            "{{customer.name | raw}}",
        ] {
            let refused =
                world.admin.post_json("/api/v1/canned-replies", &reply(bad)).await.assert_status(422);
            let detail = refused.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(&format!("1:1 unknown_name {bad}")) || bad.contains('|'), "{detail}");
        }
        // What a stranger calls himself is text and no placeholder.
        let text = "Hello {{customer.name}} {{organisation.name}}";
        let made =
            world.admin.post_json("/api/v1/canned-replies", &reply(text)).await.assert_status(201).json();
        let path = format!("/api/v1/tickets/{n}/canned-replies/{}", made["id"].as_str().unwrap());
        let filled = world.admin.get(&path).await.assert_status(200).json();
        // Shown literally, with a warning.
        assert_eq!(filled["text"], "Hello Ada {{7*7}} {{organisation.name}}");
        assert_eq!(filled["faults"].as_array().unwrap().len(), 1);
        assert_eq!(filled["faults"][0]["code"], "nothing");
        // A macro that would send it sends nothing.
        let steps = json!([{ "do": "reply", "canned": made["id"], "send": true }]);
        let body = json!({ "name": "Send", "share": "desk", "steps": steps }).to_string();
        let made = world.admin.post_json("/api/v1/macros", &body).await.assert_status(201).json();
        let events = world.events().await;
        let path = format!("/api/v1/tickets/{n}/macros/{}", made["id"].as_str().unwrap());
        world.admin.post_json(&path, "{}").await.assert_status(422);
        assert_eq!(world.events().await, events);
    });
}
