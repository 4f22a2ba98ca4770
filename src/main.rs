//! Cairn: a self-hosted, S3-compatible object store.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cli;
mod config;
mod credentials;
mod limits;
mod observe;
mod route;
mod serve;
mod system;
mod telemetry;

fn main() {}
