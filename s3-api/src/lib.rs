//! The S3 protocol layer: a straight line from an HTTP request to the engine and back.
//!
//! [`S3::handle`] parses, authenticates, permits, runs and renders. This crate knows the protocol
//! and the engine's façade; it must not know how the engine stores anything, nor the connection
//! the request came over.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod auth;
mod body;
mod bucket;
mod checksum;
mod config;
mod date;
mod encoding;
mod error;
pub mod fuzz;
mod handle;
pub mod limits;
mod observe;
mod op;
mod ops;
mod query;
mod request;
mod response;
mod target;
mod xml;

pub use auth::{Credential, Credentials, Principal, root_credential};
pub use body::wire::ConnectionFate;
pub use config::S3Config;
pub use error::{Code, S3Error};
pub use handle::S3;
pub use observe::Observation;
pub use op::{OPERATIONS, Operation};
pub use response::{BodyError, ResponseBody};
