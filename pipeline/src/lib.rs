//! What the store does by itself with what is in it, by rules its users set.
//!
//! Today that is [`lifecycle`]: versions expire, change their storage class, and uploads that
//! nobody finishes end. This crate knows rules and the engine's façade; it must not know HTTP, nor
//! how rules are written on the wire.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

pub mod lifecycle;
pub mod limits;
