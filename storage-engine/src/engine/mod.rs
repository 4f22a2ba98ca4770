//! The operations: what callers ask of the store, one verb family a file.

pub mod requests;
