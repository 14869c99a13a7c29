//! Calendars, policies and deadlines through the API and the pages, on both databases.
mod alarms;
mod api;
mod contracts;
mod pages;
mod world;
