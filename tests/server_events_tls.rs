//! Events to a receiver over TLS whose certificate comes from an authority of its own.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use support::client::{Client, Reply};
use support::http::metric;
use support::receiver::Receiver;
use support::server::{Server, cairn, command_with_root, run};
use support::until;

const ASKED: &[u8] = b"<NotificationConfiguration><QueueConfiguration>\
    <Queue>arn:cairn:sqs::hook:webhook</Queue><Event>s3:ObjectCreated:*</Event>\
    </QueueConfiguration></NotificationConfiguration>";

/// Whoever trusts its file takes what it has signed.
struct Authority {
    file: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(folder: &Path, name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let file = folder.join(format!("{name}.pem"));
        fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
        let issuer = Issuer::new(params, key);
        Authority { file, issuer }
    }

    /// For a server at 127.0.0.1.
    fn signs(&self) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder().with_no_client_auth();
        let config = config.with_single_cert(vec![certificate.der().clone()], key);
        Arc::new(config.unwrap())
    }
}

fn start(data: &Path, receiver: &Receiver, trusted: &Authority) -> (Server, Client) {
    let mut command = command_with_root(data);
    let webhook = format!("hook=https://{}/in", receiver.address);
    command.args(["--webhook", &webhook]);
    command.env("SSL_CERT_FILE", &trusted.file);
    command.env_remove("SSL_CERT_DIR");
    let server = Server::start(&mut command);
    let client = Client::connect(server.address).unwrap();
    (server, client)
}

fn put(client: &mut Client, path: &str, body: &[u8]) -> Reply {
    client.send("PUT", path, &[], body).unwrap()
}

/// What it was told of is told again after a stop that comes before its answer has been noted.
fn until_noted(server: &Server) {
    until("noted", || {
        metric(server.address, "cairn_events_told_total") == 1
    });
}

fn keys(receiver: &Receiver) -> Vec<String> {
    let taken = receiver.taken();
    let keys = taken.iter().filter_map(|message| {
        let key = &message["Records"][0]["s3"]["object"]["key"];
        key.as_str().map(str::to_owned)
    });
    keys.collect()
}

fn listed(data: &Path) -> String {
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    command.args(["events", "list", "--data"]).arg(data);
    run(&mut command).stdout
}

#[test]
fn a_receiver_is_told_over_tls_once_its_certificate_is_trusted() {
    let place = tempfile::tempdir().unwrap();
    let ours = Authority::new(place.path(), "ours");
    let another = Authority::new(place.path(), "another");
    let receiver = Receiver::start_over_tls(ours.signs());
    let data = place.path().join("data");

    let (server, mut client) = start(&data, &receiver, &ours);
    assert_eq!(put(&mut client, "/bucket", b"").status, 200);
    assert_eq!(put(&mut client, "/bucket?notification", ASKED).status, 200);
    assert_eq!(receiver.taken()[0]["Event"], "s3:TestEvent");
    put(&mut client, "/bucket/trusted", b"data");
    until("told", || keys(&receiver) == ["trusted"]);
    until_noted(&server);
    assert_eq!(server.stop().status.code(), Some(0));

    let (server, mut client) = start(&data, &receiver, &another);
    put(&mut client, "/bucket/untrusted", b"data");
    until("tried", || {
        metric(server.address, "cairn_events_failed_total") > 0
    });
    // Whoever asks to be told there is refused, and hears why.
    assert_eq!(put(&mut client, "/other", b"").status, 200);
    let refused = put(&mut client, "/other?notification", ASKED);
    let said = String::from_utf8(refused.body).unwrap();
    assert_eq!(refused.status, 400, "{said}");
    assert!(said.contains("invalid peer certificate"), "{said}");
    let ended = server.stop();
    assert_eq!(ended.status.code(), Some(0));
    let is_it = |line: &&str| line.contains("events: a target cannot be reached");
    let told = ended.stderr.lines().find(is_it);
    let told = told.unwrap_or_else(|| panic!("{}", ended.stderr));
    assert!(
        told.contains("invalid peer certificate: UnknownIssuer"),
        "{told}"
    );
    let waiting = listed(&data);
    assert!(waiting.starts_with("waiting\thook\t1\t"), "{waiting}");
    assert_eq!(keys(&receiver), ["trusted"]);

    let (server, _client) = start(&data, &receiver, &ours);
    until("told of both", || {
        keys(&receiver) == ["trusted", "untrusted"]
    });
    until_noted(&server);
    assert_eq!(server.stop().status.code(), Some(0));
    assert_eq!(listed(&data), "0 waiting, 0 given up\n");
}
