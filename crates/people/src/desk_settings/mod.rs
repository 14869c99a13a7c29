//! The desk's name, language and time zone.
pub mod store;

pub use store::{Draft, Settings};

platform::events! {
    /// The desk's name, language or zone changed.
    DeskChanged = "desk.changed" about "desk" desk { desk: &'static str, name: String }
}
