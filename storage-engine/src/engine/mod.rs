//! The operations: what callers ask of the store, one verb family a file.

mod bucket;
mod delete;
mod document;
mod guard;
mod list;
mod multipart;
mod put;
pub mod requests;
mod table;
mod update;
mod versions;
