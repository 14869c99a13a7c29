//! The ways a mail goes out.
