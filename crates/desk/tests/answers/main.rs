//! Canned replies, macros, snoozed tickets and call-backs, through API and pages.
mod call_backs;
mod canned;
mod macros;
mod snooze;
mod time;
#[allow(dead_code)] // several binaries share it, and each uses a part
#[path = "../shared/world.rs"]
mod world;
