//! TLS: what a client sees of it, and what becomes of certificates while the server runs.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use support::certificate::Certificate;
use support::http::{connect, get, read_answer};
use support::process::Ended;
use support::server::{Server, cairn, command_with_root, run};
use support::way::Way;

fn start(folder: &Path, certificate: &Certificate) -> Server {
    let mut command = command_with_root(&folder.join("data"));
    certificate.show(&mut command);
    Server::start(&mut command)
}

/// What the server answers to somebody who trusts that certificate and no other.
fn ask(address: SocketAddr, trusted: &CertificateDer<'static>) -> std::io::Result<String> {
    ask_for("/health/live", address, trusted)
}

fn ask_for(
    path: &str,
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::from(address.ip());
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn who_forgets_the_s_is_told_so() {
    let place = tempfile::tempdir().unwrap();
    let shown = Certificate::make(place.path());
    let server = start(place.path(), &shown);
    let answer = get(server.address, "/health/live");
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("https"), "{}", answer.body);
}

#[test]
fn who_forgets_the_s_is_told_so_in_the_middle_of_a_request() {
    let place = tempfile::tempdir().unwrap();
    let shown = Certificate::make(place.path());
    let server = start(place.path(), &shown);
    let mut stream = connect(server.address);
    stream.write_all(b"GET /").unwrap();
    assert!(stream.peek(&mut [0]).unwrap() > 0);
    // A server that had hung up would answer the first of these by a reset, and the others fail.
    for piece in ["health/live", " HTTP/1.1\r\n", "host: here\r\n\r\n"] {
        stream.write_all(piece.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(20));
    }
    let answer = read_answer(&mut stream);
    assert_eq!(answer.status, 400);
    // Our end is open still, and the server's is not.
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_new_certificate_is_shown_without_a_restart() {
    let place = tempfile::tempdir().unwrap();
    let shown = Certificate::make(place.path());
    let before = CertificateDer::from_pem_file(&shown.certificate).unwrap();
    let server = start(place.path(), &shown);
    let answer = ask(server.address, &before).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    Certificate::make(place.path());
    let after = CertificateDer::from_pem_file(&shown.certificate).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while ask(server.address, &after).is_err() {
        assert!(Instant::now() < deadline, "the old one is still shown");
        std::thread::sleep(Duration::from_millis(200));
    }
    ask(server.address, &before).unwrap_err();
    assert!(server.stop().status.success());
}

/// Browsers are told to come by TLS only, and operators until when the certificate is good.
#[test]
fn tls_is_told_of() {
    let place = tempfile::tempdir().unwrap();
    let shown = Certificate::make(place.path());
    let trusted = CertificateDer::from_pem_file(&shown.certificate).unwrap();
    let mut command = command_with_root(&place.path().join("data"));
    shown.show(command.args(["--console", "127.0.0.1:0"]));
    let mut server = Server::start(&mut command);
    let page = ask_for("/", server.console_address(), &trusted).unwrap();
    let told = "\r\nstrict-transport-security: max-age=31536000\r\n";
    assert!(page.contains(told), "{page}");
    let metrics = ask_for("/metrics", server.address, &trusted).unwrap();
    let end = metrics
        .lines()
        .find_map(|line| line.strip_prefix("cairn_tls_certificate_not_after_seconds "));
    assert!(end.unwrap().parse::<f64>().unwrap() > 1.7e9, "{end:?}");
}

#[test]
fn a_start_without_a_usable_certificate_says_which_file() {
    let place = tempfile::tempdir().unwrap();
    let shown = Certificate::make(place.path());
    fs::write(&shown.key, "nothing").unwrap();
    let mut command = command_with_root(&place.path().join("data"));
    shown.show(&mut command);
    let ended = run(&mut command);
    assert!(!ended.status.success());
    assert!(ended.stderr.contains("server.key"), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("holds no private key"),
        "{}",
        ended.stderr
    );
}

/// A server with TLS, a token for it, and what commands say that ask it from afar.
struct Afar {
    server: Server,
    console: SocketAddr,
    token: String,
}

impl Afar {
    fn start(folder: &Path, certificate: &Certificate) -> Afar {
        let data = folder.join("data");
        let mut command = command_with_root(&data);
        certificate.show(&mut command);
        let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
        let console = server.console_address();
        let token = Way::Data(&data).json("token add afar");
        let token = token["token"].as_str().unwrap().to_owned();
        Afar {
            server,
            console,
            token,
        }
    }

    fn says(&self, line: &str, trusted: Option<&Path>) -> Ended {
        let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
        command
            .args(line.split(' '))
            .env("CAIRN_SERVER", format!("https://{}", self.console))
            .env("CAIRN_TOKEN", &self.token);
        if let Some(file) = trusted {
            command.arg("--certificate").arg(file);
        }
        run(&mut command)
    }
}

fn assert_says(ended: &Ended, code: i32, says: &[&str]) {
    let told = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.status.code(), Some(code), "{told}");
    for text in says {
        assert!(told.contains(text), "no {text:?} in {told}");
    }
}

