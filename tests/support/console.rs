//! The admin interface, as root.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::http::{Answer, send};
use super::server::{PASSWORD, USER};

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
