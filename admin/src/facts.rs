//! What the interface is told of the process it is part of.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::SystemTime;

/// What stays the same while the server runs.
#[derive(Debug, Clone)]
pub struct Facts {
    pub version: &'static str,
    pub region: String,
    pub started: SystemTime,
    /// The data folder.
    pub data: PathBuf,
    /// Where S3 is listened for.
    pub s3: Vec<SocketAddr>,
}

/// Whoever counts the answers of the server.
pub trait Counters: Debug + Send + Sync {
    fn counted(&self) -> Counted;
}

/// Everything since the start.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counted {
    /// Answers by the first digit of their status: 2, 3, 4 and 5.
    pub answers: [u64; 4],
    pub received_bytes: u64,
    pub sent_bytes: u64,
    pub in_flight: u64,
    pub connections: u64,
    /// How many answers took at most so many seconds, by rising bounds.
    pub latency: Vec<(f64, u64)>,
    /// All whose time was taken.
    pub timed: u64,
}
