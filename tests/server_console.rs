//! The console and the admin interface, over a socket.

#![allow(clippy::unwrap_used)]

#[path = "server_console/fields.rs"]
mod fields;
mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::Instant;

use serde_json::Value;
use support::console::log_in;
use support::http::{connect, get, read_answer, send};
use support::server::{PASSWORD, Server, command_with_root};

fn start() -> (tempfile::TempDir, Server, SocketAddr) {
    let place = tempfile::tempdir().unwrap();
    let mut command = command_with_root(place.path());
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    (place, server, console)
}

#[test]
fn one_logs_in_makes_a_bucket_uploads_and_downloads_by_a_link() {
    let (_place, server, console) = start();
    let token = log_in(console);
    let bearer = format!("HTTP/1.1\r\nauthorization: Bearer {token}");
    let made = send(
        console,
        &format!("POST /api/v1/buckets {bearer}"),
        r#"{"name":"photos"}"#,
    );
    assert_eq!(made.status, 201, "{}", made.body);
    let put = send(
        console,
        &format!("PUT /api/v1/s3/photos/a%20b {bearer}"),
        "hello",
    );
    assert_eq!(put.status, 200, "{}", put.body);
    let link = r#"{"key":"a b"}"#;
    let link = send(
        console,
        &format!("POST /api/v1/buckets/photos/presign {bearer}"),
        link,
    );
    assert_eq!(link.status, 200, "{}", link.body);
    let link: Value = serde_json::from_str(&link.body).unwrap();
    let url = link["url"].as_str().unwrap();
    let host = format!("http://{}", server.address);
    let path = url
        .strip_prefix(&host)
        .unwrap_or_else(|| panic!("{url} is not at {host}"));
    let answer = get(server.address, path);
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));
    // The port of S3 is S3's alone, and the console's is none of S3's.
    // There, the path names a bucket that nobody has.
    assert_eq!(get(server.address, "/api/v1/session").status, 404);
    assert_eq!(get(console, "/api/v1/session").status, 401);
}

#[test]
fn the_console_is_served_with_its_policy() {
    let (_place, _server, console) = start();
    for path in ["/", "/buckets", "/bucket?name=photos"] {
        let answer = get(console, path);
        assert_eq!(answer.status, 200);
        let head = answer.head.to_lowercase();
        assert!(
            head.contains("content-security-policy: default-src 'none'"),
            "{head}"
        );
        assert!(
            answer.body.to_lowercase().starts_with("<!doctype html>"),
            "{}",
            answer.body
        );
    }
    for path in [
        "/missing.js",
        "/photos/cat",
        "/metrics",
        "/login",
        "/users/anna",
    ] {
        let answer = get(console, path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.body, "Not Found\n");
    }
    let mut stream = connect(console);
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\nbroken\r\n\r\n")
        .unwrap();
    let answer = read_answer(&mut stream);
    assert_eq!(answer.status, 400);
    assert!(
        answer.body.contains(r#""code":"BadRequest""#),
        "{}",
        answer.body
    );
}

/// What the server really runs with, of which the root's password is not shown.
#[test]
fn settings_are_shown_with_where_they_come_from_and_without_secrets() {
    let (_place, _server, console) = start();
    let token = log_in(console);
    let head = format!("GET /api/v1/server/settings HTTP/1.1\r\nauthorization: Bearer {token}");
    let answer = send(console, &head, "");
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(!answer.body.contains(PASSWORD), "{}", answer.body);
    let settings: Value = serde_json::from_str(&answer.body).unwrap();
    let settings = settings["items"].as_array().unwrap();
    let named = |name: &str| settings.iter().find(|it| it["name"] == name).unwrap();
    let console = named("console");
    assert_eq!(
        (&console["value"], &console["origin"]),
        (&"127.0.0.1:0".into(), &"flag".into())
    );
    assert_eq!(
        (&console["source"], &console["reload"]),
        (&"--console".into(), &"restart".into())
    );
    let password = named("root-password");
    assert_eq!(
        (&password["value"], &password["secret"]),
        (&Value::Null, &true.into())
    );
    assert_eq!(
        (&password["is_set"], &password["origin"]),
        (&true.into(), &"environment".into())
    );
    let region = named("region");
    assert_eq!(
        (&region["value"], &region["origin"]),
        (&"us-east-1".into(), &"default".into())
    );
    assert_eq!(named("log-level")["reload"], "live");
}

/// Somebody who watches does not hold up the end.
#[test]
fn a_stream_of_live_figures_ends_with_the_server() {
    let (_place, server, console) = start();
    let token = log_in(console);
    let mut stream = connect(console);
    write!(
        stream,
        "GET /api/v1/server/live HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\r\n"
    )
    .unwrap();
    let mut text = String::new();
    while text.matches("data: {").count() < 2 {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).unwrap();
        assert_ne!(read, 0, "ended after {text}");
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
    let begun = Instant::now();
    let ended = server.stop();
    assert_eq!(ended.status.code(), Some(0));
    // Half a minute is what a request in flight has to end.
    assert!(begun.elapsed().as_secs() < 25, "{:?}", begun.elapsed());
}

/// Sessions are kept, and so is what was changed.
#[test]
fn sessions_survive_a_restart() {
    let (place, server, console) = start();
    let token = log_in(console);
    server.kill();
    let mut command = command_with_root(place.path());
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let head = format!("GET /api/v1/session HTTP/1.1\r\nauthorization: Bearer {token}");
    assert_eq!(send(console, &head, "").status, 200);
}

/// An address that was asked for has to be had.
#[test]
fn a_taken_address_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let place = tempfile::tempdir().unwrap();
    let mut command = command_with_root(place.path());
    let ended = support::server::run(command.args(["--console", &address]));
    assert_ne!(ended.status.code(), Some(0));
}
