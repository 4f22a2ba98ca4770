//! Certificates for this machine that nobody else has signed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{CertifiedKey, generate_simple_self_signed};

pub(crate) struct Certificate {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Certificate {
    /// Makes one; in a folder that has one already it takes its place.
    pub(crate) fn make(folder: &Path) -> Certificate {
        let names = vec!["127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let made = Certificate {
            certificate: folder.join("server.crt"),
            key: folder.join("server.key"),
        };
        fs::write(&made.certificate, cert.pem()).unwrap();
        fs::write(&made.key, signing_key.serialize_pem()).unwrap();
        made
    }

    /// Has a server show it.
    pub(crate) fn show(&self, command: &mut Command) {
        command.arg("--tls-certificate").arg(&self.certificate);
        command.arg("--tls-key").arg(&self.key);
    }
}
