//! The web server: connections, what all of them go through, and an end that loses no answer.
pub mod health;
pub mod layers;
pub mod router;
pub mod server;
