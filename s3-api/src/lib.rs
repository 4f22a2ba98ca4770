//! The S3 protocol layer: a straight line from an HTTP request to the engine and back.
//!
//! [`S3::handle`] parses, authenticates, permits, runs and renders. This crate knows the protocol
//! and the engine's façade; it must not know how the engine stores anything, nor the connection
//! the request came over.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod access;
mod access_log;
mod acl;
mod actions;
mod auth;
mod body;
mod bucket;
mod checksum;
mod client;
mod config;
mod cors;
mod date;
mod domains;
mod encoding;
mod error;
mod explain;
mod form;
pub mod fuzz;
mod handle;
mod iam;
pub mod kms;
pub mod limits;
mod load;
mod observe;
mod op;
mod ops;
mod query;
mod request;
mod response;
mod shown;
mod sse;
mod target;
mod website;
mod within;
mod xml;

pub use access::Ground;
pub use access_log::{AccessEntry, AccessLogStats};
pub use actions::known_actions;
pub use auth::SigV2;
pub use body::wire::ConnectionFate;
pub use bucket::check::{check_bucket_name, check_configuration};
pub use bucket::ownership::Ownership;
pub use client::{Client, Scheme};
pub use config::{CustomerKeys, S3Config};
pub use domains::{Domains, InvalidDomain};
pub use error::{Code, S3Error};
pub use explain::{Deliberation, Explanation, Prospect};
pub use handle::{RequestId, S3};
pub use iam::{ACTIONS, Action, CallRefusal};
pub use load::{Bound, Busy, Load, LoadLimits, LoadStats, Memory, network};
pub use observe::{Change, Observation};
pub use op::{Example, OPERATIONS, Operation};
pub use response::{BodyError, ResponseBody};
pub use shown::ShownTarget;
pub use within::{OnlyNew, OnlyTried, TextHeaders};
