//! Targets of events: addresses that take messages by POST.
//!
//! A message has arrived when its receiver answers 2xx. No redirect is followed: a receiver could
//! send what is meant for it to anybody. Of an answer only the beginning is read, and for all of
//! it there is a time limit.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use pipeline::events::{Courier, TargetArn, Undelivered};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::limits::{
    WEBHOOK_ANSWER_BYTES_MAX, WEBHOOK_ANSWER_WAIT_MAX, WEBHOOK_CONNECT_MAX,
    WEBHOOK_IDLE_CONNECTIONS_MAX, WEBHOOK_IDLE_MAX, WEBHOOK_MAX,
};
use crate::secret_file::{self, SecretFileError};
use crate::trust;

/// What the command line says of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebhookConfig {
    pub(crate) name: String,
    pub(crate) url: Uri,
    /// Holds what the receiver knows us by.
    pub(crate) token: Option<PathBuf>,
}

/// What is wrong with one of the values of a setting.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidWebhook {
    pub(crate) setting: &'static str,
    pub(crate) at: usize,
    pub(crate) what: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum WebhookError {
    #[error("the token of webhook {0}: there is no file {1}")]
    NoToken(String, PathBuf),
    #[error("the token of webhook {0} is no header value")]
    Token(String),
    #[error(transparent)]
    File(#[from] SecretFileError),
    #[error("this machine trusts no certificates, which webhooks over https need")]
    NoCertificates,
}

/// Of those that nobody answers for at their addresses, why; of none, where there is no network to
/// ask. Nothing is sent to them. Blocks.
pub(crate) fn unreachable(webhooks: &[WebhookConfig]) -> Vec<String> {
    if webhooks.is_empty() {
        return Vec::new();
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return Vec::new();
    };
    let asked = webhooks
        .iter()
        .map(|webhook| runtime.block_on(webhook.reach()));
    asked.filter_map(Result::err).collect()
}

impl WebhookConfig {
    /// Whether somebody listens where it is said to be.
    pub(crate) async fn reach(&self) -> Result<(), String> {
        let port = match self.url.scheme_str() {
            Some("https") => 443,
            _ => 80,
        };
        let port = self.url.port_u16().unwrap_or(port);
        let host = self.url.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let connected = TcpStream::connect((host, port));
        let why = match timeout(WEBHOOK_CONNECT_MAX, connected).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "nobody answers".to_owned(),
        };
        Err(format!(
            "webhook {:?} cannot be reached at {host}:{port}: {why}",
            self.name
        ))
    }
}

/// Checks what was chosen: addresses, and the files with their tokens.
pub(crate) fn check(
    addresses: &[String],
    tokens: &[String],
) -> Result<Vec<WebhookConfig>, Vec<InvalidWebhook>> {
    let (mut webhooks, mut wrong) = (Vec::new(), Vec::new());
    for (at, text) in addresses.iter().enumerate() {
        match webhook(text, &webhooks) {
            Ok(webhook) => webhooks.push(webhook),
            Err(what) => wrong.push(InvalidWebhook {
                setting: "webhook",
                at,
                what,
            }),
        }
    }
    let is_whole = wrong.is_empty();
    for (at, text) in tokens.iter().enumerate() {
        let split = text.split_once('=').filter(|(_, file)| !file.is_empty());
        let found = split.and_then(|(name, file)| {
            let webhook = webhooks.iter_mut().find(|webhook| webhook.name == name)?;
            Some((webhook, file))
        });
        match found {
            Some((webhook, file)) if webhook.token.is_none() => webhook.token = Some(file.into()),
            // It may be that of one that has been refused.
            _ if split.is_some() && !is_whole => {}
            _ => wrong.push(InvalidWebhook {
                setting: "webhook-token",
                at,
                what: "expected NAME=FILE, the name that of a webhook".to_owned(),
            }),
        }
    }
    match wrong.is_empty() {
        true => Ok(webhooks),
        false => Err(wrong),
    }
}

fn webhook(text: &str, known: &[WebhookConfig]) -> Result<WebhookConfig, String> {
    let form = "expected NAME=URL, the name of letters, digits, - and _";
    let split = text.split_once('=');
    let (name, url) = split
        .filter(|(name, _)| TargetArn::is_name(name))
        .ok_or(form)?;
    if known.iter().any(|webhook| webhook.name == name) {
        return Err(format!("{name} is given twice"));
    }
    let url = address(url)
        .ok_or("expected an address of http:// or https:// without user or fragment")?;
    Ok(WebhookConfig {
        name: name.to_owned(),
        url,
        token: None,
    })
}

