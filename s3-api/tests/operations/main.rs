//! The protocol over an engine in memory: requests signed by the SDK go in at
//! [`s3_api::S3::handle`], and answers are looked at as a client would.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod answers;
mod buckets;
mod copies;
mod deletes;
mod lifecycle;
mod listings;
mod multipart;
mod objects;
mod support;
mod uploads;
mod versions;
