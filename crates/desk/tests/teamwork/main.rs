//! What people do together about a ticket beside its conversation, on both databases.
mod checklists;
mod reminders;
mod sides;
mod templates;
#[path = "../shared/world.rs"]
#[allow(dead_code)]
mod world;

use serde_json::Value;

/// The codes of a refusal, by field.
pub fn fields(problem: &Value) -> Vec<(String, String)> {
    let one = |error: &Value| {
        (error["pointer"].as_str().unwrap().to_owned(), error["code"].as_str().unwrap().to_owned())
    };
    problem["errors"].as_array().unwrap().iter().map(one).collect()
}
/// One refused field.
pub fn refused(problem: &Value, pointer: &str, code: &str) {
    assert_eq!(fields(problem), [(pointer.to_owned(), code.to_owned())], "{problem}");
}
