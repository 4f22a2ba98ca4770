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

/// Whoever can change the folder can change the table; the log may be elsewhere by then.
#[test]
fn each_entry_is_a_line_of_the_log() {
    let place = tempfile::tempdir().unwrap();
    let mut command = command_with_root(place.path());
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let made = signed::ask("PUT", server.address, "/photos", ROOT, "");
    assert_eq!(made.status, 200);
    let token = log_in(console);
    let forged = "/api/v1/users/a%0A%22level%22:%1b[31m";
    let head = format!("DELETE {forged} HTTP/1.1\r\nauthorization: Bearer {token}");
    let refused = send(console, &head, "").status;
    assert!((400..500).contains(&refused), "{refused}");
    let ended = server.stop();
    assert!(!ended.stderr.contains(PASSWORD) && !ended.stderr.contains(&token));
    let lines = ended.stderr.lines();
    let lines = lines.map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<Value> = lines
        .filter(|line: &Value| line["target"] == "audit")
        .collect();
    let of = |action: &str| {
        let found: Vec<_> = lines.iter().filter(|it| it["action"] == action).collect();
        assert_eq!(found.len(), 1, "{action} in {lines:#?}");
        found[0]
    };
    let made = of("CreateBucket");
    for (field, value) in [
        ("level", "INFO"),
        ("about", "photos"),
        ("from", "127.0.0.1"),
        ("outcome", "done"),
    ] {
        assert_eq!(made[field], value, "{made}");
    }
    assert_eq!(made["credential"], format!("key/{USER}"));
    assert_eq!(made["status"], 200);
    assert!(made["who"].as_str().unwrap().starts_with("arn:aws:iam::"));
    assert!(!made["request_id"].as_str().unwrap().is_empty());
    assert_eq!(of("LogIn")["outcome"], "done");
    assert_eq!(of("DeleteUser")["about"], "a\n\"level\":\u{1b}[31m");
    // Whoever does not want them there has none.
    let mut command = command_with_root(place.path());
    command.args(["--console", "127.0.0.1:0", "--log-level", "info,audit=off"]);
    let mut server = Server::start(&mut command);
    log_in(server.console_address());
    let ended = server.stop();
    assert!(!ended.stderr.contains("LogIn"), "{}", ended.stderr);
}
