//! The ways in: domains, websites on a listener of their own, proxies that are trusted.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;
use std::net::SocketAddr;

use support::http::{Answer, connect, read_answer};
use support::server::{Server, command_with_root};
use support::signed;

fn start(flags: &[&str]) -> (tempfile::TempDir, Server) {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(command_with_root(place.path()).args(flags));
    (place, server)
}

fn send(address: SocketAddr, request: &str) -> Answer {
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).unwrap();
    read_answer(&mut stream)
}

fn put(address: SocketAddr, path: &str, body: &str) {
    let head = signed::head("PUT", address, path, body.len());
    let answer = send(address, &(head + body));
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// A visit without any signature, by that host.
fn visit(address: SocketAddr, host: &str, path: &str) -> Answer {
    send(
        address,
        &format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n"),
    )
}

const ELSEWHERE: &str = "<WebsiteConfiguration><RedirectAllRequestsTo><HostName>new.example.com\
    </HostName></RedirectAllRequestsTo></WebsiteConfiguration>";

#[test]
fn websites_have_domains_and_a_listener_of_their_own() {
    let flags = [
        "--website-listen",
        "127.0.0.1:0",
        "--website-domain",
        "web.example.com",
    ];
    let (_place, mut server) = start(&flags);
    let websites = server.website_address();
    for bucket in ["site", "www.example.org"] {
        put(server.address, &format!("/{bucket}"), "");
        put(server.address, &format!("/{bucket}?website"), ELSEWHERE);
    }
    for (address, host) in [
        (server.address, "site.web.example.com"),
        (websites, "site.web.example.com:80"),
        (websites, "www.example.org"),
    ] {
        let answer = visit(address, host, "/a");
        assert_eq!(answer.status, 301, "{host}: {}", answer.body);
        assert!(
            answer
                .head
                .contains("location: http://new.example.com/a\r\n"),
            "{}",
            answer.head
        );
        assert!(answer.head.contains("x-amz-request-id: "));
    }
    // Nothing but websites there, and no websites by other hosts elsewhere.
    let answer = visit(websites, "127.0.0.1", "/health/live");
    assert_eq!(answer.status, 404);
    assert!(answer.body.starts_with("<html>"), "{}", answer.body);
    let answer = visit(server.address, "www.example.org", "/a");
    assert!(answer.body.contains("<Error>"), "{}", answer.body);
}

#[test]
fn a_bucket_in_the_host_has_all_keys_for_itself() {
    let (_place, server) = start(&["--domain", "s3.example.com"]);
    let answer = visit(server.address, "photos.s3.example.com", "/health/live");
    assert!(answer.body.contains("<Error>"), "{}", answer.body);
    let answer = visit(server.address, "s3.example.com", "/health/live");
    assert_eq!(answer.body, "live\n");
}

#[test]
fn a_proxy_that_is_listed_may_say_which_host_was_signed() {
    let as_proxied = |address: SocketAddr| {
        let head = signed::head("GET", address, "/", 0);
        let signed = format!("host: {address}\r\n");
        assert!(head.contains(&signed));
        head.replace(
            &signed,
            &format!("host: inner\r\nx-forwarded-host: {address}\r\n"),
        )
    };
    let (_place, trusting) = start(&["--trusted-proxy", "127.0.0.0/8"]);
    let answer = send(trusting.address, &as_proxied(trusting.address));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let (_place, other) = start(&["--trusted-proxy", "10.0.0.0/8"]);
    let answer = send(other.address, &as_proxied(other.address));
    assert_eq!(answer.status, 403);
    assert!(
        answer.body.contains("SignatureDoesNotMatch"),
        "{}",
        answer.body
    );
}
