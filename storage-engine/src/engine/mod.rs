//! The operations: what callers ask of the store, one verb family a file.

mod bucket;
mod copy;
mod delete;
mod document;
mod folder;
mod get;
mod guard;
mod list;
mod multipart;
mod open;
mod put;
mod readers;
pub mod requests;
mod sweep;
mod table;
mod update;
mod versions;
