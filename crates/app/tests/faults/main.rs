//! What happens to mail when the program is killed, stopped, flooded and fed with rubbish: the short form of the
//! experiments F01–F06, F16, F20 and F23, on the real program and both databases.
//!
//! `script/soak` runs the same for long. What is promised stands in `docs/behaviour/reliability.md`.
#![allow(clippy::disallowed_methods, reason = "tests start the program and speak to it as others do")]
mod bombs;
mod desk;
mod fetching;
mod poison;
mod post;
#[path = "../program/mod.rs"]
mod program;
mod receiving;
mod restoring;
mod sending;
mod size;
mod stopping;
mod ways;
