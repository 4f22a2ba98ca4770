//! `cairn health`: whether a server may be sent requests, as containers ask.

#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use serde_json::{Value, json};
use tokio::{runtime, time};

use crate::cli::{HealthArgs, ServerArgs};
use crate::client::{Failure, with_running};
use crate::config::{Chosen, Effective, Fault, Origin, named, of_process};
use crate::connect::{self, Https, Unanswered};
use crate::exit;
use crate::limits::{HEALTH_ANSWER_BYTES_MAX, HEALTH_WAIT_MAX};
use crate::manage::fail;
use crate::manage::text::list;
use crate::output::say;

const READY: &str = "/health/ready";

/// Where a server is, and whom to trust there.
struct Place {
    endpoint: String,
    trusted: Trusted,
}

enum Trusted {
    /// Whom the machine trusts.
    Anybody,
    /// A file somebody has named.
    Given(PathBuf),
    /// Certificates of the configuration, by which a server is known that speaks TLS here.
    Exactly(Vec<PathBuf>),
}

pub(crate) fn run(args: &HealthArgs) -> ExitCode {
    let place = match &args.endpoint {
        Some(endpoint) => Ok(Place {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            trusted: Trusted::Anybody,
        }),
        None => found(args),
    };
    let place = match place {
        Ok(place) => place.trusting(args.certificate.find()),
        Err(faults) => return fail(&Failure::Configuration(faults), &args.json),
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

impl Place {
    fn trusting(self, given: Option<PathBuf>) -> Place {
        Place {
            trusted: given.map_or(self.trusted, Trusted::Given),
            ..self
        }
    }

    /// A server on this machine, which speaks TLS if it has certificates to show.
    fn at(address: SocketAddr, certificates: Vec<PathBuf>) -> Place {
        let address = reachable(address);
        match certificates.is_empty() {
            true => Place {
                endpoint: format!("http://{address}"),
                trusted: Trusted::Anybody,
            },
            false => Place {
                endpoint: format!("https://{address}"),
                trusted: Trusted::Exactly(certificates),
            },
        }
    }
}

/// Where the server is that runs on the folder, as it says itself; else where one with this
/// configuration would be.
fn found(args: &HealthArgs) -> Result<Place, Vec<Fault>> {
    // What is wrong with a configuration is worth a word only where it is needed.
    let data = args.data.clone().or_else(|| {
        let config = gathered(args).check_apart();
        config.ok().map(|config| config.data)
    });
    match data.and_then(|data| of_server_on(&data)) {
        Some(place) => Ok(place),
        None => configured(args),
    }
}

/// Nothing if none runs there, or none that says where it is.
fn of_server_on(data: &Path) -> Option<Place> {
    let asked = with_running(data, |client| {
        Ok((client.get("/server")?, client.all("/server/settings")?))
    });
    let (server, settings) = asked.ok()??;
    let address = list(&server, "s3_listeners").first()?.as_str()?;
    let certificates = settings.iter().find(|it| it["name"] == "tls-certificate");
    let files = list(certificates?, "value")
        .iter()
        .filter_map(Value::as_str);
    let files = files.map(PathBuf::from).collect();
    Some(Place::at(address.parse().ok()?, files))
}

fn gathered(args: &HealthArgs) -> Effective {
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
    Effective::gather(&server, &of_process)
}

/// The first address that a server with this configuration listens on.
fn configured(args: &HealthArgs) -> Result<Place, Vec<Fault>> {
    let config = gathered(args).check_apart()?;
    let what = "no address to ask is configured: name one with --endpoint http://ADDR:PORT";
    let unknown = || vec![Fault::new(what.to_owned())];
    let address = config.listen.first().filter(|address| address.port() != 0);
    let certificates = config.tls.into_iter().map(|tls| tls.certificate);
    Ok(Place::at(
        *address.ok_or_else(unknown)?,
        certificates.collect(),
    ))
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
    let client = match &place.trusted {
        Trusted::Anybody => connect::anybody(),
        Trusted::Given(file) => connect::whom(file).map_err(|failure| failure.to_string())?,
        Trusted::Exactly(files) => connect::exactly(files.iter().map(PathBuf::as_path))?,
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
    let answer = answer.map_err(|error| match Unanswered::of(&error) {
        Unanswered::Untrusted(what) => format!(
            "{what}: give the server's certificate, or that of whoever has issued it: --certificate \
             FILE, or CAIRN_CERTIFICATE"
        ),
        Unanswered::Unreachable(what) => format!("cannot be reached: {what}"),
    })?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), HEALTH_ANSWER_BYTES_MAX);
    let body = body.collect().await.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&body.to_bytes()).trim().to_owned();
    match status {
        StatusCode::OK => Ok(text),
        _ => Err(format!("{} {text}", status.as_u16())),
    }
}
