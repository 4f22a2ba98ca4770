//! The admin interface, as root.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};

use super::http::{Answer, send};
use super::server::{PASSWORD, Server, USER, command_with_root};

/// A server on that folder, and where its console is.
pub(crate) fn start(place: &Path) -> (Server, SocketAddr) {
    let mut command = command_with_root(place);
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    (server, console)
}

/// A request of whoever has that token, `GET /api/v1/session`; nothing is sent with it where the
/// body is null.
pub(crate) fn asked(console: SocketAddr, token: &str, request: &str, body: &Value) -> Answer {
    let head = format!("{request} HTTP/1.1\r\nauthorization: Bearer {token}");
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    send(console, &head, body)
}

/// The same of one that is not refused.
pub(crate) fn done(console: SocketAddr, token: &str, request: &str, body: &Value) -> Value {
    let answer = asked(console, token, request, body);
    assert!(answer.status < 300, "{request}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap_or(Value::Null)
}

pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap().to_owned()
}

/// The part of a link behind its host.
pub(crate) fn path_of(link: &Value) -> String {
    let url = text(link, "url");
    let (_, rest) = url.split_once("://").unwrap();
    rest[rest.find('/').unwrap()..].to_owned()
}

/// Asks for a session.
pub(crate) fn session(console: SocketAddr) -> Answer {
    let body = json!({ "name": USER, "password": PASSWORD }).to_string();
    send(console, "POST /api/v1/session HTTP/1.1", body)
}

/// An access token.
pub(crate) fn log_in(console: SocketAddr) -> String {
    let answer = session(console);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}
