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

use std::thread;
use std::time::{Duration, Instant};

/// Far longer than anything here takes: reached only by a failure.
pub(crate) const FOREVER: Duration = Duration::from_secs(60);

/// Asks again and again until it is so.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < FOREVER, "not yet: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