fn address(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    let authority = uri.authority()?.as_str();
    (known && !authority.contains('@') && !text.contains('#')).then_some(uri)
}

#[derive(Debug)]
struct Webhook {
    url: Uri,
    authorization: Option<HeaderValue>,
}

/// All targets of the server, and the connections to them.
#[derive(Debug)]
pub(crate) struct Webhooks {
    targets: BTreeMap<String, Webhook>,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Webhooks {
    pub(crate) fn open(configured: &[WebhookConfig]) -> Result<Webhooks, WebhookError> {
        let mut targets = BTreeMap::new();
        for webhook in configured {
            let target = Webhook {
                url: webhook.url.clone(),
                authorization: authorization(webhook)?,
            };
            targets.insert(webhook.name.clone(), target);
        }
        let is_private = |target: &Webhook| target.url.scheme_str() == Some("https");
        let roots = match targets.values().any(is_private) {
            true => trust::roots().ok_or(WebhookError::NoCertificates)?,
            false => RootCertStore::empty(),
        };
        Ok(Webhooks {
            targets,
            client: client(roots),
        })
    }

    async fn post(&self, target: &Webhook, message: Bytes) -> Result<(), Undelivered> {
        let mut request = Request::new(Full::new(message));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = target.url.clone();
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static("Cairn"));
        if let Some(authorization) = &target.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let answer = self.client.request(request).await;
        let answer = answer.map_err(|error| {
            // What went wrong says nothing of the address: its query may be a secret.
            Undelivered::Unreachable(format!("it did not answer: {}", told(&error)))
        })?;
        let (head, body) = answer.into_parts();
        // Read to its end, a short answer leaves the connection for the next message.
        let rest = Limited::new(body, WEBHOOK_ANSWER_BYTES_MAX).collect();
        let _ = tokio::time::timeout(WEBHOOK_ANSWER_WAIT_MAX, rest).await;
        judge(head.status)
    }
}

impl Courier for Webhooks {
    fn targets(&self) -> Vec<String> {
        self.targets.keys().cloned().collect()
    }

    fn send<'a>(
        &'a self,
        target: &'a str,
        message: Bytes,
    ) -> BoxFuture<'a, Result<(), Undelivered>> {
        async move {
            let Some(webhook) = self.targets.get(target) else {
                let unknown = format!("there is no target {target}");
                return Err(Undelivered::Refused(unknown));
            };
            let posted = tokio::time::timeout(WEBHOOK_MAX, self.post(webhook, message));
            posted.await.unwrap_or_else(|_| {
                let slow = format!("no answer within {} s", WEBHOOK_MAX.as_secs());
                Err(Undelivered::Unreachable(slow))
            })
        }
        .boxed()
    }
}

/// What an answer says: thank you, later, or no.
fn judge(status: StatusCode) -> Result<(), Undelivered> {
    let answered = format!("it answered {}", status.as_u16());
    let is_busy = [
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_EARLY,
        StatusCode::TOO_MANY_REQUESTS,
    ]
    .contains(&status);
    match status {
        status if status.is_success() => Ok(()),
        status if is_busy || status.is_server_error() => Err(Undelivered::Unreachable(answered)),
        _ => Err(Undelivered::Refused(answered)),
    }
}

fn client(roots: RootCertStore) -> Client<HttpsConnector<HttpConnector>, Full<Bytes>> {
    let tls = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut plain = HttpConnector::new();
    plain.enforce_http(false);
    plain.set_nodelay(true);
    plain.set_connect_timeout(Some(WEBHOOK_CONNECT_MAX));
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(plain);
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(WEBHOOK_IDLE_MAX)
        .pool_max_idle_per_host(WEBHOOK_IDLE_CONNECTIONS_MAX)
        .build(connector)
}

fn authorization(webhook: &WebhookConfig) -> Result<Option<HeaderValue>, WebhookError> {
    let Some(path) = &webhook.token else {
        return Ok(None);
    };
    let name = || webhook.name.clone();
    let remedy = "write the token into it, and nothing else";
    let token = secret_file::load(path, remedy)?;
    let token = token.ok_or_else(|| WebhookError::NoToken(name(), path.clone()))?;
    let value = [b"Bearer ", token.trim_ascii()].concat();
    let value = HeaderValue::from_bytes(&value).map_err(|_| WebhookError::Token(name()));
    value.map(|mut value| {
        value.set_sensitive(true);
        Some(value)
    })
}

/// An error with what is behind it: the client's own text says only that something failed.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
