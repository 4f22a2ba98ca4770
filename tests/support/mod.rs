//! What process tests share: the real binary on a free port, killed when its test ends, however.

// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code)]

pub(crate) mod certificate;
pub(crate) mod client;
pub(crate) mod console;
pub(crate) mod content;
pub(crate) mod drive;
pub(crate) mod http;
pub(crate) mod ledger;
pub(crate) mod process;
pub(crate) mod receiver;
pub(crate) mod server;
pub(crate) mod signed;
pub(crate) mod tls;
pub(crate) mod way;

use std::time::Duration;

/// Far longer than anything here takes: reached only by a failure.
pub(crate) const FOREVER: Duration = Duration::from_secs(60);
