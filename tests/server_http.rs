//! What the listener does with requests, good and bad, before and beside S3.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use support::http::{Answer, connect, finish, get, read_answer};
use support::server::{Server, command_with_root};
use support::{FOREVER, signed};

/// For how long at least the server reads on after an early answer.
const LINGERS: Duration = Duration::from_secs(5);

fn start() -> (tempfile::TempDir, Server) {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(&mut command_with_root(place.path()));
    (place, server)
}

fn send_signed(address: SocketAddr, method: &str, path: &str, body: &str) -> Answer {
    let mut stream = connect(address);
    let head = signed::head(method, address, path, body.len());
    stream.write_all((head + body).as_bytes()).unwrap();
    read_answer(&mut stream)
}

/// The value of a metric without labels.
fn metric(text: &str, name: &str) -> f64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in:\n{text}"))
        .parse()
        .unwrap()
}

#[test]
fn health_and_metrics_answer() {
    let (_place, server) = start();
    let live = get(server.address, "/health/live");
    assert_eq!((live.status, live.body.as_str()), (200, "live\n"));
    let ready = get(server.address, "/health/ready");
    assert_eq!((ready.status, ready.body.as_str()), (200, "ready\n"));

    let metrics = get(server.address, "/metrics");
    assert_eq!(metrics.status, 200);
    assert!(
        metrics
            .head
            .contains("content-type: text/plain; version=0.0.4")
    );
    assert_eq!(metric(&metrics.body, "cairn_connections_total"), 3.0);
    assert_eq!(metric(&metrics.body, "cairn_requests_in_flight"), 1.0);
    assert_eq!(metric(&metrics.body, "cairn_panics_total"), 0.0);
    assert!(metric(&metrics.body, "process_resident_memory_bytes") > 1e6);
    assert!(metric(&metrics.body, "cairn_received_bytes_total") > 100.0);
    let counted = "cairn_requests_total{error=\"\",operation=\"HealthLive\",status=\"200\"}";
    assert_eq!(metric(&metrics.body, counted), 1.0);
}

#[test]
fn s3_operations_are_counted_by_name_and_error() {
    let (_place, server) = start();
    assert_eq!(
        send_signed(server.address, "PUT", "/bucket", "").status,
        200
    );
    assert_eq!(
        send_signed(server.address, "PUT", "/bucket/key", "body").status,
        200
    );
    assert_eq!(
        send_signed(server.address, "GET", "/bucket/none", "").status,
        404
    );
    let metrics = get(server.address, "/metrics").body;
    for counted in [
        "{error=\"\",operation=\"CreateBucket\",status=\"200\"}",
        "{error=\"\",operation=\"PutObject\",status=\"200\"}",
        "{error=\"NoSuchKey\",operation=\"GetObject\",status=\"404\"}",
    ] {
        let name = format!("cairn_requests_total{counted}");
        assert_eq!(metric(&metrics, &name), 1.0);
    }
}

#[test]
fn buckets_named_like_the_servers_own_pages_work() {
    let (_place, server) = start();
    for (bucket, key) in [("health", "live"), ("health", "ready"), ("metrics", "key")] {
        let made = send_signed(server.address, "PUT", &format!("/{bucket}"), "").status;
        assert!(made == 200 || key == "ready", "{made}");
        let path = format!("/{bucket}/{key}");
        assert_eq!(
            send_signed(server.address, "PUT", &path, "mine").status,
            200
        );
        assert_eq!(send_signed(server.address, "GET", &path, "").body, "mine");
    }
    let listing = send_signed(server.address, "GET", "/metrics", "").body;
    assert!(listing.contains("ListBucketResult"), "{listing}");
}

#[test]
fn a_connection_serves_many_requests_also_pipelined() {
    let (_place, server) = start();
    let mut stream = connect(server.address);
    let request = b"GET /health/live HTTP/1.1\r\nhost: h\r\n\r\n";
    for _ in 0..3 {
        stream.write_all(request).unwrap();
        assert_eq!(read_answer(&mut stream).body, "live\n");
    }
    stream.write_all(&request.repeat(20)).unwrap();
    for _ in 0..20 {
        assert_eq!(read_answer(&mut stream).body, "live\n");
    }
    assert_eq!(get(server.address, "/metrics").status, 200);
}

#[test]
fn a_head_without_end_is_refused_and_the_client_told() {
    let (_place, server) = start();
    for padding in ["x", "x: y\r\n"] {
        let mut stream = connect(server.address);
        stream.write_all(b"GET / HTTP/1.1\r\nhost: h\r\n").unwrap();
        let piece = padding.repeat(4096);
        let mut sent = 0;
        // Stops at the first failure: by then the server has answered and lingers, or is gone.
        while sent < 256 << 10 && stream.write_all(piece.as_bytes()).is_ok() {
            sent += piece.len();
        }
        let answer = finish(stream);
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
        assert!(
            answer.contains("<Code>RequestHeaderSectionTooLarge</Code>"),
            "{answer}"
        );
    }
}

#[test]
fn what_is_not_http_is_refused() {
    let (_place, server) = start();
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: h\r\n: empty\r\n\r\n",
        b"GET / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nhost: h\r\n\r\n",
        b"PUT / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: gzip\r\n\r\n",
    ] {
        let mut stream = connect(server.address);
        stream.write_all(garbage).unwrap();
        let answer = finish(stream);
        let shown = String::from_utf8_lossy(garbage);
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
            "{shown:?}: {answer}"
        );
        let is_named =
            answer.contains("\r\nx-amz-request-id: ") && answer.contains("<Code>BadRequest");
        assert!(answer.is_empty() || is_named, "{shown:?}: {answer}");
    }
    assert_eq!(get(server.address, "/health/live").status, 200);
}

#[test]
fn clients_that_never_finish_a_head_disturb_nobody() {
    let (_place, server) = start();
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = connect(server.address);
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: h\r\nx-s")
            .unwrap();
        slow.push(stream);
    }
    let started = Instant::now();
    let metrics = get(server.address, "/metrics");
    assert!(metric(&metrics.body, "cairn_connections") >= 200.0);
    assert!(started.elapsed() < FOREVER / 4);
    drop(slow);
}

#[test]
fn an_early_refusal_reaches_a_client_that_still_sends() {
    let (_place, server) = start();
    let mut stream = connect(server.address);
    let length = 24 << 20;
    let begun = Instant::now();
    // There is no such bucket: refused after the head.
    let head = format!("PUT /bucket/key HTTP/1.1\r\nhost: h\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let piece = vec![0u8; 1 << 20];
    let written = (0..length / piece.len()).try_for_each(|_| stream.write_all(&piece));
    let answer = read_answer(&mut stream);
    assert_eq!(answer.status, 404, "{}", answer.body);
    assert!(answer.body.contains("<Code>NoSuchBucket</Code>"));
    let end = written.and_then(|()| stream.read(&mut [0u8]));
    // Who takes longer may be cut off.
    if begun.elapsed() < LINGERS {
        assert_eq!(end.expect("the server reads on"), 0, "an orderly end");
    }
}
