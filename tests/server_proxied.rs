//! Behind nginx, with the configuration that `packaging` has.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::certificate::Certificate;
use support::http::{Answer, metric, read_answer};
use support::process::Process;
use support::server::{PASSWORD, Server, USER, command_with_root};
use support::tls::{self, TlsStream};
use support::{FOREVER, content::Piece, signed, until};
use tokio::net::TcpSocket;

/// What nginx calls S3. The console has another name there.
const PUBLIC_URL: &str = "https://s3.example.com";

/// nginx, and the server behind it. Both are killed with it.
struct Proxied {
    _nginx: Process,
    server: Server,
    address: SocketAddr,
    _held: TcpSocket,
    certificate: PathBuf,
    _place: tempfile::TempDir,
}

impl Proxied {
    fn start() -> Proxied {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path();
        let mut command = command_with_root(&folder.join("data"));
        command.args(["--console", "127.0.0.1:0", "--trusted-proxy", "127.0.0.1"]);
        command.args(["--public-url", PUBLIC_URL]);
        let mut server = Server::start(command.args(["--console-base-path", "/cairn"]));
        let certificate = Certificate::make(folder);
        let (held, address) = held_address();
        let behind = (server.address, server.console_address());
        let conf = folder.join("nginx.conf");
        fs::write(&conf, configuration(folder, address, behind, &certificate)).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut nginx = Command::new(root.join("tests/clients/debian"));
        nginx
            .args(["nginx", "-e", "stderr", "-p"])
            .arg(folder)
            .arg("-c")
            .arg(&conf);
        let mut nginx = Process::start(&mut nginx);
        until("nginx listens", || {
            nginx.goes_on();
            TcpStream::connect(address).is_ok()
        });
        Proxied {
            _nginx: nginx,
            server,
            address,
            _held: held,
            certificate: certificate.certificate,
            _place: place,
        }
    }

    fn connect(&self) -> TlsStream {
        self.connect_from(Ipv4Addr::LOCALHOST)
    }

