//! Hands are shaken, and which cipher a connection gets.
//!
//! Where client and server have instructions for AES, the cheapest of its suites is taken, whatever
//! the client named first: OpenSSL names the one with a key of 256 bits, which costs a seventh more
//! and keeps nobody out whom 128 bits let in. A client that would rather have ChaCha20 says so
//! because it has no such instructions: its order is kept.

use std::io;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{Acceptor, ClientHello};
use rustls::{CipherSuite, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::limits::TLS_SEND_BYTES_MAX;

/// Sets up TLS on connections.
#[derive(Clone)]
pub(crate) struct Handshakes {
    ours: Arc<ServerConfig>,
    as_asked: Arc<ServerConfig>,
}

impl Handshakes {
    pub(super) fn new(config: ServerConfig) -> Handshakes {
        let mut ours = config.clone();
        ours.ignore_client_order = true;
        Handshakes {
            ours: Arc::new(ours),
            as_asked: Arc::new(config),
        }
    }

    pub(crate) async fn shake(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let greeted = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let config = self.for_client(&greeted.client_hello());
        greeted
            .into_stream_with(config, |tls| tls.set_buffer_limit(Some(TLS_SEND_BYTES_MAX)))
            .await
    }

    fn for_client(&self, hello: &ClientHello<'_>) -> Arc<ServerConfig> {
        let first = hello.cipher_suites().iter().find(|it| !is_grease(**it));
        match first {
            Some(suite) if !is_aes(*suite) => Arc::clone(&self.as_asked),
            _ => Arc::clone(&self.ours),
        }
    }
}

/// Browsers put a name before the others that means nothing.
fn is_grease(suite: CipherSuite) -> bool {
    let [high, low] = u16::from(suite).to_be_bytes();
    high == low && high & 0x0f == 0x0a
}

/// Of the suites that are spoken here.
fn is_aes(suite: CipherSuite) -> bool {
    !matches!(
        suite,
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    )
}

/// The suites by falling preference. TLS 1.3 comes before 1.2 in any case.
pub(super) fn provider() -> Arc<CryptoProvider> {
    let mut provider = ring::default_provider();
    provider
        .cipher_suites
        .sort_by_key(|suite| match suite.suite() {
            CipherSuite::TLS13_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => 0,
            suite if is_aes(suite) => 1,
            _ => 2,
        });
    Arc::new(provider)
}
