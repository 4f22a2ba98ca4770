//! How a server is reached over TLS: where it is named, as by anybody; where the configuration says
//! that it is here, by the certificates that stand there, whatever names are in them.

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use crate::client::Failure;
use crate::trust;

pub(crate) type Https = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Trusts whom this machine trusts.
pub(crate) fn anybody() -> Https {
    // Without any, servers without TLS can be asked all the same.
    let roots = trust::roots().unwrap_or_else(RootCertStore::empty);
    let tls = ClientConfig::builder().with_root_certificates(roots);
    client(tls.with_no_client_auth())
}

/// Trusts a server that shows a certificate of this file, whatever names are in it, and one that
/// somebody in the file has issued, for the names that are in it.
pub(crate) fn whom(file: &Path) -> Result<Https, Failure> {
    let failed = |what: String| Failure::File {
        path: file.to_owned(),
        what,
    };
    let pem = std::fs::read(file).map_err(|error| failed(error.to_string()))?;
    let known = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    let known = known.map_err(|error| failed(error.to_string()))?;
    let known: Vec<_> = known.into_iter().map(CertificateDer::into_owned).collect();
    if known.is_empty() {
        return Err(failed("there is no certificate in it (PEM)".to_owned()));
    }
    let mut issuers = RootCertStore::empty();
    issuers.add_parsable_certificates(known.iter().cloned());
    let client = knowing(known, (!issuers.is_empty()).then_some(issuers));
    client.map_err(failed)
}

/// Trusts exactly the certificates in these files.
pub(crate) fn exactly<'a>(files: impl Iterator<Item = &'a Path>) -> Result<Https, String> {
    let mut known = Vec::new();
    for file in files {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let pem = std::fs::read(file).map_err(|error: io::Error| failed(&error))?;
        let certificate = CertificateDer::from_pem_slice(&pem).map_err(|error| failed(&error))?;
        known.push(certificate.into_owned());
    }
    knowing(known, None)
}

fn knowing(
    known: Vec<CertificateDer<'static>>,
    issuers: Option<RootCertStore>,
) -> Result<Https, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let issued = |issuers| {
        let builder =
            WebPkiServerVerifier::builder_with_provider(Arc::new(issuers), Arc::clone(&provider));
        builder.build().map_err(|error| error.to_string())
    };
    let verifier = Known {
        known,
        issued: issuers.map(issued).transpose()?,
        provider: Arc::clone(&provider),
    };
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(client(tls))
}

/// Why a server did not answer, in words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// Something answers there, but nobody who is trusted.
    Untrusted(String),
    Unreachable(String),
}

impl Unanswered {
    /// The innermost cause says what happened; those around it say that something did.
    pub(crate) fn of(error: &(dyn std::error::Error + 'static)) -> Unanswered {
        let mut error = error;
        loop {
            if let Some(of_tls) = of_tls(error) {
                return in_words(of_tls);
            }
            match error.source() {
                Some(cause) => error = cause,
                None => return Unanswered::Unreachable(error.to_string()),
            }
        }
    }
}

/// Errors of TLS come within those of input and output, which may lie within each other.
fn of_tls<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e Error> {
    match error.downcast_ref::<io::Error>() {
        Some(outer) => of_tls(outer.get_ref()?),
        None => error.downcast_ref(),
    }
}

fn in_words(error: &Error) -> Unanswered {
    let certificate = match error {
        Error::InvalidCertificate(certificate) => certificate,
        Error::InvalidMessage(_) => {
            let what = "it does not speak TLS there: http:// may be meant, or another port";
            return Unanswered::Unreachable(what.to_owned());
        }
        other => return Unanswered::Unreachable(other.to_string()),
    };
    Unanswered::Untrusted(match certificate {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet: are the clocks right?".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for other names than this one".to_owned()
        }
        CertificateError::Revoked => "its certificate was revoked".to_owned(),
        // Of who has signed his own certificate, all the same.
        _ => "its certificate was issued by nobody who is trusted here".to_owned(),
    })
}

fn client(tls: ClientConfig) -> Https {
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .build();
    Client::builder(TokioExecutor::new()).build(connector)
}

/// The certificates somebody here has configured. Which names are in them does not matter: the
/// server is asked by its address.
#[derive(Debug)]
struct Known {
    known: Vec<CertificateDer<'static>>,
    /// Finds out about the others.
    issued: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Known {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.known.iter().any(|known| known == end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        match &self.issued {
            Some(issued) => issued.verify_server_cert(
                end_entity,
                intermediates,
                server_name,
                ocsp_response,
                now,
            ),
            None => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
