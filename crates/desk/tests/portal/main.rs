//! The customer's side through its pages, on both databases.
#![allow(clippy::unwrap_used, reason = "a test that fails says where")]
mod abuse;
mod journeys;
mod limits;
mod reading;
mod world;
