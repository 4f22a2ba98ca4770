//! `cairn health`: whether a server may be sent requests, as containers ask.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;

use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use tokio::{runtime, time};

use crate::cli::{HealthArgs, ServerArgs};
use crate::config::{self, Chosen, Effective, Fault, Origin, named, of_process};
use crate::exit;
use crate::limits::{HEALTH_ANSWER_BYTES_MAX, HEALTH_WAIT_MAX};
use crate::output::say;

const READY: &str = "/health/ready";

#[cfg(test)]
mod tests;

pub(crate) fn run(args: &HealthArgs) -> ExitCode {
    let endpoint = match &args.endpoint {
        Some(endpoint) => Ok(endpoint.trim_end_matches('/').to_owned()),
        None => configured(args),
    };
    let endpoint = match endpoint {
        Ok(endpoint) => endpoint,
        Err(faults) => return config::refuse(&faults),
    };
    let answer = ask(&endpoint);
    let (is_ready, what) = match &answer {
        Ok(what) => (true, what),
        Err(what) => (false, what),
    };
    say(&match args.json.wanted {
        true => format!(
            "{}\n",
            json!({ "endpoint": endpoint, "ready": is_ready, "answer": what })
        ),
        false => format!("{endpoint}: {what}\n"),
    });
    ExitCode::from(if is_ready { exit::FINE } else { exit::FAILED })
}

/// The first address that a server with this configuration listens on.
fn configured(args: &HealthArgs) -> Result<String, Vec<Fault>> {
    let data = args.data.as_ref().and_then(|data| {
        Some(Chosen {
            setting: named("data")?,
            values: vec![data.to_string_lossy().into_owned()],
            origin: Origin::Flag("--data".to_owned()),
        })
    });
    let server = ServerArgs {
        config: args.config.clone(),
        given: data.into_iter().collect(),
        ..ServerArgs::default()
    };
    let listen = Effective::gather(&server, &of_process).listen()?;
    let what = "no address to ask is configured: name one with --endpoint http://ADDR:PORT";
    let unknown = || vec![Fault::new(what.to_owned())];
    let address = listen.first().filter(|address| address.port() != 0);
    Ok(format!(
        "http://{}",
        reachable(*address.ok_or_else(unknown)?)
    ))
}

/// Who listens everywhere is found here.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// What the server says of itself, or what keeps it from being ready.
fn ask(endpoint: &str) -> Result<String, String> {
    let uri: Uri = format!("{endpoint}{READY}")
        .parse()
        .map_err(|_| "expected http://ADDR:PORT".to_owned())?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    runtime.block_on(async {
        match time::timeout(HEALTH_WAIT_MAX, answer(uri)).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {} s", HEALTH_WAIT_MAX.as_secs())),
        }
    })
}

async fn answer(uri: Uri) -> Result<String, String> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let request = Request::get(uri).body(Empty::new());
    let request = request.map_err(|error| error.to_string())?;
    let answer = client.request(request).await;
    let answer = answer.map_err(|error| format!("cannot be reached: {}", root_of(&error)))?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), HEALTH_ANSWER_BYTES_MAX);
    let body = body.collect().await.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&body.to_bytes()).trim().to_owned();
    match status {
        StatusCode::OK => Ok(text),
        _ => Err(format!("{} {text}", status.as_u16())),
    }
}

/// The innermost cause says what happened; those around it say that something did.
fn root_of(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(cause) = error.source() {
        error = cause;
    }
    error.to_string()
}
