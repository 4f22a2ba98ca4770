//! TLS: what a client sees of it, and what becomes of certificates while the server runs.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use support::certificate::Certificate;
use support::http::get;
use support::server::{Server, command_with_root, run};

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
