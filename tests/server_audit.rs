//! The audit log tells of changes by the port of S3 as well.

#![allow(clippy::unwrap_used)]

mod support;

use std::net::SocketAddr;

use serde_json::Value;
use support::console::log_in;
use support::http::{get, send};
use support::server::{PASSWORD, Server, USER, command_with_root};
use support::signed;

const ROOT: (&str, &str) = (USER, PASSWORD);

/// Newest first: who, what, about what, what came of it.
fn entries(console: SocketAddr) -> Vec<[String; 4]> {
    let token = log_in(console);
    let head = format!("GET /api/v1/audit HTTP/1.1\r\nauthorization: Bearer {token}");
    let page: Value = serde_json::from_str(&send(console, &head, "").body).unwrap();
    let items = page["items"].as_array().unwrap().iter();
    let items = items.filter(|item| item["action"] != "LogIn");
    let shown = items.map(|item| {
        assert_eq!(item["from"], "127.0.0.1");
        assert_eq!(item["credential"], format!("key/{USER}"));
        assert!(!item["request_id"].as_str().unwrap().is_empty());
        ["who", "action", "target", "outcome"].map(|name| item[name].as_str().unwrap().to_owned())
    });
    shown.collect()
}

#[test]
fn changes_of_settings_by_s3_are_in_the_audit_log() {
    let place = tempfile::tempdir().unwrap();
    let mut command = command_with_root(place.path());
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let s3 = server.address;
    assert_eq!(signed::ask("PUT", s3, "/photos", ROOT, "").status, 200);
    assert_eq!(
        signed::ask("PUT", s3, "/photos/a", ROOT, "hello").status,
        200
    );
    assert_eq!(
        signed::ask("PUT", s3, "/photos?policy", ROOT, "no policy").status,
        400
    );
    assert_eq!(signed::ask("DELETE", s3, "/photos", ROOT, "").status, 409);
    // A stranger who is refused leaves no line: he could leave nothing else of the log.
    assert_eq!(send(s3, "DELETE /photos HTTP/1.1", "").status, 403);
    assert_eq!(get(s3, "/photos/a").status, 403);
    let entries = entries(console);
    let who = &entries[0][0];
    assert!(who.starts_with("arn:aws:iam::"), "{who}");
    let expected = [
        ["DeleteBucket", "photos", "refused"],
        ["PutBucketPolicy", "photos", "refused"],
        ["CreateBucket", "photos", "done"],
    ];
    let expected = expected.map(|[action, target, outcome]| {
        [who.as_str(), action, target, outcome].map(str::to_owned)
    });
    assert_eq!(entries, expected);
}
