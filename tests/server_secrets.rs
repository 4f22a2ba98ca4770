//! Secrets are in no log, no audit log, no refusal and no file in clear text; and nothing that a
//! client sends makes a line of a log that is none.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};
use support::http::{connect, read_answer, send};
use support::server::{PASSWORD, Server, USER, cairn, command_with_root};
use support::signed;
use totp_rs::{Builder, Secret};

/// Names that are meant to be found, so that not finding a secret means something.
const CANARY: &str = "canary-user";
const OWN_PASSWORD: &str = "correct-horse-battery";
const NEXT_PASSWORD: &str = "another-horse-battery";
const WRONG_PASSWORD: &str = "wrong-horse-battery";
const REPEAT_KEY: &str = "3b1f6a0e-repeat-key";
const CUSTOMER_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

struct Client {
    console: SocketAddr,
    token: String,
    /// Every refusal that was answered.
    refusals: String,
}

impl Client {
    fn ask(&mut self, method: &str, path: &str, body: &Value) -> (Value, String) {
        let (token, console) = (&self.token, self.console);
        let mut head = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nuser-agent: {CANARY}\r\n\
             idempotency-key: {REPEAT_KEY}{path}"
        );
        if !token.is_empty() {
            head.push_str(&format!("\r\nauthorization: Bearer {token}"));
        }
        let answer = send(console, &head, body.to_string());
        if answer.status >= 400 {
            self.refusals.push_str(&answer.body);
        }
        let cookie = answer.head.lines().find_map(|line| {
            let cookie = line.strip_prefix("set-cookie: cairn_session_")?;
            let (_, cookie) = cookie.split_once('=')?;
            Some(cookie.split(';').next().unwrap().to_owned())
        });
        let value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        (value, cookie.unwrap_or_default())
    }

    fn log_in(&mut self, body: &Value) -> (String, String) {
        self.token.clear();
        let (answer, cookie) = self.ask("POST", "/session", body);
        let token = answer["access_token"].as_str().unwrap_or_default();
        token.clone_into(&mut self.token);
        (token.to_owned(), cookie)
    }
}

