//! Certificates for this machine that nobody else has signed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedKey, IsCa, Issuer, KeyPair,
    generate_simple_self_signed,
};

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

    /// One that says of itself that it issues others, as `openssl req -x509` makes them, for another
    /// name than that of this machine.
    pub(crate) fn make_usual(folder: &Path) -> Certificate {
        let mut wanted = CertificateParams::new(vec!["store.example.com".to_owned()]).unwrap();
        wanted.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let made = Certificate {
            certificate: folder.join("usual.crt"),
            key: folder.join("usual.key"),
        };
        fs::write(&made.certificate, wanted.self_signed(&key).unwrap().pem()).unwrap();
        fs::write(&made.key, key.serialize_pem()).unwrap();
        made
    }

    /// One for this machine that somebody else has issued, whose certificate is the file.
    pub(crate) fn make_issued(folder: &Path) -> (Certificate, PathBuf) {
        let mut wanted = CertificateParams::new(Vec::<String>::new()).unwrap();
        wanted.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer_key = KeyPair::generate().unwrap();
        let issuer_file = folder.join("issuer.crt");
        let issuer_pem = wanted.self_signed(&issuer_key).unwrap().pem();
        fs::write(&issuer_file, issuer_pem).unwrap();
        let issuer = Issuer::new(wanted, issuer_key);
        let wanted = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let made = Certificate {
            certificate: folder.join("issued.crt"),
            key: folder.join("issued.key"),
        };
        let issued = wanted.signed_by(&key, &issuer).unwrap();
        fs::write(&made.certificate, issued.pem()).unwrap();
        fs::write(&made.key, key.serialize_pem()).unwrap();
        (made, issuer_file)
    }

    /// Has a server show it.
    pub(crate) fn show(&self, command: &mut Command) {
        command.arg("--tls-certificate").arg(&self.certificate);
        command.arg("--tls-key").arg(&self.key);
    }
}
