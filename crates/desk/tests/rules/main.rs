//! Rules: what they do, what stops them, what they tell of it, and that a simulation is what really happens.
mod bad;
mod deeds;
mod real;
#[path = "../sla/world.rs"]
#[allow(dead_code)]
mod world;
