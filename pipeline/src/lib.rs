//! What the store does by itself with what is in it, by rules its users set.
//!
//! That is [`lifecycle`]: versions expire, change their storage class, and uploads that nobody
//! finishes end; and [`events`]: whoever wants to know of changes is told of them. This crate knows
//! rules and the engine's façade; it must not know HTTP, nor how rules are written on the wire.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

pub mod events;
pub mod lifecycle;
pub mod limits;
mod stored;

pub use stored::TooLong;
