//! Whom this machine trusts over TLS.

use rustls::RootCertStore;

/// The certificates of the system, or of the file that `SSL_CERT_FILE` names; nothing if there are
/// none. Reads files.
pub(crate) fn roots() -> Option<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    (!roots.is_empty()).then_some(roots)
}
