//! Clients that are clumsy, slow or hostile: each gets S3's error or a closed connection, the
//! server's memory stays bounded, and everybody else is served meanwhile.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use support::client::Client;
use support::http::{Answer, connect, finish, metric, read_answer};
use support::process::{allow_open_files, peak_memory_bytes};
use support::server::{Server, command_with_root};
use support::{FOREVER, signed, until};

const MIB: u64 = 1 << 20;
/// Others must not feel what goes on: far more than an answer takes on a busy machine, and less than
/// the half minute after which the server runs out of patience with who makes them wait.
const PROMPT: Duration = Duration::from_secs(25);

struct Fixture {
    server: Server,
    idle_bytes: u64,
    _place: tempfile::TempDir,
}

impl Fixture {
    fn start() -> Fixture {
        let place = tempfile::tempdir().unwrap();
        let server = Server::start(&mut command_with_root(place.path()));
        let mut client = Client::connect(server.address).unwrap();
        let made = client.send("PUT", "/bucket", &[], b"").unwrap();
        assert_eq!(made.status, 200);
        let idle_bytes = peak_memory_bytes(server.process().id());
        Fixture {
            server,
            idle_bytes,
            _place: place,
        }
    }

    fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// A client that behaves is answered, and soon.
    fn serves_others(&self) {
        let started = Instant::now();
        let mut client = Client::connect(self.address()).unwrap();
        let put = client.send("PUT", "/bucket/other", &[], b"other").unwrap();
        assert_eq!(put.status, 200);
        assert_eq!(client.get("/bucket/other").unwrap().body, b"other");
        let took = started.elapsed();
        assert!(took < PROMPT, "took {took:?}");
    }

    fn took_at_most(&self, bytes: u64) {
        let took = peak_memory_bytes(self.server.process().id()) - self.idle_bytes;
        assert!(took <= bytes, "{} MiB above idle", took / MIB);
    }

    fn has_no(&self, key: &str) {
        let mut client = Client::connect(self.address()).unwrap();
        assert_eq!(client.get(&format!("/bucket/{key}")).unwrap().status, 404);
    }

    /// A signed PUT of which nothing but the head has been sent.
    fn begin_put(&self, key: &str, length: usize) -> TcpStream {
        let mut stream = connect(self.address());
        let head = signed::head("PUT", self.address(), &format!("/bucket/{key}"), length);
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }
}

fn assert_error(answer: &Answer, status: u16, code: &str) {
    let named = format!("<Code>{code}</Code>");
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.body.contains(&named), "{}", answer.body);
}

/// Sends for as long as it is taken, without reading: until nothing is taken for longer than
/// a busy server stalls, or it closes, or all has been sent. Returns how many bytes were taken.
fn push(stream: &mut TcpStream, piece: &[u8], bytes_max: u64) -> u64 {
    stream
        .set_write_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let mut sent = 0;
    while sent < bytes_max {
        match stream.write(piece) {
            Ok(0) | Err(_) => break,
            Ok(taken) => sent += taken as u64,
        }
    }
    sent
}

fn send_until_answered(stream: &mut TcpStream, piece: &[u8]) -> Answer {
    let pause = Duration::from_millis(500);
    stream.set_read_timeout(Some(pause)).unwrap();
    let started = Instant::now();
    while stream.peek(&mut [0]).is_err() && started.elapsed() < FOREVER {
        if stream.write_all(piece).is_err() {
            break;
        }
    }
    stream.set_read_timeout(Some(FOREVER)).unwrap();
    read_answer(stream)
}

/// The rest of the connection, reset or not.
fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    match stream.read_to_end(&mut text) {
        Ok(_) => {}
        Err(e) => assert_eq!(e.kind(), ErrorKind::ConnectionReset, "{e}"),
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn a_body_shorter_than_it_says_is_incomplete_and_leaves_nothing() {
    let fixture = Fixture::start();
    for length in [10, 300_000, 3_000_000] {
        let mut stream = fixture.begin_put("short", length);
        stream.write_all(&vec![b'x'; length / 2]).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let answer = rest(stream);
        // The client has closed its side: an answer is a courtesy.
        let told = answer.starts_with("HTTP/1.1 400") && answer.contains("IncompleteBody");
        assert!(answer.is_empty() || told, "{answer}");
        fixture.has_no("short");
    }
    fixture.serves_others();
}

#[test]
fn a_body_longer_than_it_says_is_cut_there_and_the_rest_is_no_request() {
    let fixture = Fixture::start();
    let mut stream = fixture.begin_put("long", 5);
    stream
        .write_all(b"12345and more, which is no request")
        .unwrap();
    assert_eq!(read_answer(&mut stream).status, 200);
    let answer = rest(stream);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
        "{answer}"
    );
    let mut client = Client::connect(fixture.address()).unwrap();
    assert_eq!(client.get("/bucket/long").unwrap().body, b"12345");
}

