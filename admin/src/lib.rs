//! The admin interface: JSON outside, S3 and IAM inside, and the files of the console.
//!
//! [`Admin::handle`] routes, finds out who asks, runs and renders. What is to be done to buckets
//! and objects is asked of `s3-api` as whoever asked, so that it passes the same policies, quotas,
//! events and logs; users, keys and policies are changed through `identity` with the permissions of
//! IAM. This crate opens no sockets, and must not know how anything is stored.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod actions;
mod answer;
mod attachment;
mod attention;
mod audit;
mod base;
mod belongings;
mod body;
mod buckets;
mod call;
mod condition;
mod console;
mod cookies;
mod counted;
mod download;
mod events;
mod facts;
mod guesses;
mod handle;
mod inner;
mod jobs;
mod kms;
mod lifecycle;
pub mod limits;
mod links;
mod local;
mod locks;
mod logins;
mod objects;
mod openapi;
mod page;
mod passwords;
mod people;
mod preview;
mod profile;
mod public_url;
mod random;
mod reading;
mod refused;
mod repeats;
mod route;
mod router;
mod s3;
mod second_factor;
mod server;
mod session;
mod shapes;
mod time;
mod tokens;
mod transfer;
mod words;
mod xml;
mod zip;

pub use actions::unknown_actions;
pub use answer::Seen;
pub use attention::is_near_quota;
pub use audit::Elsewhere;
pub use base::{BasePath, BasePathError};
pub use body::{AdminBody, BodyError};
pub use buckets::config::check as check_bucket_configuration;
pub use counted::counted;
pub use facts::{CertificateEnd, Counted, Counters, Facts, Setting, SettingOrigin, SettingReload};
pub use handle::{Admin, TRANSFER};
pub use inner::{AdminConfig, OpenError};
pub use jobs::{JobStats, LastJob};
pub use local::Local;
pub use public_url::{PublicUrl, PublicUrlError};
