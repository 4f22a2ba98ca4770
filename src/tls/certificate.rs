//! One certificate and its key.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::Error;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use webpki::EndEntityCert;

use super::handshakes::provider;
use super::{TlsError, TlsFiles, validity};
use crate::limits::TLS_FILE_BYTES_MAX;

pub(super) struct Certificate(Arc<CertifiedKey>);

impl Certificate {
    pub(super) fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        let pem = contents(&files.certificate)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let chain = chain.map_err(|why| malformed(&files.certificate, "certificate", &why))?;
        if chain.is_empty() {
            let why = &"there is none in it";
            return Err(malformed(&files.certificate, "certificate", why));
        }
        let pem = contents(&files.key)?;
        let key = PrivateKeyDer::from_pem_slice(&pem);
        let key = key.map_err(|why| malformed(&files.key, "private key", &why))?;
        let pair = CertifiedKey::from_der(chain, key, &provider());
        let pair = pair.map_err(|error| unusable(files, &error))?;
        EndEntityCert::try_from(&pair.cert[0]).map_err(|why| TlsError::Unusable {
            path: files.certificate.clone(),
            why: why.to_string(),
        })?;
        Ok(Certificate(Arc::new(pair)))
    }

    /// Whether it is a certificate for this host.
    pub(super) fn is_for(&self, host: &str) -> bool {
        let certificate = EndEntityCert::try_from(&self.0.cert[0]);
        let (Ok(certificate), Ok(name)) = (certificate, ServerName::try_from(host)) else {
            return false;
        };
        certificate.verify_is_valid_for_subject_name(&name).is_ok()
    }

    /// In seconds since 1970.
    pub(super) fn not_after(&self) -> Option<u64> {
        validity::not_after(&self.0.cert[0])
    }

    pub(super) fn key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0)
    }
}

fn contents(path: &Path) -> Result<Vec<u8>, TlsError> {
    let read = || {
        let size = fs::metadata(path)?.len();
        if size > TLS_FILE_BYTES_MAX {
            let why = format!("it has {size} bytes, and {TLS_FILE_BYTES_MAX} at most are read");
            return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, why));
        }
        fs::read(path)
    };
    read().map_err(|source| TlsError::Read {
        path: path.to_owned(),
        source,
    })
}

fn malformed(path: &Path, what: &'static str, why: &dyn std::fmt::Display) -> TlsError {
    TlsError::Malformed {
        path: path.to_owned(),
        what,
        why: why.to_string(),
    }
}

fn unusable(files: &TlsFiles, error: &Error) -> TlsError {
    match error {
        Error::InconsistentKeys(_) => TlsError::Mismatch {
            certificate: files.certificate.clone(),
            key: files.key.clone(),
        },
        error => TlsError::Unusable {
            path: files.key.clone(),
            why: error.to_string(),
        },
    }
}
