//! The customer beside the case, and contacts that are one person.
mod beside;
mod merging;
mod replay;
mod world;
