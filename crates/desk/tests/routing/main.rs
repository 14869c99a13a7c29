//! Giving out work: the simulation of a day, and the desk's pages, API and worker.
mod giving;
mod pages;
mod simulation;
#[allow(dead_code)] // several binaries share it, and each uses a part
#[path = "../shared/world.rs"]
mod world;
