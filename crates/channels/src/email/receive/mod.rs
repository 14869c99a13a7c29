//! The ways a mail comes in. None of them interprets it; all of them hand over the raw bytes.
pub mod imap;
pub mod smtp;
