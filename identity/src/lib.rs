//! Who may do what: principals, credentials, sessions, groups, roles, policies and decisions.
//!
//! This crate must not know HTTP, XML, the wire forms of S3, IAM and STS, or how anything is
//! stored: it keeps rows in a named table of the storage engine and knows nothing else of it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod accounts;
mod allowance;
mod belongings;
mod caller;
pub mod check;
mod derive;
mod error;
pub mod fuzz;
mod holders;
pub mod iam;
mod identity;
mod known;
pub mod limits;
pub mod model;
mod own_key;
pub mod policy;
mod ready_made;
#[cfg(test)]
mod rig;
mod session;
mod store;
pub mod sts;

pub use accounts::{NewAccount, Number};
pub use belongings::{Belongings, ForeignRow};
pub use caller::{Caller, Credential, Owner, Rank, Refusal, Suspended, Target};
pub use error::{Error, Result};
pub use holders::{Proof, Restriction};
pub use identity::{Identity, RootAccount};
pub use own_key::{NotOwn, OwnKey};
pub use store::seal::{Purpose, Sealer};
pub use store::table::TABLE;
