//! A server for a test: its folder is new, its port is free, and nothing of it stays.

mod folder;
mod left_over;

use std::io::{self, Write};

use serde_json::json;

use crate::config::{Chosen, Fault, Origin, ServerConfig, named};
use crate::credentials::RootCredential;
use folder::Held;
pub(crate) use left_over::remove_behind;

/// Removes its folder when it is dropped.
#[derive(Debug)]
pub(crate) struct Ephemeral {
    folder: Held,
}

impl Ephemeral {
    pub(crate) fn new() -> io::Result<Ephemeral> {
        let folder = Held::make(&std::env::temp_dir())?;
        Ok(Ephemeral { folder })
    }

    pub(crate) fn fault(error: &io::Error) -> Fault {
        Fault::new(format!(
            "--ephemeral: cannot make a temporary folder: {error}"
        ))
    }

    /// What such a server does not leave to the environment: whose variables are meant for another
    /// one. Flags are stronger still.
    pub(crate) fn chosen(&self) -> Vec<Chosen> {
        let folder = self.folder.path().to_string_lossy();
        let values = [
            ("data", &*folder),
            ("listen", "127.0.0.1:0"),
            // Unset: it has no other name.
            ("public-url", ""),
            ("console", "off"),
            ("log-level", "warn"),
        ];
        let chosen = values.into_iter().filter_map(|(name, value)| {
            let values = match value {
                "" => Vec::new(),
                value => vec![value.to_owned()],
            };
            Some(Chosen::new(named(name)?, values, Origin::Ephemeral))
        });
        chosen.collect()
    }
}

impl Drop for Ephemeral {
    /// What cannot be removed is left to the next one.
    fn drop(&mut self) {
        let _ = self.folder.remove();
    }
}

/// One line for whoever started the server: where it is, and the keys to it.
pub(crate) fn announce(
    endpoint: &str,
    root: &RootCredential,
    config: &ServerConfig,
) -> io::Result<()> {
    let line = json!({
        "endpoint": endpoint,
        "access_key": root.user(),
        "secret_key": root.password(),
        "region": config.region,
        "data": config.data,
    });
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
