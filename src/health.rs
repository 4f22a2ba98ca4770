//! `cairn health`: whether a server may be sent requests, as containers ask.

#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use serde_json::json;
use tokio::{runtime, time};

use crate::cli::{HealthArgs, ServerArgs};
use crate::config::{self, Chosen, Effective, Fault, Origin, named, of_process};
use crate::connect::{self, Https, innermost};
use crate::exit;
use crate::limits::{HEALTH_ANSWER_BYTES_MAX, HEALTH_WAIT_MAX};
use crate::output::say;

const READY: &str = "/health/ready";

/// Where a server is, and the certificates by which it is known if it speaks TLS here.
struct Place {
    endpoint: String,
    certificates: Vec<PathBuf>,
}

pub(crate) fn run(args: &HealthArgs) -> ExitCode {
    let place = match &args.endpoint {
        Some(endpoint) => Ok(Place {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            certificates: Vec::new(),
        }),
        None => configured(args),
    };
    let place = match place {
        Ok(place) => place,
        Err(faults) => return config::refuse(&faults),
    };
    let (endpoint, answer) = (&place.endpoint, ask(&place));
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
fn configured(args: &HealthArgs) -> Result<Place, Vec<Fault>> {
    let data = args.data.as_ref().and_then(|data| {
        let values = vec![data.to_string_lossy().into_owned()];
        let origin = Origin::Flag("--data".to_owned());
        Some(Chosen::new(named("data")?, values, origin))
    });
    let server = ServerArgs {
        config: args.config.clone(),
        given: data.into_iter().collect(),
        ..ServerArgs::default()
    };
    let config = Effective::gather(&server, &of_process).check_apart()?;
    let what = "no address to ask is configured: name one with --endpoint http://ADDR:PORT";
    let unknown = || vec![Fault::new(what.to_owned())];
    let address = config.listen.first().filter(|address| address.port() != 0);
    let address = reachable(*address.ok_or_else(unknown)?);
    let certificates: Vec<PathBuf> = config.tls.into_iter().map(|tls| tls.certificate).collect();
    let scheme = match certificates.is_empty() {
        true => "http",
        false => "https",
    };
    Ok(Place {
        endpoint: format!("{scheme}://{address}"),
        certificates,
    })
}

/// Who listens everywhere is found here.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// What the server says of itself, or what keeps it from being ready.
fn ask(place: &Place) -> Result<String, String> {
    let uri: Uri = format!("{}{READY}", place.endpoint)
        .parse()
        .map_err(|_| "expected http://ADDR:PORT".to_owned())?;
    let files = place.certificates.iter().map(PathBuf::as_path);
    let client = match place.certificates.is_empty() {
        true => connect::anybody(),
        false => connect::exactly(files)?,
    };
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    runtime.block_on(async {
        match time::timeout(HEALTH_WAIT_MAX, answer(&client, uri)).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {} s", HEALTH_WAIT_MAX.as_secs())),
        }
    })
}

async fn answer(client: &Https, uri: Uri) -> Result<String, String> {
    let request = Request::get(uri).body(Full::default());
    let request = request.map_err(|error| error.to_string())?;
    let answer = client.request(request).await;
    let answer = answer.map_err(|error| format!("cannot be reached: {}", innermost(&error)))?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), HEALTH_ANSWER_BYTES_MAX);
    let body = body.collect().await.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&body.to_bytes()).trim().to_owned();
    match status {
        StatusCode::OK => Ok(text),
        _ => Err(format!("{} {text}", status.as_u16())),
    }
}
