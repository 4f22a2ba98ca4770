//! Small documents over HTTP, bounded in size and time.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::ACCEPT;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;
use tokio::{task, time};

use crate::limits::OIDC_DOCUMENT_BYTES_MAX;
use crate::trust;

type Https = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

#[derive(Debug)]
pub(super) struct Fetcher {
    /// Made at its first use: who has no web identities needs no certificates.
    client: OnceCell<Https>,
    wait_max: Duration,
}

impl Fetcher {
    pub(super) fn new(wait_max: Duration) -> Self {
        Fetcher {
            client: OnceCell::new(),
            wait_max,
        }
    }

    /// A document, or why it cannot be had; what a stranger's server says is not repeated.
    pub(super) async fn get(&self, url: &str) -> Result<Bytes, String> {
        let uri: Uri = url.parse().map_err(|_| format!("{url} is no URL"))?;
        if !is_safe(&uri) {
            return Err(format!("{url} is neither over TLS nor on this machine"));
        }
        let client = self.client.get_or_try_init(connect).await;
        let client = client.map_err(|error| format!("cannot set up TLS: {error}"))?;
        match time::timeout(self.wait_max, read(client, uri)).await {
            Ok(document) => document.map_err(|why| format!("{url} {why}")),
            Err(_) => Err(format!("{url} did not answer in time")),
        }
    }
}

async fn read(client: &Https, uri: Uri) -> Result<Bytes, String> {
    let request = Request::get(uri)
        .header(ACCEPT, "application/json")
        .body(Empty::new())
        .map_err(|_| "cannot be asked for".to_owned())?;
    let answer = client.request(request).await;
    let answer = answer.map_err(|error| format!("cannot be reached: {error}"))?;
    if answer.status() != StatusCode::OK {
        return Err(format!("answers {}", answer.status().as_u16()));
    }
    let body = Limited::new(answer.into_body(), OIDC_DOCUMENT_BYTES_MAX);
    let body = body.collect().await;
    Ok(body.map_err(|_| "breaks off, or is too long")?.to_bytes())
}

/// Keys that came over a network without TLS could be anybody's.
fn is_safe(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let is_here = host == "localhost" || address.is_some_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => is_here,
        _ => false,
    }
}

/// Trusts whom this machine trusts.
async fn connect() -> io::Result<Https> {
    let build = || {
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        // Without any, providers on this machine can be asked all the same.
        let tls = ClientConfig::builder()
            .with_root_certificates(trust::roots().unwrap_or_else(RootCertStore::empty))
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(plain);
        Client::builder(TokioExecutor::new()).build(connector)
    };
    // Reads the certificates from their files.
    Ok(task::spawn_blocking(build).await?)
}
