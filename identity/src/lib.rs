//! Who may do what: principals, credentials, sessions, groups, roles, policies and decisions.
//!
//! This crate must not know HTTP, XML, the wire forms of S3, IAM and STS, or how anything is
//! stored: it keeps rows in a named table of the storage engine and knows nothing else of it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod caller;
mod error;
pub mod limits;
pub mod model;
pub mod policy;

pub use caller::{Caller, Credential, Owner, Rank, Refusal, Target};
pub use error::{Error, Result};
