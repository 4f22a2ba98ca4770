//! The rules of this code base that a program can check. Each exception stands here by name, with
//! its reason; a rule that is broken elsewhere fails the build.

#![allow(clippy::unwrap_used)]

#[path = "tidy/clients.rs"]
mod clients;
#[path = "tidy/crates.rs"]
mod crates;
#[path = "tidy/docs.rs"]
mod docs;
#[path = "tidy/shape.rs"]
mod shape;
#[path = "tidy/tree.rs"]
mod tree;
