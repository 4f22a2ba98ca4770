//! HTTP/2: the console speaks it where a client chooses it, S3 does not.

#![allow(clippy::unwrap_used)]

mod support;

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use support::certificate::Certificate;
use support::server::{PASSWORD, Server, USER, command_with_root};
use support::tls;
use tokio_rustls::TlsConnector;

fn start(folder: &Path) -> (Server, SocketAddr, Certificate) {
    let certificate = Certificate::make(folder);
    let mut command = command_with_root(&folder.join("data"));
    certificate.show(&mut command);
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    (server, console, certificate)
}

type Sender = http2::SendRequest<Full<Bytes>>;

async fn connect(address: SocketAddr, certificate: &Certificate) -> Sender {
    let config = tls::config(&certificate.certificate, &[b"h2", b"http/1.1"]);
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let name = ServerName::from(address.ip());
    let stream = TlsConnector::from(config)
        .connect(name, stream)
        .await
        .unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let shaken = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
    let (sender, connection) = shaken.unwrap();
    tokio::spawn(connection);
    sender
}

async fn send(
    sender: &Sender,
    console: SocketAddr,
    method: Method,
    path: &str,
    body: &str,
) -> (StatusCode, String) {
    let request = Request::builder()
        .method(method)
        .uri(format!("https://{console}{path}"))
        .body(Full::from(body.to_owned()))
        .unwrap();
    let answer = sender.clone().send_request(request).await.unwrap();
    assert!(!answer.headers().contains_key("connection"));
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_share_a_connection_to_the_console() {
    let place = tempfile::tempdir().unwrap();
    let (server, console, certificate) = start(place.path());
    let sender = connect(console, &certificate).await;
    let login = format!(r#"{{"name":"{USER}","password":"{PASSWORD}"}}"#);
    let (session, page, nobody) = tokio::join!(
        send(&sender, console, Method::POST, "/api/v1/session", &login),
        send(&sender, console, Method::GET, "/", ""),
        send(&sender, console, Method::GET, "/api/v1/buckets", ""),
    );
    assert_eq!(session.0, StatusCode::CREATED, "{}", session.1);
    assert_eq!(page.0, StatusCode::OK);
    assert!(page.1.to_lowercase().starts_with("<!doctype html>"));
    assert_eq!(nobody.0, StatusCode::UNAUTHORIZED, "{}", nobody.1);

    // A client that only keeps its connection open does not hold up the end.
    let begun = Instant::now();
    let ended = tokio::task::spawn_blocking(|| server.stop()).await.unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn s3_stays_with_http_1_1() {
    let place = tempfile::tempdir().unwrap();
    let (server, _, certificate) = start(place.path());
    let shake_hands = |offered: &[&[u8]]| {
        let stream = TcpStream::connect(server.address).unwrap();
        let config = tls::config(&certificate.certificate, offered);
        tls::over(stream, server.address, config)
    };
    let stream = shake_hands(&[b"h2", b"http/1.1"]).unwrap();
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert!(shake_hands(&[b"h2"]).is_err(), "nothing is spoken by both");
}
