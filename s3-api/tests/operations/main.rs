//! The protocol over an engine in memory: requests signed by the SDK go in at
//! [`s3_api::S3::handle`], and answers are looked at as a client would.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod access;
mod answers;
mod attributes;
mod buckets;
mod calls;
mod calls_refused;
mod changes;
mod copies;
mod cross_origin;
mod deletes;
mod encryption;
mod forms;
mod hosts;
mod iam;
mod lifecycle;
mod listings;
mod load;
mod locks;
mod logging;
mod multipart;
mod notifications;
mod objects;
mod order;
mod renames;
mod simulate;
mod sts;
mod support;
mod tags;
mod uploads;
mod versions;
mod websites;
