//! Merging, splitting, moving, linking, and taking any of it back at any time.
mod model;
mod refusals;
mod replay;
mod world;
