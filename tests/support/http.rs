//! Just enough HTTP/1.1 over a plain socket, so that nothing tidies up what a test sends.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use super::FOREVER;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(FOREVER)).unwrap();
    stream.set_write_timeout(Some(FOREVER)).unwrap();
    stream
}

/// A plain GET on a connection of its own.
pub(crate) fn get(address: SocketAddr, path: &str) -> Answer {
    let mut stream = connect(address);
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    read_answer(&mut stream)
}

/// What a metric without labels is at now.
#[track_caller]
pub(crate) fn metric(address: SocketAddr, name: &str) -> u64 {
    let text = get(address, "/metrics").body;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in:\n{text}"))
        .parse()
        .unwrap()
}

/// A request on a connection of its own. `head` is its first line, with further ones where there are.
pub(crate) fn send(address: SocketAddr, head: &str, body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    let mut stream = connect(address);
    let length = body.len();
    write!(
        stream,
        "{head}\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    )
    .unwrap();
    stream.write_all(body).unwrap();
    read_answer(&mut stream)
}

/// One answer, by its content-length. Leaves the connection where the next one starts.
pub(crate) fn read_answer(stream: &mut impl Read) -> Answer {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0u8];
        let read = stream.read(&mut byte).expect("an answer's head");
        assert_eq!(read, 1, "ended within {:?}", String::from_utf8_lossy(&head));
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut body = vec![0u8; length_of(&head)];
    stream.read_exact(&mut body).expect("an answer's body");
    Answer {
        status: head[9..12].parse().unwrap(),
        head,
        body: String::from_utf8(body).unwrap(),
    }
}

/// Everything until the other side closes.
pub(crate) fn read_all(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    stream.read_to_end(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// Sends nothing more and reads to the end.
pub(crate) fn finish(mut stream: TcpStream) -> String {
    stream.shutdown(Shutdown::Write).unwrap();
    read_all(&mut stream)
}

fn length_of(head: &str) -> usize {
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = name.eq_ignore_ascii_case("content-length");
        is_it.then(|| value.trim().parse().unwrap())
    });
    length.unwrap_or(0)
}
