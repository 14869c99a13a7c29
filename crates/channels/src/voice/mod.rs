//! Voice. So far: who asks by SIP whether this desk is there gets an answer.
pub mod sip;
