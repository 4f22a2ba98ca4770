//! How the engine proves itself: against an oracle that knows nothing of it, through crashes at
//! every step, faults of every kind and clients that race each other.
//!
//! `CAIRN_SOAK=1` runs everything for hours.

#![allow(clippy::large_futures)] // A test's stack has room for them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(unreachable_pub, reason = "a test has no outside")]

mod body;
mod crash;
mod cut;
mod fault;
mod found;
mod linear;
mod model;
mod operation;
mod oracle;
mod plan;
mod print;
mod run;
mod seeds;
mod send;
mod settle;
mod shrink;
mod store;
mod survey;
mod told;
mod world;
