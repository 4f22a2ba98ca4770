//! The access log of a bucket with the real binary: written from time to time, and at the end.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use support::FOREVER;
use support::client::Client;
use support::http;
use support::server::{Server, command_with_root};

const LOGGING: &[u8] = b"<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket>\
    <TargetPrefix>log/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>";
/// The MD5 of that, which Amazon insists on.
const LOGGING_MD5: &str = "vi8AgeXSJCWfd6lKjv+VlA==";
const POLICY: &[u8] = br#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
    "Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject",
    "Resource":"arn:aws:s3:::logs/log/*"}]}"#;

fn start(data: &Path, interval: &str) -> (Server, Client) {
    let mut command = command_with_root(data);
    command.args(["--access-log-interval", interval]);
    let server = Server::start(&mut command);
    let client = Client::connect(server.address).unwrap();
    (server, client)
}

fn prepare(client: &mut Client) {
    let digest = [("content-md5", LOGGING_MD5)];
    for (path, headers, body) in [
        ("/bucket", &[][..], &b""[..]),
        ("/logs", &[], b""),
        ("/logs?policy", &[], POLICY),
        ("/bucket?logging", &digest, LOGGING),
    ] {
        let reply = client.send("PUT", path, headers, body).unwrap();
        let said = String::from_utf8_lossy(&reply.body);
        assert!(reply.status < 300, "{path}: {} {said}", reply.status);
    }
}

/// The keys of all logs there are.
fn keys(client: &mut Client) -> Vec<String> {
    let list = client.get("/logs?list-type=2").unwrap();
    let text = String::from_utf8(list.body).unwrap();
    let keys = text.split("<Key>").skip(1);
    keys.map(|key| key.split("</Key>").next().unwrap().to_owned())
        .collect()
}

fn log(client: &mut Client, key: &str) -> String {
    let reply = client.get(&format!("/logs/{key}")).unwrap();
    String::from_utf8(reply.body).unwrap()
}

#[test]
fn requests_are_logged_from_time_to_time() {
    let place = tempfile::tempdir().unwrap();
    let (server, mut client) = start(place.path(), "1");
    prepare(&mut client);
    client.send("PUT", "/bucket/key", &[], b"12345").unwrap();
    client.get("/bucket/key").unwrap();
    let began = Instant::now();
    let mut lines = String::new();
    let mut read = 0;
    while !(lines.contains("REST.PUT.OBJECT") && lines.contains("REST.GET.OBJECT")) {
        assert!(began.elapsed() < FOREVER, "no log: {lines}");
        thread::sleep(Duration::from_millis(100));
        for key in keys(&mut client).split_off(read) {
            lines.push_str(&log(&mut client, &key));
            read += 1;
        }
    }
    let get = lines.lines().find(|line| line.contains("REST.GET.OBJECT"));
    let get = get.unwrap();
    assert!(get.contains(" 127.0.0.1 "), "{get}");
    assert!(
        get.contains(" key \"GET /bucket/key HTTP/1.1\" 200 - 5 5 "),
        "{get}"
    );
    let metrics = http::get(server.address, "/metrics").body;
    assert!(
        metrics.contains("\ncairn_access_log_dropped_total 0\n"),
        "{metrics}"
    );
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn what_waits_at_the_end_is_written() {
    let place = tempfile::tempdir().unwrap();
    let (server, mut client) = start(place.path(), "86400");
    prepare(&mut client);
    client.get("/bucket/gone").unwrap();
    assert!(keys(&mut client).is_empty());
    assert_eq!(server.stop().status.code(), Some(0));
    let (_server, mut client) = start(place.path(), "86400");
    let keys = keys(&mut client);
    assert_eq!(keys.len(), 1);
    let log = log(&mut client, &keys[0]);
    assert!(log.contains(" REST.GET.OBJECT gone "), "{log}");
    assert!(log.contains(" 404 NoSuchKey "), "{log}");
}
