//! Links that an access key signs, which outlast the login they were made with: through the sockets
//! of a running server.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;
use std::net::SocketAddr;

use serde_json::{Value, json};
use support::console::{asked, done, log_in, path_of, text};
use support::http::{connect, get, read_answer, send};
use support::server::{Server, USER, command_with_root};

const PASSWORD: &str = "correct horse";
const PRESIGN: &str = "POST /api/v1/buckets/photos/presign";
const WEEK: u64 = 7 * 24 * 3600;

/// A server with an object, and two users who may read it, with an access key each.
struct House {
    server: Server,
    console: SocketAddr,
    root: String,
    anna: String,
    key_of_anna: String,
    key_of_berta: String,
    _place: tempfile::TempDir,
}

impl House {
    fn new() -> House {
        House::with(&[])
    }

    fn with(flags: &[&str]) -> House {
        let place = tempfile::tempdir().unwrap();
        let mut command = command_with_root(place.path());
        let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]).args(flags));
        let console = server.console_address();
        let root = log_in(console);
        let photos = json!({ "name": "photos" });
        done(console, &root, "POST /api/v1/buckets", &photos);
        let put = "PUT /api/v1/s3/photos/a HTTP/1.1";
        let put = format!("{put}\r\nauthorization: Bearer {root}");
        assert_eq!(send(console, &put, "hello").status, 200);
        let key_of_anna = user(console, &root, "anna");
        let key_of_berta = user(console, &root, "berta");
        let login = json!({ "name": "anna", "password": PASSWORD }).to_string();
        let session = send(console, "POST /api/v1/session HTTP/1.1", login);
        let session: Value = serde_json::from_str(&session.body).unwrap();
        House {
            anna: text(&session, "access_token"),
            server,
            console,
            root,
            key_of_anna,
            key_of_berta,
            _place: place,
        }
    }

    /// A link that the key signs, for whoever has that token.
    fn link(&self, token: &str, key: &str) -> String {
        let made = done(self.console, token, PRESIGN, &wanted(key));
        assert_eq!(made["access_key"], key);
        path_of(&made)
    }

    /// The status, the code and the sentence of a refusal.
    fn refused(&self, token: &str, body: &Value) -> (u16, String, String) {
        let answer = asked(self.console, token, PRESIGN, body);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let error = &body["error"];
        (answer.status, text(error, "code"), text(error, "message"))
    }

    /// What S3 answers to a link.
    fn follow(&self, link: &str) -> (u16, String) {
        let answer = get(self.server.address, link);
        (answer.status, answer.body)
    }

    fn reads(&self, link: &str) {
        assert_eq!(self.follow(link), (200, "hello".to_owned()));
    }

    /// Changes anna's key, as the root.
    fn change_key(&self, method: &str, body: &Value) {
        let request = format!("{method} /api/v1/users/anna/keys/{}", self.key_of_anna);
        done(self.console, &self.root, &request, body);
    }
}

fn user(console: SocketAddr, root: &str, name: &str) -> String {
    let new = json!({ "name": name, "password": PASSWORD });
    done(console, root, "POST /api/v1/users", &new);
    let attached = format!("PUT /api/v1/users/{name}/attached/AmazonS3ReadOnlyAccess");
    done(console, root, &attached, &Value::Null);
    let keys = format!("POST /api/v1/users/{name}/keys");
    text(&done(console, root, &keys, &json!({})), "id")
}

fn wanted(key: &str) -> Value {
    json!({ "key": "a", "expires_in": WEEK, "access_key": key })
}

#[test]
fn a_link_of_an_access_key_outlasts_the_login_and_ends_with_the_key() {
    let house = House::new();
    let lasting = house.link(&house.anna, &house.key_of_anna);
    assert!(lasting.contains(&format!("X-Amz-Expires={WEEK}")));
    assert!(!lasting.contains("X-Amz-Security-Token"), "{lasting}");
    let short = json!({ "key": "a", "expires_in": WEEK });
    let short = done(house.console, &house.anna, PRESIGN, &short);
    assert!(short["access_key"].is_null());
    let short = path_of(&short);
    house.reads(&lasting);
    house.reads(&short);
    let log_out = "DELETE /api/v1/session";
    done(house.console, &house.anna, log_out, &Value::Null);
    assert_eq!(house.follow(&short).0, 400);
    house.reads(&lasting);

    house.change_key("PATCH", &json!({ "active": false }));
    let (status, body) = house.follow(&lasting);
    assert_eq!(status, 403, "{body}");
    house.change_key("PATCH", &json!({ "active": true }));
    house.reads(&lasting);
    house.change_key("DELETE", &Value::Null);
    assert_eq!(house.follow(&lasting).0, 403);
    house.server.stop_unharmed();
}

/// Of others' keys one learns no more than of those that are not there; the root learns no more.
#[test]
fn only_keys_of_ones_own_that_count_sign_links() {
    let house = House::new();
    let (anna, root) = (&house.anna, &house.root);
    for (token, key) in [
        (anna, house.key_of_berta.as_str()),
        (anna, "AKIANONE"),
        (anna, ""),
        (anna, USER),
        (root, &house.key_of_anna),
    ] {
        let (status, code, message) = house.refused(token, &wanted(key));
        assert_eq!((status, code.as_str()), (400, "InvalidField"), "{key}");
        assert_eq!(message, "You have no such access key.", "{key}");
    }
    let mut long = wanted(&house.key_of_anna);
    long["expires_in"] = json!(WEEK + 1);
    assert_eq!(house.refused(anna, &long).0, 400);
    house.reads(&house.link(root, USER));
    house.change_key("PATCH", &json!({ "active": false }));
    let (status, code, message) = house.refused(anna, &wanted(&house.key_of_anna));
    assert_eq!((status, code.as_str()), (400, "InvalidField"));
    assert_eq!(message, "This access key is switched off.");
    house.server.stop_unharmed();
}

