//! Small documents over HTTP, bounded in size and time.

use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::ACCEPT;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{HttpConnector, HttpInfo};
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;
use tokio::{task, time};

use super::reach::{OutOfReach, Reach, Resolver};
use crate::limits::OIDC_DOCUMENT_BYTES_MAX;
use crate::trust;

type Https = Client<HttpsConnector<HttpConnector<Resolver>>, Empty<Bytes>>;

/// What was asked for, and who gave it.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) bytes: Bytes,
    pub(super) from: Option<IpAddr>,
}

#[derive(Debug)]
pub(super) struct Fetcher {
    /// Made at their first use: who has no web identities needs no certificates.
    anywhere: OnceCell<Https>,
    public: OnceCell<Https>,
    wait_max: Duration,
}

impl Fetcher {
    pub(super) fn new(wait_max: Duration) -> Self {
        Fetcher {
            anywhere: OnceCell::new(),
            public: OnceCell::new(),
            wait_max,
        }
    }

    /// A document, or why it cannot be had; what a stranger's server says is not repeated.
    pub(super) async fn get(&self, url: &str, reach: Reach) -> Result<Document, String> {
        let uri: Uri = url.parse().map_err(|_| format!("{url} is no URL"))?;
        if !is_safe(&uri) {
            return Err(format!("{url} is neither over TLS nor on this machine"));
        }
        // Such an address is connected to without being resolved.
        if let Some(address) = address_in(&uri).filter(|address| !reach.includes(*address)) {
            return Err(format!("{url} {}", OutOfReach(address)));
        }
        let client = match reach {
            Reach::Anywhere => &self.anywhere,
            Reach::Public => &self.public,
        };
        let client = client.get_or_try_init(|| connect(reach)).await;
        let client = client.map_err(|error| format!("cannot set up TLS: {error}"))?;
        match time::timeout(self.wait_max, read(client, uri)).await {
            Ok(document) => document.map_err(|why| format!("{url} {why}")),
            Err(_) => Err(format!("{url} did not answer in time")),
        }
    }
}

async fn read(client: &Https, uri: Uri) -> Result<Document, String> {
    let request = Request::get(uri)
        .header(ACCEPT, "application/json")
        .body(Empty::new())
        .map_err(|_| "cannot be asked for".to_owned())?;
    let answer = client.request(request).await;
    let answer = answer.map_err(|error| unreachable(&error))?;
    if answer.status() != StatusCode::OK {
        return Err(format!("answers {}", answer.status().as_u16()));
    }
    let from = answer.extensions().get::<HttpInfo>();
    let from = from.map(|connection| connection.remote_addr().ip());
    let body = Limited::new(answer.into_body(), OIDC_DOCUMENT_BYTES_MAX);
    let body = body.collect().await;
    let bytes = body.map_err(|_| "breaks off, or is too long")?.to_bytes();
    Ok(Document { bytes, from })
}

/// The client's error, with what lies at its bottom.
fn unreachable(error: &(dyn Error + 'static)) -> String {
    let mut bottom = error;
    while let Some(source) = bottom.source() {
        bottom = source;
    }
    let out = bottom.downcast_ref::<io::Error>();
    let out = out.and_then(|error| error.get_ref()?.downcast_ref::<OutOfReach>());
    match out.or(bottom.downcast_ref()) {
        Some(out) => out.to_string(),
        None => format!("cannot be reached: {bottom}"),
    }
}

/// The address, where a URL names one instead of a host.
fn address_in(uri: &Uri) -> Option<IpAddr> {
    let host = uri.host().unwrap_or_default();
    host.trim_matches(['[', ']']).parse().ok()
}

/// Keys that came over a network without TLS could be anybody's.
fn is_safe(uri: &Uri) -> bool {
    let is_loopback = address_in(uri).is_some_and(|address| address.is_loopback());
    let is_here = is_loopback || uri.host() == Some("localhost");
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => is_here,
        _ => false,
    }
}

/// Trusts whom this machine trusts.
async fn connect(reach: Reach) -> io::Result<Https> {
    let build = move || {
        let mut plain = HttpConnector::new_with_resolver(Resolver::new(reach));
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
