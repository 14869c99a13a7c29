//! Mail: receiving, sending, and who really sent it.
pub mod deliver;
pub mod peer;
pub mod receive;
pub mod verify;
