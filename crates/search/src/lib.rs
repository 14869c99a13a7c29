//! Full-text search over what a desk has: an index of its own on every node, built from the event log.
//!
//! The index holds nothing that the database does not hold. Whoever deletes its folder gets it back
//! ([`follow`]); [`index::Index`] keeps in each commit how far of the log it has read. What is indexed is handed
//! over by [`source::Source`]s, so that this crate knows neither tickets nor people.
//!
//! What somebody may see is part of every query ([`query::Reach`]), never a filter over what came out.
// A panic in a request is a bug report nobody reads: say what was impossible, or return an error.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]

pub mod ask;
pub mod collect;
pub mod extract;
pub mod follow;
pub mod highlight;
pub mod index;
pub mod phone;
pub mod query;
mod schema;
pub mod similar;
pub mod source;
mod stems;
pub mod testing;
pub mod texts;
mod tokens;
pub mod words;

pub use collect::{Cursor, Facets, Found, Hit, Narrow, Sort};
pub use index::{Index, Mistake};
pub use query::Reach;
pub use source::{Document, Facts, File, Key, Source};
