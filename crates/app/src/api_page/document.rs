//! The description of the API as the page shows it: operations in groups, bodies as flat lists of fields.
use serde_json::Value;
use std::{collections::BTreeMap, sync::LazyLock};

/// Objects inside objects are shown so deep.
const DEPTH: usize = 3;

pub struct Group {
    pub name: String,
    pub operations: Vec<Operation>,
}
pub struct Operation {
    /// `get-tickets-number`: unique, for links.
    pub id: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    pub about: String,
    pub parameters: Vec<Parameter>,
    pub body: Vec<Field>,
    pub answers: Vec<Answer>,
}
impl Operation {
    pub fn is_get(&self) -> bool {
        self.method == "GET"
    }
}
pub struct Parameter {
    pub name: String,
    /// `path` or `query`.
    pub place: String,
    pub kind: String,
    pub is_required: bool,
    pub about: String,
}
/// A field of a body; those inside of it follow with a greater depth.
pub struct Field {
    pub depth: usize,
    pub name: String,
    pub kind: String,
    pub is_required: bool,
    pub about: String,
}
impl Field {
    /// Dots in front of what lies inside.
    pub fn indent(&self) -> String {
        "· ".repeat(self.depth)
    }
}
pub struct Answer {
    pub status: String,
    pub about: String,
    pub body: Vec<Field>,
}

static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    let (_, description) = crate::routes().router.split_for_parts();
    read(&serde_json::to_value(description).unwrap_or_default())
});

/// By the order of their names; read from the description once.
pub fn groups() -> &'static [Group] {
    &GROUPS
}

fn read(document: &Value) -> Vec<Group> {
    let mut groups = BTreeMap::<String, Vec<Operation>>::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ["get", "post", "put", "patch", "delete"] {
            let Some(operation) = item.get(method) else { continue };
            let group = text(&operation["tags"][0]);
            groups.entry(group).or_default().push(one(document, path, method, operation));
        }
    }
    groups.into_iter().map(|(name, operations)| Group { name, operations }).collect()
}

fn one(document: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let parameter = |parameter: &Value| Parameter {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        kind: kind(document, &parameter["schema"]),
        is_required: parameter["required"] == true,
        about: text(&parameter["description"]),
    };
    let answers = operation["responses"].as_object().into_iter().flatten();
    let answer = |(status, answer): (&String, &Value)| Answer {
        status: status.clone(),
        about: text(&answer["description"]),
        body: body(document, answer),
    };
    let words = path.split(['/', '{', '}', '.']).filter(|word| !matches!(*word, "" | "api" | "v1"));
    Operation {
        id: std::iter::once(method).chain(words).collect::<Vec<_>>().join("-"),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]).trim_end_matches('.').to_owned(),
        about: text(&operation["description"]),
        parameters: parameters.map(parameter).collect(),
        body: body(document, &operation["requestBody"]),
        answers: answers.map(answer).collect(),
    }
}

/// The fields of a JSON body, or of what a list of it holds.
fn body(document: &Value, holder: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    collect(document, &holder["content"]["application/json"]["schema"], 0, &mut fields);
    fields
}

fn collect(document: &Value, schema: &Value, depth: usize, fields: &mut Vec<Field>) {
    let schema = inner(document, schema);
    // Parts of one object that were written down apart.
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect(document, part, depth, fields);
    }
    let required = schema["required"].as_array();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let is_required = required.is_some_and(|all| all.iter().any(|one| one == name.as_str()));
        let own = text(&property["description"]);
        let about = if own.is_empty() { text(&resolved(document, property)["description"]) } else { own };
        fields.push(Field { depth, name: name.clone(), kind: kind(document, property), is_required, about });
        if depth < DEPTH {
            collect(document, property, depth + 1, fields);
        }
    }
}

/// What a schema is in the end, and for a list what its items are.
fn inner<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let schema = resolved(document, schema);
    if schema["items"].is_object() { resolved(document, &schema["items"]) } else { schema }
}
/// Behind references, and without "or null".
fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let found = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        return found.map_or(schema, |found| resolved(document, found));
    }
    let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    let one = choices.and_then(|all| all.iter().find(|one| one["type"] != "null"));
    one.map_or(schema, |one| resolved(document, one))
}

/// `text`, `number`, `list of object`, `low | normal | high`.
fn kind(document: &Value, schema: &Value) -> String {
    let schema = resolved(document, schema);
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(text).collect::<Vec<_>>().join(" | ");
    }
    let named = match &schema["type"] {
        Value::Array(all) => all.iter().find(|one| *one != "null").map(text).unwrap_or_default(),
        one => text(one),
    };
    match named.as_str() {
        "array" => format!("list of {}", kind(document, &schema["items"])),
        "" if schema["properties"].is_object() => "object".into(),
        "" => "any".into(),
        other => other.to_owned(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
