//! The typed filter: one tree with a text that people type, an evaluator, and SQL.
//!
//! Source: `docs/behaviour/filter.md`.
pub mod condition;
pub mod evaluate;
pub mod find;
pub mod mistake;
pub mod names;
pub mod parse;
pub mod print;
pub mod sql;
pub mod store;
#[cfg(test)]
mod tests;
pub mod tree;

pub use evaluate::Facts;
pub use mistake::Mistake;
pub use names::Names;
pub use parse::parse;
pub use print::print;
pub use sql::{Order, Place};
pub use tree::{Condition, Filter, Reader};

platform::translations!();

/// The text under which a filter is stored: what has a name stands there by its number, so that a new name changes
/// nothing.
pub fn stored(filter: &Filter) -> String {
    print(filter, &Names::default())
}
