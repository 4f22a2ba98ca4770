//! The interface without a network: every endpoint over a real engine, in memory.

#![allow(clippy::unwrap_used)]

mod allowed;
mod audit;
mod buckets;
mod crossing;
mod doors;
mod downloads;
mod events;
mod examples;
mod gone;
mod jobs;
mod kms;
mod lifecycle;
mod limits;
mod links;
mod local;
mod objects;
mod people;
mod policies;
mod preview;
mod readings;
mod repeats;
mod second_factor;
mod server;
mod session;
mod simulator;
mod speed;
mod support;
mod suspended;
mod times;
mod tokens;
mod uploads;
mod zip;
