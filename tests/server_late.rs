//! Copies that take long, over real connections: what a client hears while one is being made.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use support::client::Client;
use support::http::metric;
use support::server::{Server, command_with_root};
use support::{FOREVER, signed, until};

/// Long enough to be copied for a good while, each byte being encrypted and digested anew.
const OBJECT_BYTES: usize = 64 << 20;
/// On a busy machine a copy may be made before anybody gets in between.
const ATTEMPTS: usize = 20;
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SOURCE: (&str, &str) = ("x-amz-copy-source", "bucket/source");
const ENCRYPTED: (&str, &str) = ("x-amz-server-side-encryption", "AES256");

fn start(data: &Path) -> (Server, Client) {
    let mut command = command_with_root(data);
    command.args(["--copy-silence", "5"]);
    let server = Server::start(&mut command);
    let mut client = Client::connect(server.address).unwrap();
    client.send("PUT", "/bucket", &[], b"").unwrap();
    let body = vec![7; OBJECT_BYTES];
    let put = client.send("PUT", "/bucket/source", &[], &body).unwrap();
    assert_eq!(put.status, 200);
    (server, client)
}

/// An answer whose body comes in pieces.
struct Late {
    stream: BufReader<TcpStream>,
    head: String,
}

impl Late {
    /// Asks, and reads the head.
    fn ask(server: &Server, method: &str, path: &str, headers: &[(&str, &str)]) -> Late {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(FOREVER)).unwrap();
        let head = signed::head_with(method, server.address, path, 0, headers);
        stream.write_all(head.as_bytes()).unwrap();
        let (mut stream, mut head) = (BufReader::new(stream), String::new());
        while !head.ends_with("\r\n\r\n") {
            assert!(stream.read_line(&mut head).unwrap() > 0, "{head}");
        }
        Late { stream, head }
    }

    /// The next chunk of HTTP; none at the end.
    fn piece(&mut self) -> Option<String> {
        let mut size = String::new();
        self.stream.read_line(&mut size).unwrap();
        let size = usize::from_str_radix(size.trim_end(), 16).unwrap();
        let mut piece = vec![0; size + 2];
        self.stream.read_exact(&mut piece).unwrap();
        assert!(piece.ends_with(b"\r\n"));
        piece.truncate(size);
        (size > 0).then(|| String::from_utf8(piece).unwrap())
    }

    /// What comes until the document: it begins with the first piece that is more than a space.
    fn rest(mut self) -> (usize, String) {
        let (mut spaces, mut document) = (0, String::new());
        while let Some(piece) = self.piece() {
            match piece.as_str() {
                " " if document.is_empty() => spaces += 1,
                more => document.push_str(more),
            }
        }
        (spaces, document)
    }
}

fn copy(server: &Server, path: &str, more: &[(&str, &str)]) -> Late {
    let mut headers = vec![SOURCE, ENCRYPTED];
    headers.extend(more);
    let mut late = Late::ask(server, "PUT", path, &headers);
    assert!(
        late.head.starts_with("HTTP/1.1 200 OK\r\n"),
        "{}",
        late.head
    );
    let head = late.head.to_ascii_lowercase();
    assert!(
        head.contains("\r\ntransfer-encoding: chunked\r\n"),
        "{head}"
    );
    assert!(
        head.contains("\r\ncontent-type: application/xml\r\n"),
        "{head}"
    );
    assert_eq!(late.piece().as_deref(), Some(DECLARATION));
    late
}

#[test]
fn a_client_hears_spaces_until_its_copy_is_made() {
    let place = tempfile::tempdir().unwrap();
    let (server, mut client) = start(place.path());
    let (spaces, document) = copy(&server, "/bucket/copy", &[]).rest();
    assert!(spaces > 1, "{spaces} {document}");
    assert!(document.starts_with("<CopyObjectResult"), "{document}");
    assert!(document.ends_with("</CopyObjectResult>"), "{document}");
    let copied = client.get("/bucket/copy").unwrap();
    assert!(
        document.contains(copied.etag.unwrap().trim_matches('"')),
        "{document}"
    );
    assert!(copied.body.len() == OBJECT_BYTES && copied.body.iter().all(|byte| *byte == 7));
    assert_eq!(server.stop().status.code(), Some(0));
}

/// The status has been sent: only the document can say that it went wrong.
#[test]
fn what_goes_wrong_later_stands_in_the_document() {
    let place = tempfile::tempdir().unwrap();
    let (server, mut client) = start(place.path());
    let overtaken = (0..ATTEMPTS).find_map(|number| {
        let path = format!("/bucket/taken-{number}");
        let late = copy(&server, &path, &[("if-none-match", "*")]);
        let put = client.send("PUT", &path, &[], b"first").unwrap();
        assert_eq!(put.status, 200);
        let (_, document) = late.rest();
        (!document.starts_with("<CopyObjectResult")).then_some((path, document))
    });
    let (taken, document) = overtaken.expect("nothing ever overtakes a copy");
    assert!(
        document.starts_with("<Error><Code>PreconditionFailed</Code>"),
        "{document}"
    );
    assert!(document.contains("<RequestId>"), "{document}");
    assert_eq!(client.get(&taken).unwrap().body, b"first");

    let document = (0..ATTEMPTS)
        .map(|_| aborted_while_copied(&server, &mut client))
        .find(|document| !document.starts_with("<CopyPartResult"))
        .expect("no abort ever overtakes the copy of a part");
    assert!(
        document.starts_with("<Error><Code>NoSuchUpload</Code>"),
        "{document}"
    );
    assert_eq!(server.stop().status.code(), Some(0));
}

/// The document of a part that is copied into an upload which is aborted meanwhile.
fn aborted_while_copied(server: &Server, client: &mut Client) -> String {
    let begun = client.send("POST", "/bucket/parts?uploads", &[ENCRYPTED], b"");
    let begun = String::from_utf8(begun.unwrap().body).unwrap();
    let upload = begun.split("<UploadId>").nth(1).unwrap();
    let upload = upload.split('<').next().unwrap();
    let path = format!("/bucket/parts?partNumber=1&uploadId={upload}");
    let mut late = Late::ask(server, "PUT", &path, &[SOURCE]);
    assert_eq!(late.piece().as_deref(), Some(DECLARATION));
    let path = format!("/bucket/parts?uploadId={upload}");
    let aborted = client.send("DELETE", &path, &[], b"").unwrap();
    assert_eq!(aborted.status, 204);
    late.rest().1
}

/// A client that goes away ends its copy.
#[test]
fn a_copy_ends_with_its_client() {
    let place = tempfile::tempdir().unwrap();
    let (server, mut client) = start(place.path());
    let has_ended = (0..ATTEMPTS).any(|number| {
        let path = format!("/bucket/copy-{number}");
        drop(copy(&server, &path, &[]));
        until("only who asks is served", || {
            metric(server.address, "cairn_requests_in_flight") == 1
        });
        // Long enough for a copy that goes on by itself.
        std::thread::sleep(Duration::from_secs(1));
        client.get(&path).unwrap().status == 404
    });
    assert!(
        has_ended,
        "every copy was made although its client had gone"
    );
    assert_eq!(server.stop().status.code(), Some(0));
}
