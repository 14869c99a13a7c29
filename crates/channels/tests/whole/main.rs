//! The whole way of a mail, from the door to its outcome, inside of one process and with a clock that tests set.
mod corpora;
mod damage;
mod fetched;
mod rest;
mod storm;
mod world;
