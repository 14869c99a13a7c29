//! What holds for every entry of the program's registries: statements, routes, words, errors, events, permissions,
//! templates, the description of the API, and a few habits of the source text.
//!
//! `UPDATE_DOCS=1 cargo nextest run -p app --test registries` writes `docs/reference` anew.
mod catalogue;
mod keys;
mod links;
mod new_slice;
mod openapi;
mod routes;
mod source;
mod statements;
mod words;