/// Goes through everything that has to do with a secret, and gives the secrets.
fn live(client: &mut Client, s3: SocketAddr) -> Vec<String> {
    let mut secrets: Vec<String> = [
        PASSWORD,
        OWN_PASSWORD,
        NEXT_PASSWORD,
        WRONG_PASSWORD,
        REPEAT_KEY,
        CUSTOMER_KEY,
        "0123456789abcdef0123456789abcdef",
    ]
    .map(str::to_owned)
    .to_vec();
    let login = |name: &str, password: &str| json!({ "name": name, "password": password });
    let (token, cookie) = client.log_in(&login(USER, PASSWORD));
    secrets.extend([token, cookie]);
    let user = json!({ "name": CANARY, "password": OWN_PASSWORD });
    client.ask("POST", "/users", &user);
    let all = json!({ "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] });
    client.ask("PUT", &format!("/users/{CANARY}/policies/all"), &all);
    let (key, _) = client.ask("POST", &format!("/users/{CANARY}/keys"), &json!({}));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    secrets.push(text(&key["secret"]));
    client.log_in(&login(CANARY, WRONG_PASSWORD));
    // Bodies that are read in vain.
    client.ask(
        "POST",
        "/session",
        &json!({ "name": 7, "password": WRONG_PASSWORD }),
    );
    client.ask(
        "POST",
        "/session",
        &json!({ "name": CANARY, "password": [WRONG_PASSWORD] }),
    );
    let (token, cookie) = client.log_in(&login(CANARY, OWN_PASSWORD));
    secrets.extend([token, cookie]);
    client.ask(
        "PUT",
        "/profile/password",
        &json!({ "current": OWN_PASSWORD, "new": NEXT_PASSWORD }),
    );
    let wanted = json!({ "name": "robot", "expires_in": 3600 });
    let (made, _) = client.ask("POST", "/tokens", &wanted);
    let robot = text(&made["token"]);
    let (begun, _) = client.ask(
        "POST",
        "/profile/second-factor",
        &json!({ "password": NEXT_PASSWORD }),
    );
    let device = text(&begun["secret"]);
    let bytes = Secret::try_from_base32(&device).unwrap();
    let digits = bytes.as_ref().iter().map(|byte| format!("{byte:02x}"));
    secrets.push(digits.collect());
    let totp = Builder::new().with_secret(bytes).build().unwrap();
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let code = totp.generate(seconds.unwrap().as_secs()).to_string();
    let (codes, _) = client.ask("PUT", "/profile/second-factor", &json!({ "code": code }));
    let codes = codes["recovery_codes"].as_array().unwrap();
    secrets.extend(codes.iter().map(text));
    secrets.extend(codes.iter().map(|code| text(code).replace('-', "")));
    client.log_in(&login(CANARY, NEXT_PASSWORD));
    let used = json!({ "name": CANARY, "password": NEXT_PASSWORD, "code": codes[0] });
    let (token, cookie) = client.log_in(&used);
    assert!(!token.is_empty(), "{}", client.refusals);
    secrets.extend([token, cookie]);
    // A link, and an object under a key of its client.
    client.ask("POST", "/buckets", &json!({ "name": CANARY }));
    let (link, _) = client.ask(
        "POST",
        &format!("/buckets/{CANARY}/presign"),
        &json!({ "key": "a", "method": "PUT" }),
    );
    let link = text(&link["url"]);
    let signature = link.split("X-Amz-Signature=").nth(1).unwrap();
    secrets.push(signature.split('&').next().unwrap().to_owned());
    let path = link.split_once(&s3.to_string()).unwrap().1;
    send(s3, &format!("PUT {path} HTTP/1.1"), "hello");
    let customer = [
        ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
        ("x-amz-server-side-encryption-customer-key", CUSTOMER_KEY),
        (
            "x-amz-server-side-encryption-customer-key-md5",
            "hRasmdxgYDKV3nvbahU1MA==",
        ),
    ];
    let head = signed::head_with("PUT", s3, &format!("/{CANARY}/b"), 5, &customer);
    let mut stream = connect(s3);
    write!(stream, "{head}hello").unwrap();
    let put = read_answer(&mut stream);
    assert_eq!(put.status, 200, "{}", put.body);
    // What a token is used for last: it is in no log either.
    client.token.clone_from(&robot);
    client.ask("GET", "/buckets", &Value::Null);
    secrets.extend([robot.clone(), robot[6 + 22..].to_owned(), device]);
    secrets
}

#[test]
fn no_secret_is_where_it_can_be_read() {
    let place = tempfile::tempdir().unwrap();
    let mut command = command_with_root(place.path());
    let mut server =
        Server::start(command.args(["--console", "127.0.0.1:0", "--log-level", "debug"]));
    let mut client = Client {
        console: server.console_address(),
        token: String::new(),
        refusals: String::new(),
    };
    let secrets = live(&mut client, server.address);
    let head = format!(
        "GET /api/v1/audit?limit=1000 HTTP/1.1\r\nauthorization: Bearer {}",
        client.token
    );
    let audit = send(client.console, &head, "").body;
    let metrics = send(server.address, "GET /metrics HTTP/1.1", "").body;
    let ended = server.stop();
    let log = ended.stdout + &ended.stderr;
    let mut files = Vec::new();
    read_all(place.path(), &mut files);
    // What is looked through is what it is meant to be.
    assert!(log.contains("CreateUser"), "{log}");
    assert!(log.contains("\"DEBUG\""), "nothing of that level in {log}");
    assert!(audit.contains("SwitchOnSecondFactor"), "{audit}");
    assert!(client.refusals.contains("InvalidCredentials"));
    assert!(client.refusals.contains("InvalidField"));
    assert!(files.iter().any(|(_, bytes)| holds(bytes, CANARY)));
    let mut found = Vec::new();
    for secret in &secrets {
        assert!(secret.len() > 8, "{secret:?} is no secret");
        for (name, text) in [
            ("log", &log),
            ("audit log", &audit),
            ("refusals", &client.refusals),
            ("metrics", &metrics),
        ] {
            if text.contains(secret.as_str()) {
                found.push(format!("{secret} in the {name}"));
            }
        }
        for (name, bytes) in &files {
            if holds(bytes, secret) {
                found.push(format!("{secret} in {name}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn read_all(folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => read_all(&path, files),
            false => {
                let name = path.display().to_string();
                files.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|it| it == text.as_bytes())
}

/// Line feeds, escapes of terminals and separators in keys, names and headers stay inside of a line.
#[test]
fn nothing_a_client_sends_makes_a_line_of_the_log() {
    for format in ["json", "human"] {
        let place = tempfile::tempdir().unwrap();
        let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
        command
            .args([
                "server",
                "--listen",
                "127.0.0.1:0",
                "--console",
                "127.0.0.1:0",
            ])
            .args(["--log-level", "debug", "--log-format", format])
            .arg("--data")
            .arg(place.path())
            .env("CAIRN_ROOT_USER", USER)
            .env("CAIRN_ROOT_PASSWORD", PASSWORD);
        let mut server = Server::start(&mut command);
        let console = server.console_address();
        let s3 = server.address;
        let hostile = "a%0A2026-11-26T00:00:00Z%20%20INFO%20forged%0D%0A%1B%5B2Jb%E2%80%A8c";
        for keys in [(USER, PASSWORD), ("nobody", "nothing")] {
            for method in ["PUT", "GET", "DELETE"] {
                signed::ask(method, s3, "/photos", keys, "");
                signed::ask(method, s3, &format!("/photos/{hostile}"), keys, "");
            }
        }
        let agent = "a\u{9b}2J\tb \u{2028} \\n{\"level\":\"ERROR\"}";
        let head = format!("GET /{hostile} HTTP/1.1\r\nuser-agent: {agent}\r\nreferer: {agent}");
        send(s3, &head, "");
        let names = json!({ "name": "a\nINFO forged\r\u{1b}[2J", "password": "x" });
        let head = format!("POST /api/v1/session HTTP/1.1\r\nuser-agent: {agent}");
        send(console, &head, names.to_string());
        send(console, &format!("GET /api/v1/{hostile} HTTP/1.1"), "");
        let ended = server.stop();
        let lines = ended.stderr.lines().count();
        assert!(lines > 10, "{}", ended.stderr);
        for line in ended.stderr.split('\n').filter(|line| !line.is_empty()) {
            let is_plain = |it: char| !it.is_control() && it != '\u{2028}';
            assert!(line.chars().all(is_plain), "{line:?}");
            match format {
                "json" => {
                    let line: Value = serde_json::from_str(line).unwrap();
                    assert!(line["timestamp"].is_string(), "{line}");
                }
                _ => {
                    let is_dated = line.as_bytes().first().is_some_and(u8::is_ascii_digit);
                    assert!(is_dated && !line.contains(" forged  "), "{line:?}");
                    assert!(!line.starts_with("2026-11-26T00:00:00Z"), "{line:?}");
                }
            }
        }
    }
}
