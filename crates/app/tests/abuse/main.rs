//! The forty abuse cases and the structural promises, through the whole program's router and intake, on both databases.
//!
//! A case that another test proves is named in `docs/behaviour/security.md`; [`table`] checks that each of the forty is there.
mod mail;
#[path = "../program/mod.rs"]
mod program;
mod promises;
mod served;
mod table;
mod web;
mod world;
