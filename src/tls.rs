//! The certificates the server shows: read from files, chosen by the name a client asks for, and
//! read again when the files have changed.

mod certificate;
mod handshakes;
#[cfg(test)]
mod tests;
mod validity;
mod watch;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use admin::CertificateEnd;
use certificate::Certificate;
pub(crate) use handshakes::Handshakes;
use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use watch::Look;

/// Two files in PEM form: a certificate with what links it to a root, and its private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// Why there can be no TLS; names the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("cannot read {}: {source}", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} holds no {what} in PEM form: {why}", path.display())]
    Malformed {
        path: PathBuf,
        what: &'static str,
        why: String,
    },
    #[error("the key in {} does not go with the certificate in {}", key.display(), certificate.display())]
    Mismatch { certificate: PathBuf, key: PathBuf },
    #[error("{} cannot be used for TLS: {why}", path.display())]
    Unusable { path: PathBuf, why: String },
}

/// All certificates there are. Connections that are open keep the one they began with.
pub(crate) struct Certificates {
    files: Vec<TlsFiles>,
    /// Taken before they were read for the first time.
    began: Look,
    /// In the order of the files; the first is shown to who asks for no name, or for another one.
    shown: RwLock<Arc<[Certificate]>>,
}

impl Certificates {
    /// Reads all files; there is at least one pair of them.
    pub(crate) fn load(files: Vec<TlsFiles>) -> Result<Arc<Self>, TlsError> {
        let began = Look::at(&files);
        let shown = RwLock::new(read(&files)?);
        Ok(Arc::new(Certificates {
            files,
            began,
            shown,
        }))
    }

    /// What connections shake hands with: TLS 1.2 and 1.3, and over them what is offered, by
    /// falling preference.
    pub(crate) fn handshakes(self: &Arc<Self>, offered: &[&[u8]]) -> Handshakes {
        let resolver = Arc::clone(self) as Arc<dyn ResolvesServerCert>;
        let builder = ServerConfig::builder_with_provider(handshakes::provider());
        let mut config = builder
            .with_safe_default_protocol_versions()
            .expect("the provider has suites for all versions")
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
        Handshakes::new(config)
    }

    /// Reads all files again. What was shown before stays when one of them cannot be used.
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        let fresh = read(&self.files)?;
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Until when each is good. One that does not say so in a way that can be read is left out.
    pub(crate) fn ends(&self) -> Vec<CertificateEnd> {
        let shown = self.shown();
        let ends = self.files.iter().zip(shown.iter());
        let ends = ends.filter_map(|(files, certificate)| {
            Some(CertificateEnd {
                file: files.certificate.display().to_string(),
                not_after: certificate.not_after()?,
            })
        });
        ends.collect()
    }

    fn shown(&self) -> Arc<[Certificate]> {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&shown)
    }

    fn for_name(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let shown = self.shown();
        let named = name.and_then(|name| shown.iter().find(|shown| shown.is_for(name)));
        let chosen = named.or_else(|| shown.first())?;
        Some(chosen.key())
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.for_name(hello.server_name())
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Certificates").field(&self.files).finish()
    }
}

fn read(files: &[TlsFiles]) -> Result<Arc<[Certificate]>, TlsError> {
    files.iter().map(Certificate::read).collect()
}
