//! What the server does not take on, over a socket: who asks too often, and too many at once.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::Write;
use std::time::Instant;

use support::http::{Answer, connect, get, metric, read_answer};
use support::server::{Server, command_with_root};
use support::{FOREVER, signed, until};

fn start(settings: &str) -> (tempfile::TempDir, Server) {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("settings.toml"), settings).unwrap();
    let mut command = command_with_root(&place.path().join("data"));
    command
        .arg("--config")
        .arg(place.path().join("settings.toml"));
    let server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    (place, server)
}

fn from(server: &Server, client: &str) -> Answer {
    let mut stream = connect(server.address);
    let host = server.address;
    let request =
        format!("GET /bucket HTTP/1.1\r\nhost: {host}\r\nx-forwarded-for: {client}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    read_answer(&mut stream)
}

fn put(server: &Server, path: &str, body: &str) -> Answer {
    let mut stream = connect(server.address);
    let head = signed::head("PUT", server.address, path, body.len());
    let written = stream.write_all((head + body).as_bytes());
    // Who is refused early may find the connection closed; the answer is there all the same.
    if !matches!(stream.peek(&mut [0]), Ok(1..)) {
        written.unwrap();
    }
    read_answer(&mut stream)
}

#[track_caller]
fn is_slowed(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(
        answer.body.contains("<Code>SlowDown</Code>"),
        "{}",
        answer.body
    );
    let head = answer.head.to_lowercase();
    assert!(head.contains("\r\nretry-after: 1\r\n"), "{head}");
}

/// The same by the admin interface.
#[track_caller]
fn is_slowed_in_json(answer: &Answer) {
    assert_eq!(answer.status, 429, "{}", answer.body);
    assert!(
        answer.body.contains("\"code\":\"SlowDown\""),
        "{}",
        answer.body
    );
    let head = answer.head.to_lowercase();
    assert!(head.contains("retry-after: 1"), "{head}");
}

#[test]
fn clients_of_a_trusted_proxy_are_slowed_down_each_for_itself_until_a_hangup() {
    let settings = "address-rate = 3\ntrusted-proxy = [\"127.0.0.1\"]\n";
    let (place, mut server) = start(settings);
    let console = server.console_address();
    // More come in a second than may, unless the machine is too slow for that.
    let mut slowed = 0;
    let begun = Instant::now();
    for _ in 0..30 {
        let answer = from(&server, "203.0.113.7");
        match answer.status {
            503 => is_slowed(&answer),
            status => assert_eq!(status, 404, "{}", answer.body),
        }
        slowed += u64::from(answer.status == 503);
    }
    let most = 3 + 3 * (begun.elapsed().as_secs() + 1);
    assert!(slowed + most >= 30, "{slowed} of 30");
    assert_eq!(from(&server, "203.0.113.8").status, 404);
    assert_eq!(
        metric(server.address, "cairn_slowed_addresses_total"),
        slowed
    );

    // The admin interface says it in its own way, and the console's files are not limited.
    let request = format!("GET /api/v1/session HTTP/1.1\r\nhost: {console}\r\n\r\n");
    let mut seen: Vec<u16> = Vec::new();
    let begun = Instant::now();
    while ![401, 429].iter().all(|status| seen.contains(status)) {
        assert!(begun.elapsed() < FOREVER, "{seen:?}");
        assert_eq!(get(console, "/").status, 200);
        // Sent in one go: however slow this test is, they come at once.
        let mut stream = connect(console);
        stream.write_all(request.repeat(10).as_bytes()).unwrap();
        for _ in 0..10 {
            let answer = read_answer(&mut stream);
            if answer.status != 401 {
                is_slowed_in_json(&answer);
            }
            seen.push(answer.status);
        }
    }

    let file = place.path().join("settings.toml");
    fs::write(
        file,
        settings
            .replace('3', "0")
            .replace("127.0.0.1", "127.0.0.1/32"),
    )
    .unwrap();
    server.process().signal(libc::SIGHUP);
    let reloaded = |line: &str| line.contains("configuration reloaded").then_some(());
    server.process_mut().wait_for_log(reloaded);
    for _ in 0..20 {
        assert_eq!(from(&server, "203.0.113.7").status, 404);
    }
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn requests_at_once_are_bounded_and_health_and_metrics_are_not() {
    let (_place, server) = start("requests-at-once = 2\n");
    assert_eq!(put(&server, "/bucket", "").status, 200);
    // Two uploads that do not end.
    let mut held = Vec::new();
    for number in 0..2 {
        let mut stream = connect(server.address);
        let path = format!("/bucket/{number}");
        let head = signed::head("PUT", server.address, &path, 10);
        stream.write_all((head + "12345").as_bytes()).unwrap();
        held.push(stream);
    }
    until("both are in flight", || {
        metric(server.address, "cairn_requests_in_flight") == 3
    });
    is_slowed(&put(&server, "/bucket/third", "body"));
    assert_eq!(get(server.address, "/health/ready").status, 200);
    for mut stream in held {
        stream.write_all(b"67890").unwrap();
        assert_eq!(read_answer(&mut stream).status, 200);
    }
    until("there is room for a third", || {
        put(&server, "/bucket/third", "body").status == 200
    });
    assert!(metric(server.address, "cairn_slowed_requests_total") >= 1);
}

#[test]
fn bodies_under_way_take_no_more_memory_than_is_set() {
    let (_place, server) = start("body-memory = 1\n");
    let memory = || metric(server.address, "cairn_body_memory_bytes");
    assert_eq!(put(&server, "/bucket", "").status, 200);
    let body = "x".repeat(1 << 20);
    assert_eq!(put(&server, "/bucket/large", &body).status, 200);
    // Half of all there is, and not sent yet.
    let mut stream = connect(server.address);
    let head = signed::head("PUT", server.address, "/bucket/half", 1 << 19);
    stream.write_all(head.as_bytes()).unwrap();
    until("half is taken", || memory() == 1 << 19);
    is_slowed(&put(&server, "/bucket/large", &body));
    assert_eq!(put(&server, "/bucket/small", "body").status, 200);
    stream.write_all(&body.as_bytes()[..1 << 19]).unwrap();
    assert_eq!(read_answer(&mut stream).status, 200);
    until("it is given back", || memory() == 0);
    assert_eq!(put(&server, "/bucket/large", &body).status, 200);
    assert_eq!(metric(server.address, "cairn_slowed_memory_total"), 1);
    // A client that goes away takes nothing with it.
    let mut stream = connect(server.address);
    let head = signed::head("PUT", server.address, "/bucket/half", 1 << 19);
    stream.write_all(head.as_bytes()).unwrap();
    until("half is taken", || memory() == 1 << 19);
    drop(stream);
    until("it is given back", || memory() == 0);
}
