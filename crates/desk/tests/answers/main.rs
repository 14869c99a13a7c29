//! Canned replies, macros, snoozed tickets and call-backs, through API and pages.
mod call_backs;
mod canned;
mod macros;
mod snooze;
mod world;
