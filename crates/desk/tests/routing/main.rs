//! Giving out work: the simulation of a day, and the desk's pages, API and worker.
mod giving;
mod pages;
mod simulation;
mod world;
