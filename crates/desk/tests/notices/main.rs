//! What concerns people: who hears of what, once, and where.
mod digests;
mod hearing;
mod mentions;
mod places;
mod world;
