//! Pages of routing: plans, skills and needs for those who lead; what waits and why for everybody.
pub mod needs;
pub mod plans;
pub mod skills;
pub mod waiting;
pub mod why;

use platform::web::Form;

/// A form filled with values whose names are made here.
fn filled(values: Vec<(String, String)>) -> Form {
    values.into_iter().fold(Form::default(), |form, (name, value)| form.with(&name, &value))
}