    /// From an address of this machine.
    fn connect_from(&self, from: Ipv4Addr) -> TlsStream {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build();
        let stream = runtime.unwrap().block_on(async {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(SocketAddr::new(IpAddr::V4(from), 0)).unwrap();
            socket
                .connect(self.address)
                .await
                .unwrap()
                .into_std()
                .unwrap()
        });
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(FOREVER)).unwrap();
        let config = tls::config(&self.certificate, &[b"http/1.1"]);
        tls::over(stream, self.address, config).unwrap()
    }

    /// One signed request of the root.
    fn ask(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect();
        let head = signed::head(method, self.address, path, body.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        read_answer(&mut stream)
    }

    /// One request to the site of that name, by a client that lies about its address.
    fn send(&self, site: &str, request: &str, headers: &str, body: &str) -> String {
        let mut stream = self.connect_from(Ipv4Addr::new(127, 0, 0, 2));
        let length = body.len();
        let text = format!(
            "{request} HTTP/1.1\r\nhost: {site}\r\nx-forwarded-for: 10.1.1.1\r\n{headers}\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        // nginx may end without saying goodbye.
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    /// The answer to who logs in as root.
    fn log_in(&self) -> String {
        let login = format!(r#"{{"name":"{USER}","password":"{PASSWORD}"}}"#);
        let request = "POST /cairn/api/v1/session";
        self.send("www.example.com", request, "", &login)
    }
}

/// From an answer of this status.
fn json(answer: &str, status: &str) -> Value {
    let begins = answer.starts_with(&format!("HTTP/1.1 {status} "));
    assert!(begins, "{answer}");
    let json = &answer[answer.find('{').unwrap()..=answer.rfind('}').unwrap()];
    serde_json::from_str(json).unwrap()
}

/// Headers of whoever has logged in.
fn bearer(login: &str) -> String {
    let token = json(login, "201")["access_token"].clone();
    let token = token.as_str().unwrap();
    format!("authorization: Bearer {token}\r\naccept-encoding: identity\r\n")
}

/// An address that the system gives to nobody else for as long as the socket is there: it is bound
/// and does not listen. Who reuses addresses, as nginx does, may listen there.
fn held_address() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket
        .bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// Ours, with this machine's addresses, in a process that writes nowhere else and ends when killed.
fn configuration(
    folder: &Path,
    address: SocketAddr,
    (s3, console): (SocketAddr, SocketAddr),
    certificate: &Certificate,
) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ours = fs::read_to_string(root.join("packaging/nginx.conf")).unwrap();
    let mut exchanged = ours;
    for (there, here) in [
        ("127.0.0.1:9000", s3.to_string()),
        ("127.0.0.1:9001", console.to_string()),
        ("listen 443 ssl", format!("listen {address} ssl")),
        (
            "/etc/nginx/tls/fullchain.pem",
            certificate.certificate.display().to_string(),
        ),
        (
            "/etc/nginx/tls/key.pem",
            certificate.key.display().to_string(),
        ),
    ] {
        assert!(
            exchanged.contains(there),
            "no {there} in packaging/nginx.conf"
        );
        exchanged = exchanged.replace(there, &here);
    }
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path {}/{what};\n", folder.display()))
        .concat();
    format!(
        "daemon off;\nmaster_process off;\npid {}/nginx.pid;\nerror_log stderr warn;\n\
         events {{ worker_connections 256; }}\n\
         http {{\naccess_log off;\n{temporary}{exchanged}\n}}\n",
        folder.display()
    )
}

#[test]
fn signatures_and_keys_pass_unchanged() {
    let proxied = Proxied::start();
    assert_eq!(proxied.ask("PUT", "/photos", b"").status, 200);
    for path in [
        "/photos/a",
        "/photos/a//b",
        "/photos/%2Fa%20b%2B~",
        "/photos/%C3%BC/../x",
    ] {
        let put = proxied.ask("PUT", path, path.as_bytes());
        assert_eq!(put.status, 200, "{path}: {}", put.body);
        assert_eq!(proxied.ask("GET", path, b"").body, path);
    }
    let other = proxied.ask("GET", "/photos/b", b"");
    assert_eq!(other.status, 404, "{}", other.body);
    // Who is not to see the metrics does not.
    assert_eq!(proxied.ask("GET", "/metrics", b"").status, 403);
}

/// What has come of an upload is with the server long before its end.
#[test]
fn uploads_are_passed_on_as_they_come() {
    const HALF: usize = 8 << 20;
    let proxied = Proxied::start();
    assert_eq!(proxied.ask("PUT", "/large", b"").status, 200);
    let body = Piece {
        seed: 7,
        bytes: 2 * HALF,
    }
    .make();
    let mut stream = proxied.connect();
    let head = signed::head("PUT", proxied.address, "/large/body", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..HALF]).unwrap();
    stream.flush().unwrap();
    // Less than all of it: the last of what was sent may wait in a buffer.
    until("it is passed on", || {
        let received = metric(proxied.server.address, "cairn_received_bytes_total");
        received >= HALF as u64 / 2
    });
    stream.write_all(&body[HALF..]).unwrap();
    assert_eq!(read_answer(&mut stream).status, 200);

    let mut stream = proxied.connect();
    let head = signed::head("GET", proxied.address, "/large/body", 0);
    stream.write_all(head.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let mut read = vec![0; body.len()];
    stream.read_exact(&mut read).unwrap();
    assert!(read == body);
}

#[test]
fn the_console_lies_beneath_its_path_and_knows_who_comes() {
    let proxied = Proxied::start();
    let send = |request: &str, headers: &str, body: &str| {
        proxied.send("www.example.com", request, headers, body)
    };
    let page = send("GET /cairn/", "", "");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    // One that was built without its console links to the interface.
    let is_there = page.contains("content=\"/cairn/\"") || page.contains("href=\"/cairn/api/v1");
    assert!(is_there, "{page}");
    let moved = send("GET /cairn", "", "");
    assert!(moved.starts_with("HTTP/1.1 308"), "{moved}");

    let login = proxied.log_in();
    let cookie = login
        .lines()
        .find(|line| line.to_lowercase().starts_with("set-cookie:"));
    let cookie = cookie.unwrap();
    assert!(cookie.contains("Path=/cairn/api/v1/session;"), "{cookie}");
    assert!(cookie.contains("; Secure"), "{cookie}");

    let audit = send("GET /cairn/api/v1/audit", &bearer(&login), "");
    let json = json(&audit, "200");
    // What nginx says, and not what the client has made up.
    assert_eq!(json["items"][0]["from"], "127.0.0.2", "{json}");
}

/// Though S3 has another name there than the console, and another port than the server listens on.
#[test]
fn links_of_the_console_lead_through_it() {
    let proxied = Proxied::start();
    assert_eq!(proxied.ask("PUT", "/photos", b"").status, 200);
    assert_eq!(proxied.ask("PUT", "/photos/a/1", b"").status, 200);
    let put = proxied.ask("PUT", "/photos/a/b%20%C3%BC", b"hello");
    assert_eq!(put.status, 200, "{}", put.body);
    let bearer = bearer(&proxied.log_in());
    let send = |request: &str, body: &str| {
        let answer = proxied.send("www.example.com", request, &bearer, body);
        json(&answer, "200")
    };
    let server = send("GET /cairn/api/v1/server", "");
    assert_eq!(server["s3_endpoint"], PUBLIC_URL);
    let wanted = r#"{"key":"a/b ü"}"#;
    let made = send("POST /cairn/api/v1/buckets/photos/presign", wanted);
    let url = made["url"].as_str().unwrap();
    let path = url.strip_prefix(PUBLIC_URL).unwrap();
    assert!(path.starts_with("/photos/"), "{url}");

    let found = proxied.send("s3.example.com", &format!("GET {path}"), "", "");
    assert!(found.starts_with("HTTP/1.1 200 "), "{found}");
    assert!(found.ends_with("\r\n\r\nhello"), "{found}");
    // It is good for this one only, and by this name only.
    let other = format!("GET {}", path.replace("/a/b%20%C3%BC?", "/a/1?"));
    let other = proxied.send("s3.example.com", &other, "", "");
    assert!(other.starts_with("HTTP/1.1 403 "), "{other}");
    let other = proxied.send("x.s3.example.com", &format!("GET {path}"), "", "");
    assert!(other.starts_with("HTTP/1.1 403 "), "{other}");
}