#[test]
fn the_certificate_that_everybody_makes_is_trusted_where_it_is_named() {
    let place = tempfile::tempdir().unwrap();
    let shown = Certificate::make_usual(place.path());
    let of_another = Certificate::make(place.path());
    let afar = Afar::start(place.path(), &shown);
    let untrusted = afar.says("bucket list", None);
    let says = [
        "cannot be trusted",
        "nobody who is trusted",
        "--certificate FILE",
    ];
    assert_says(&untrusted, 1, &says);
    assert_says(
        &afar.says("bucket list --json", None),
        1,
        &[r#""Untrusted""#],
    );
    let wrong = afar.says("bucket list", Some(&of_another.certificate));
    assert_says(&wrong, 1, &["cannot be trusted"]);
    let no_certificate = afar.says("bucket list", Some(&shown.key));
    assert_says(&no_certificate, 1, &["usual.key", "no certificate in it"]);
    let made = afar.says("bucket add photos", Some(&shown.certificate));
    assert_says(&made, 0, &["name\tphotos"]);
    // The work of a whole store as well, as a job over there.
    let trusted = Some(shown.certificate.as_path());
    assert_says(&afar.says("check", trusted), 0, &["no problems"]);
    assert_says(
        &afar.says("scrub --rate 0", trusted),
        0,
        &["0 damaged chunks"],
    );
    let copy = place.path().join("copy");
    let line = format!("backup --to {}", copy.display());
    assert_says(&afar.says(&line, trusted), 0, &[" looked at"]);
    assert!(copy.join("segments").exists());
    let elsewhere = afar.says("backup --to copy", trusted);
    assert_says(&elsewhere, 2, &["--to copy: ", "absolute path"]);

    let endpoint = format!("health --endpoint https://{}", afar.server.address);
    let untrusted = afar.says(&endpoint, None);
    assert_says(
        &untrusted,
        1,
        &["nobody who is trusted", "--certificate FILE"],
    );
    assert_says(&afar.says(&endpoint, trusted), 0, &[": ready"]);
    // Who names the folder need not know where the server is, nor how it shows itself.
    let folder = format!("health --data {}", place.path().join("data").display());
    let told = format!("https://{}: ready", afar.server.address);
    assert_says(&afar.says(&folder, None), 0, &[&told]);
    let plain = format!("health --endpoint http://{}", afar.server.address);
    assert_says(&afar.says(&plain, None), 1, &[]);
}

#[test]
fn whoever_has_issued_a_certificate_is_trusted_for_its_names() {
    let place = tempfile::tempdir().unwrap();
    let (shown, issuer) = Certificate::make_issued(place.path());
    let afar = Afar::start(place.path(), &shown);
    assert_says(&afar.says("bucket list", None), 1, &["cannot be trusted"]);
    assert_says(&afar.says("bucket list", Some(&issuer)), 0, &[]);
    let by_another_name = format!(
        "health --endpoint https://localhost:{}",
        afar.server.address.port()
    );
    let told = afar.says(&by_another_name, Some(&issuer));
    assert_says(&told, 1, &["for other names"]);
    let where_there_is_none = "user list --server https://127.0.0.1:1";
    assert_says(
        &afar.says(where_there_is_none, Some(&issuer)),
        1,
        &["cannot be reached"],
    );
}

#[test]
fn who_says_https_where_there_is_none_is_told_so() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(&mut command_with_root(&place.path().join("data")));
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    let endpoint = format!("https://{}", server.address);
    let ended = run(command.args(["health", "--endpoint", &endpoint]));
    assert_says(&ended, 1, &["does not speak TLS there"]);
}
