//! What the interface is told of the process it is part of.

use crate::base::BasePath;
use crate::public_url::PublicUrl;
use pipeline::lifecycle::Day;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
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
    /// Beneath which path a proxy shows the interface.
    pub base: BasePath,
    /// Where S3 is listened for.
    pub s3: Vec<SocketAddr>,
    /// Where clients are to be sent for S3, if that has a name of its own.
    pub public_url: Option<PublicUrl>,
    /// The day that lifecycle rules count in.
    pub lifecycle_day: Day,
}

/// A setting the server runs with.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Setting {
    pub name: String,
    /// In the form the configuration file gives it; null where it is unset, and of secrets.
    pub value: Value,
    /// It has a value, be it a secret one.
    pub is_set: bool,
    pub origin: SettingOrigin,
    /// The file and line, the variable or the flag it comes from.
    pub source: Option<String>,
    pub secret: bool,
    pub reload: SettingReload,
    pub summary: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettingOrigin {
    Default,
    File,
    Environment,
    Flag,
    /// Of a server that leaves nothing behind.
    Ephemeral,
}

/// When another value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettingReload {
    /// Once the configuration is read anew.
    Live,
    Restart,
}

/// Whoever counts the answers of the server.
pub trait Counters: Debug + Send + Sync {
    fn counted(&self) -> Counted;

    /// The certificates that are shown, and until when each is good.
    fn certificates(&self) -> Vec<CertificateEnd> {
        Vec::new()
    }
}

/// A certificate of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateEnd {
    /// The file it was read from.
    pub file: String,
    /// In seconds since 1970.
    pub not_after: u64,
}

/// Everything since the start.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counted {
    /// Answers by the first digit of their status: 2, 3, 4 and 5.
    pub answers: [u64; 4],
    /// Of the last those that are the server's own fault: not what it does not do (501), what is too
    /// much at the moment (503) and what there is no room for (507).
    pub failures: u64,
    pub received_bytes: u64,
    pub sent_bytes: u64,
    pub in_flight: u64,
    pub connections: u64,
    /// How many answers took at most so many seconds, by rising bounds.
    pub latency: Vec<(f64, u64)>,
    /// All whose time was taken.
    pub timed: u64,
}
