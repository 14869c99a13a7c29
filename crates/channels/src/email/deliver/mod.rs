//! The ways a mail goes out.
pub mod smtp;
