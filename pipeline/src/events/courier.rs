//! Who carries a message to a target. How is not the business of this crate.

use std::fmt::Debug;

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt, ready};

/// Why a message did not get through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// The target takes nothing at the moment, whatever it is.
    #[error("{0}")]
    Unreachable(String),
    /// The target does not take this.
    #[error("{0}")]
    Refused(String),
}

pub trait Courier: Debug + Send + Sync {
    /// The names of all targets.
    fn targets(&self) -> Vec<String>;

    /// Hands a message over. Returns within bounded time. Dropped, or failed, the message may have
    /// arrived all the same.
    fn send<'a>(
        &'a self,
        target: &'a str,
        message: Bytes,
    ) -> BoxFuture<'a, Result<(), Undelivered>>;
}

/// For a server without targets.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Courier for Nobody {
    fn targets(&self) -> Vec<String> {
        Vec::new()
    }

    fn send<'a>(&'a self, target: &'a str, _: Bytes) -> BoxFuture<'a, Result<(), Undelivered>> {
        let unknown = format!("there is no target {target}");
        ready(Err(Undelivered::Refused(unknown))).boxed()
    }
}
