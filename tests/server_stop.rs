//! How the server ends.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use support::http::{self, connect, read_all, read_answer};
use support::server::{Server, command_with_root};
use support::{FOREVER, signed};

const LENGTH: usize = 10;

/// A PUT of which half has been sent and begun to be handled.
fn half_a_put(address: SocketAddr) -> TcpStream {
    let mut stream = connect(address);
    let head = signed::head("PUT", address, "/bucket", 0);
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(read_answer(&mut stream).status, 200);
    let head = signed::head("PUT", address, "/bucket/key", LENGTH);
    // The server asks for the body when it has accepted the head.
    let head = head.replace("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(read_answer(&mut stream).status, 100);
    stream.write_all(b"12345").unwrap();
    stream
}

fn wait_until_nobody_listens(address: SocketAddr) {
    let started = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(started.elapsed() < FOREVER, "still listens");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_signal_lets_a_request_in_flight_finish() {
    for signal in [libc::SIGTERM, libc::SIGINT] {
        let place = tempfile::tempdir().unwrap();
        let server = Server::start(&mut command_with_root(place.path()));
        let address = server.address;
        let mut idle = connect(address);
        let mut busy = half_a_put(address);

        server.process().signal(signal);
        wait_until_nobody_listens(address);
        assert_eq!(read_all(&mut idle), "", "idle connections end at once");
        busy.write_all(b"67890").unwrap();
        let answer = read_answer(&mut busy);
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(read_all(&mut busy), "", "the connection ends with it");
        let ended = server.wait();
        assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);

        // What was answered is there after the next start.
        let server = Server::start(&mut command_with_root(place.path()));
        let mut stream = connect(server.address);
        let head = signed::head("GET", server.address, "/bucket/key", 0);
        stream.write_all(head.as_bytes()).unwrap();
        assert_eq!(read_answer(&mut stream).body, "1234567890");
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(&mut command_with_root(place.path()));
    let _busy = half_a_put(server.address);
    server.process().signal(libc::SIGTERM);
    wait_until_nobody_listens(server.address);
    server.process().signal(libc::SIGTERM);
    let started = Instant::now();
    let ended = server.wait();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    // Half a minute is what the request would have had.
    assert!(started.elapsed() < Duration::from_secs(25));
    let server = Server::start(&mut command_with_root(place.path()));
    assert_eq!(http::get(server.address, "/health/ready").status, 200);
}