/// A key would let it do more than its policy.
#[test]
fn a_narrowed_token_has_nothing_signed_by_a_key() {
    let house = House::new();
    let new = json!({ "name": "robot", "expires_in": 3600 });
    let mut narrow = new.clone();
    // Even by one that allows everything: that is none of what is looked at.
    narrow["policy"] = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
    ] });
    let token = |wanted: &Value| {
        let made = done(house.console, &house.anna, "POST /api/v1/tokens", wanted);
        text(&made, "token")
    };
    let (whole, narrowed) = (token(&new), token(&narrow));
    for key in [&house.key_of_anna, &house.key_of_berta, "AKIANONE"] {
        let (status, code, message) = house.refused(&narrowed, &wanted(key));
        assert_eq!((status, code.as_str()), (403, "AccessDenied"));
        assert!(message.starts_with("A token with a policy"), "{message}");
    }
    // Without a key it makes links as before.
    let link = json!({ "key": "a" });
    let link = path_of(&done(house.console, &narrowed, PRESIGN, &link));
    house.reads(&link);
    house.reads(&house.link(&whole, &house.key_of_anna));
    house.server.stop_unharmed();
}

#[test]
fn the_audit_log_names_the_key() {
    let house = House::new();
    let key = &house.key_of_anna;
    house.link(&house.anna, key);
    // Whatever an object is called, it is not taken for a key.
    let mut odd = wanted(key);
    odd["key"] = "a (signed with AKIAPROD)".into();
    odd["access_key"] = Value::Null;
    done(house.console, &house.anna, PRESIGN, &odd);
    house.refused(&house.anna, &wanted(&house.key_of_berta));
    let list = "GET /api/v1/audit?action=Presign";
    let entries = done(house.console, &house.root, list, &Value::Null);
    let told = |at: usize, field: &str| text(&entries["items"][at], field);
    assert_eq!(told(2, "target"), "photos/a");
    assert_eq!(told(2, "signed_with"), *key);
    assert!(told(2, "credential").starts_with("session/"));
    assert_eq!(told(1, "target"), "photos/a (signed with AKIAPROD)");
    assert_eq!(told(1, "signed_with"), "");
    assert_eq!(told(0, "target"), "photos/a");
    assert_eq!(told(0, "signed_with"), house.key_of_berta);
    assert_eq!(told(0, "outcome"), "refused");
    for (id, found) in [(key.as_str(), 1), ("AKIAPROD", 0)] {
        let list = format!("{list}&credential={id}");
        let entries = done(house.console, &house.root, &list, &Value::Null);
        assert_eq!(entries["items"].as_array().unwrap().len(), found, "{id}");
    }
    house.server.stop_unharmed();
}

/// Whoever asks names the host. It must not choose the bucket that a link opens.
#[test]
fn a_link_is_of_the_bucket_that_was_asked_about() {
    let house = House::with(&["--domain", "s3.example.com"]);
    let asked_at = |host: &str| {
        let head = format!("{PRESIGN} HTTP/1.1\r\nauthorization: Bearer {}", house.anna);
        let body = wanted(&house.key_of_anna).to_string();
        let mut stream = connect(house.console);
        let length = body.len();
        write!(
            stream,
            "{head}\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let answer = read_answer(&mut stream);
        assert_eq!(answer.status, 200, "{host}: {}", answer.body);
        serde_json::from_str::<Value>(&answer.body).unwrap()
    };
    let port = house.server.address.port();
    for (host, signed) in [
        ("secret.s3.example.com:9001", "s3.example.com"),
        ("SECRET.S3.Example.COM.", "s3.example.com"),
        ("s3.example.com", "s3.example.com"),
        ("elsewhere.org:9001", "elsewhere.org"),
    ] {
        let made = asked_at(host);
        let url = text(&made, "url");
        assert!(
            url.starts_with(&format!("http://{signed}:{port}/photos/a?")),
            "{url}"
        );
        let mut stream = connect(house.server.address);
        let link = path_of(&made);
        write!(
            stream,
            "GET {link} HTTP/1.1\r\nhost: {signed}:{port}\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let answer = read_answer(&mut stream);
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, "hello"),
            "{host}"
        );
    }
    house.server.stop_unharmed();
}

/// What is not there, or cannot be, is no question of permission.
#[test]
fn a_refusal_says_what_it_is() {
    let house = House::new();
    let of_root = json!({ "key": "a", "access_key": USER });
    let nowhere = "POST /api/v1/buckets/nosuch/presign";
    let answer = asked(house.console, &house.root, nowhere, &of_root);
    assert_eq!(answer.status, 404, "{}", answer.body);
    assert!(answer.body.contains("NoSuchBucket"), "{}", answer.body);
    let mut long = wanted(&house.key_of_anna);
    long["key"] = "x".repeat(1025).into();
    let (status, code, _) = house.refused(&house.anna, &long);
    assert_eq!((status, code.as_str()), (400, "KeyTooLongError"));
    let mut writing = wanted(&house.key_of_anna);
    writing["method"] = "PUT".into();
    let (status, _, message) = house.refused(&house.anna, &writing);
    assert_eq!(status, 403);
    assert!(
        message.starts_with("You may not do this yourself"),
        "{message}"
    );
    house.server.stop_unharmed();
}