#[test]
fn lengths_that_are_none_or_too_large_are_refused() {
    let fixture = Fixture::start();
    let mut stream = fixture.begin_put("huge", 6 << 40);
    assert_error(&read_answer(&mut stream), 400, "EntityTooLarge");
    for length in ["-1", "1e3", "0x10", "18446744073709551616", "5, 6", ""] {
        let mut stream = connect(fixture.address());
        let head = signed::head("PUT", fixture.address(), "/bucket/odd", 7_777_777);
        let head = head.replace(": 7777777\r", &format!(": {length}\r"));
        stream.write_all(head.as_bytes()).unwrap();
        let answer = finish(stream);
        assert!(answer.starts_with("HTTP/1.1 400"), "{length:?}: {answer}");
    }
    fixture.has_no("huge");
    fixture.has_no("odd");
}

#[test]
fn a_length_beside_chunks_smuggles_no_second_request() {
    let fixture = Fixture::start();
    let mut stream = connect(fixture.address());
    let head = signed::head("PUT", fixture.address(), "/bucket/outer", 4);
    let head = head.replace("\r\n\r\n", "\r\ntransfer-encoding: chunked\r\n\r\n");
    let inner = signed::head("PUT", fixture.address(), "/bucket/inner", 0);
    stream
        .write_all((head + "0\r\n\r\n" + &inner).as_bytes())
        .unwrap();
    // The chunks decide, and what follows them on such a connection is nobody's request.
    let answers = rest(stream);
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
    assert!(answers.contains("connection: close"), "{answers}");
    fixture.has_no("inner");
}

#[test]
fn chunks_without_end_are_refused_within_bounds() {
    let fixture = Fixture::start();
    for endless in ["5;extension=", "5\r\nhello\r\n0\r\ntrailer: "] {
        let mut stream = connect(fixture.address());
        let head = signed::head("POST", fixture.address(), "/bucket?delete=", 7_777_777);
        let head = head.replace("content-length: 7777777", "transfer-encoding: chunked");
        stream.write_all((head + endless).as_bytes()).unwrap();
        let sent = push(&mut stream, &[b'0'; 4096], 128 * MIB);
        assert!(sent < 128 * MIB, "all of {endless:?} was taken");
        let answer = rest(stream);
        assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    fixture.serves_others();
    fixture.took_at_most(32 * MIB);
}

#[test]
fn a_document_without_end_is_refused_within_bounds() {
    let fixture = Fixture::start();
    let length = 1 << 30;
    let mut stream = connect(fixture.address());
    let head = signed::head("POST", fixture.address(), "/bucket?delete=", length);
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(b"<Delete>").unwrap();
    let object = b"<Object><Key>key</Key></Object>".repeat(1000);
    let sent = push(&mut stream, &object, length as u64);
    assert!(sent < length as u64, "all of it was taken");
    let answer = rest(stream);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
        "{answer}"
    );
    fixture.serves_others();
    fixture.took_at_most(32 * MIB);
}

#[test]
fn requests_sent_in_one_go_are_answered_in_their_order() {
    let fixture = Fixture::start();
    let mut all = String::new();
    for (method, body) in [("PUT", "12345"), ("GET", ""), ("DELETE", ""), ("GET", "")] {
        all += &signed::head(method, fixture.address(), "/bucket/key", body.len());
        all += body;
    }
    let mut stream = connect(fixture.address());
    stream.write_all(all.as_bytes()).unwrap();
    assert_eq!(read_answer(&mut stream).status, 200);
    assert_eq!(read_answer(&mut stream).body, "12345");
    assert_eq!(read_answer(&mut stream).status, 204);
    assert_error(&read_answer(&mut stream), 404, "NoSuchKey");
}

#[test]
fn requests_whose_answers_nobody_takes_wait_outside() {
    let fixture = Fixture::start();
    let mut pushing = Vec::new();
    for _ in 0..16 {
        let mut stream = connect(fixture.address());
        pushing.push(thread::spawn(move || {
            let requests = b"GET /metrics HTTP/1.1\r\nhost: h\r\n\r\n".repeat(1000);
            let sent = push(&mut stream, &requests, 64 * MIB);
            (stream, sent)
        }));
    }
    let mut open = Vec::new();
    for pushing in pushing {
        let (stream, sent) = pushing.join().unwrap();
        assert!(sent < 64 * MIB, "all of it was taken");
        open.push(stream);
    }
    // It was at work, and has not merely stalled.
    until("there are answers", || {
        metric(fixture.address(), "cairn_sent_bytes_total") > MIB / 2
    });
    fixture.serves_others();
    drop(open);
    fixture.took_at_most(64 * MIB);
}

