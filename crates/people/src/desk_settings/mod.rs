//! The desk's name, language and time zone.
pub mod actions;
pub mod pages;
pub mod store;

pub use store::{Draft, Settings};

platform::translations!();
platform::events! {
    /// The desk's name, language or zone changed.
    DeskChanged = "desk.changed" about "desk" desk { desk: &'static str, name: String }
    /// The works-council mode was switched on, or off: then figures of single people can be seen.
    CouncilModeChanged = "desk.council_mode_changed" about "desk" desk { desk: &'static str, is_on: bool }
}