#[test]
fn answers_that_nobody_takes_are_not_gathered() {
    let fixture = Fixture::start();
    let mut client = Client::connect(fixture.address()).unwrap();
    let body = vec![7; 32 << 20];
    let put = client.send("PUT", "/bucket/large", &[], &body).unwrap();
    assert_eq!(put.status, 200);
    let before = peak_memory_bytes(fixture.server.process().id());
    let waiting: Vec<TcpStream> = (0..64)
        .map(|_| {
            let mut stream = connect(fixture.address());
            let head = signed::head("GET", fixture.address(), "/bucket/large", 0);
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    for mut stream in &waiting {
        stream.read_exact(&mut [0; 16]).unwrap();
    }
    fixture.serves_others();
    let took = peak_memory_bytes(fixture.server.process().id()) - before;
    // Each may have a few chunks of a MiB under way, none the whole object.
    assert!(took < 64 * 6 * MIB, "{} MiB", took / MIB);
}

#[test]
fn ten_thousand_idle_and_half_begun_connections_disturb_nobody() {
    const OPEN: u32 = 10_000;
    allow_open_files();
    let fixture = Fixture::start();
    let mut open = Vec::new();
    let half_a_head = format!("GET / HTTP/1.1\r\nhost: h\r\nx: {}", "x".repeat(8 << 10));
    for number in 0..OPEN {
        let mut stream = connect(fixture.address());
        match number % 10 {
            0 => {
                let whole = b"GET /health/live HTTP/1.1\r\nhost: h\r\n\r\n";
                stream.write_all(whole).unwrap();
                assert_eq!(read_answer(&mut stream).status, 200);
            }
            1 => stream.write_all(half_a_head.as_bytes()).unwrap(),
            _ => {}
        }
        open.push(stream);
    }
    fixture.serves_others();
    let connections = metric(fixture.address(), "cairn_connections");
    assert!(connections >= u64::from(OPEN), "{connections}");
    // 24 KiB each; 1,000 of them hold half a head.
    fixture.took_at_most(u64::from(OPEN) * (24 << 10));
    drop(open);
    fixture.serves_others();
}

#[test]
fn a_client_that_closes_its_side_early_is_answered_or_let_go() {
    let fixture = Fixture::start();
    for (key, length) in [("half-small", 1000), ("half-large", 2_000_000)] {
        let mut stream = fixture.begin_put(key, length);
        stream.write_all(&vec![b'x'; length]).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let answer = rest(stream);
        let told = answer.starts_with("HTTP/1.1 200");
        assert!(told || answer.is_empty(), "{answer}");
        let mut client = Client::connect(fixture.address()).unwrap();
        let found = client.get(&format!("/bucket/{key}")).unwrap();
        match found.status {
            200 => assert_eq!(found.body.len(), length, "whole or not at all"),
            status => assert!(!told && status == 404, "{status}"),
        }
    }
    fixture.serves_others();
}

#[test]
fn uploads_of_256_clients_at_once_stay_within_half_a_gib() {
    let fixture = Fixture::start();
    let length = 1 << 20;
    let body = vec![b'x'; length];
    let mut clients: Vec<TcpStream> = (0..256)
        .map(|n| fixture.begin_put(&format!("upload-{n}"), length))
        .collect();
    // All of them are nearly done before the first one is.
    let (most, last) = body.split_at(length - 1);
    for stream in &mut clients {
        stream.write_all(most).unwrap();
    }
    fixture.serves_others();
    for stream in &mut clients {
        stream.write_all(last).unwrap();
    }
    for stream in &mut clients {
        assert_eq!(read_answer(stream).status, 200);
    }
    fixture.took_at_most(512 * MIB);
}

/// The listener's own bounds of half a minute, all at once.
#[test]
fn slow_clients_run_out_of_patience() {
    let fixture = Fixture::start();
    let mut client = Client::connect(fixture.address()).unwrap();
    let large = vec![7; 32 << 20];
    let put = client.send("PUT", "/bucket/large", &[], &large).unwrap();
    assert_eq!(put.status, 200);

    let mut silent = fixture.begin_put("silent", 1000);
    silent.write_all(b"some").unwrap();
    let mut trickling = fixture.begin_put("trickling", 300_000);
    let mut takes_nothing = connect(fixture.address());
    let head = signed::head("GET", fixture.address(), "/bucket/large", 0);
    takes_nothing.write_all(head.as_bytes()).unwrap();

    let zeros = {
        let mut stream = connect(fixture.address());
        let head = signed::head("POST", fixture.address(), "/bucket?delete=", 7_777_777);
        let head = head.replace("content-length: 7777777", "transfer-encoding: chunked");
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    // Never silent for long: a byte now and then, and a chunk whose size never ends.
    let slow = thread::spawn(move || send_until_answered(&mut trickling, b"x"));
    let zeros = thread::spawn(move || send_until_answered(&mut { zeros }, &[b'0'; 4096]));
    assert_error(&read_answer(&mut silent), 400, "RequestTimeout");
    assert_error(&slow.join().unwrap(), 400, "RequestTimeout");
    let zeros = zeros.join().unwrap();
    assert!((400..500).contains(&zeros.status), "{}", zeros.body);
    // Read only once the server has let go of it: who reads makes room, and is waited for again.
    drop((client, silent));
    until("only who asks is connected", || {
        metric(fixture.address(), "cairn_connections") <= 1
    });
    // What both kernels hold, and then the end.
    let took = rest(takes_nothing);
    assert!(took.len() < large.len(), "all of it came");
    fixture.has_no("silent");
    fixture.has_no("trickling");
    fixture.took_at_most(96 * MIB);
    fixture.serves_others();
}
