//! A user that is suspended, and taken back: through the sockets of a running server.

#![allow(clippy::unwrap_used)]

mod support;

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};
use support::console::{asked, done, log_in, path_of, start, text};
use support::http::{Answer, get, send};
use support::server::{cairn, run};
use support::signed::ask;

const PASSWORD: &str = "correct horse";
const WHY: &str = "This user has been suspended";

fn login(console: SocketAddr, password: &str) -> Answer {
    let body = json!({ "name": "anna", "password": password }).to_string();
    send(console, "POST /api/v1/session HTTP/1.1", body)
}

fn code(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    text(&body["error"], "code")
}

/// What anna has to get in with.
struct Ways {
    key: (String, String),
    session: String,
    token: String,
    /// Made with the service token.
    link: String,
}

impl Ways {
    /// All that anna has, and an object she may read.
    fn of_anna(console: SocketAddr, root: &str) -> Ways {
        let new = json!({ "name": "anna", "password": PASSWORD });
        done(console, root, "POST /api/v1/users", &new);
        let all = "PUT /api/v1/users/anna/attached/AmazonS3FullAccess";
        done(console, root, all, &Value::Null);
        let key = done(console, root, "POST /api/v1/users/anna/keys", &json!({}));
        let session = login(console, PASSWORD);
        let session: Value = serde_json::from_str(&session.body).unwrap();
        let session = text(&session, "access_token");
        let photos = json!({ "name": "photos" });
        done(console, &session, "POST /api/v1/buckets", &photos);
        let new = json!({ "name": "robot", "expires_in": 3600 });
        let token = text(
            &done(console, &session, "POST /api/v1/tokens", &new),
            "token",
        );
        let presign = "POST /api/v1/buckets/photos/presign";
        let link = done(console, &token, presign, &json!({ "key": "a" }));
        Ways {
            key: (text(&key, "id"), text(&key, "secret")),
            session,
            token,
            link: path_of(&link),
        }
    }

    fn key(&self) -> (&str, &str) {
        (&self.key.0, &self.key.1)
    }
}

fn switch(place: &Path, verb: &str) -> String {
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    let ended = run(command.args(["user", verb, "anna", "--data"]).arg(place));
    assert!(ended.status.success(), "{}", ended.stderr);
    ended.stdout
}

#[test]
fn a_suspended_user_gets_in_nowhere_and_is_taken_back_with_all_it_had() {
    let place = tempfile::tempdir().unwrap();
    let (server, console) = start(place.path());
    let (s3, root) = (server.address, log_in(console));
    let anna = Ways::of_anna(console, &root);
    let put = ask("PUT", s3, "/photos/a", anna.key(), "hello");
    assert_eq!(put.status, 200, "{}", put.body);
    assert_eq!(get(s3, &anna.link).body, "hello");

    let said = switch(place.path(), "disable");
    assert!(said.contains("anna disabled"), "{said}");
    let refused = ask("GET", s3, "/photos/a", anna.key(), "");
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("AccessDenied"), "{}", refused.body);
    assert!(refused.body.contains(WHY), "{}", refused.body);
    // Whoever does not know the secret is told what he was told before.
    let guessed = ask("GET", s3, "/photos/a", (&anna.key.0, "guessed"), "");
    assert!(
        guessed.body.contains("SignatureDoesNotMatch"),
        "{}",
        guessed.body
    );
    assert!(!guessed.body.contains("suspended"), "{}", guessed.body);
    let followed = get(s3, &anna.link);
    assert_eq!(followed.status, 403, "{}", followed.body);
    let whoami = "GET /api/v1/session";
    let robot = asked(console, &anna.token, whoami, &Value::Null);
    assert_eq!(
        (robot.status, code(&robot).as_str()),
        (403, "UserSuspended")
    );
    let session = asked(console, &anna.session, whoami, &Value::Null);
    assert_eq!(
        (session.status, code(&session).as_str()),
        (401, "SessionEnded")
    );
    let answer = login(console, PASSWORD);
    assert_eq!(
        (answer.status, code(&answer).as_str()),
        (403, "UserSuspended")
    );
    assert!(answer.body.contains(WHY), "{}", answer.body);
    let answer = login(console, "guessed horse");
    assert_eq!(
        (answer.status, code(&answer).as_str()),
        (401, "InvalidCredentials")
    );

    // Over a restart, too.
    server.stop_unharmed();
    let (server, console) = start(place.path());
    let s3 = server.address;
    assert_eq!(ask("GET", s3, "/photos/a", anna.key(), "").status, 403);
    assert_eq!(login(console, PASSWORD).status, 403);
    switch(place.path(), "enable");
    assert_eq!(ask("GET", s3, "/photos/a", anna.key(), "").body, "hello");
    // The session has ended for good; the token is there.
    assert_eq!(
        asked(console, &anna.session, whoami, &Value::Null).status,
        401
    );
    assert_eq!(
        asked(console, &anna.token, whoami, &Value::Null).status,
        200
    );
    assert_eq!(login(console, PASSWORD).status, 201);
    told_in_the_audit_log(console);
    server.stop_unharmed();
}

/// Nobody is logged out by what was refused, nor by taking back what was not done to him.
#[test]
fn who_is_not_suspended_stays_logged_in() {
    let place = tempfile::tempdir().unwrap();
    let (server, console) = start(place.path());
    let root = log_in(console);
    let anna = Ways::of_anna(console, &root);
    let bert = json!({ "name": "bert" });
    done(console, &root, "POST /api/v1/users", &bert);
    let change = "PATCH /api/v1/users/anna";
    for (wanted, status) in [
        (json!({ "suspended": false, "name": "bert" }), 409),
        (json!({ "suspended": false }), 200),
    ] {
        let answer = asked(console, &root, change, &wanted);
        assert_eq!(answer.status, status, "{wanted}: {}", answer.body);
        let whoami = asked(console, &anna.session, "GET /api/v1/session", &Value::Null);
        assert_eq!(whoami.status, 200, "{wanted}: {}", whoami.body);
        assert_eq!(get(server.address, &anna.link).status, 404, "{wanted}");
    }
    server.stop_unharmed();
}

fn told_in_the_audit_log(console: SocketAddr) {
    let root = log_in(console);
    let list = "GET /api/v1/audit?action=UpdateUser";
    let entries = done(console, &root, list, &Value::Null);
    let entries = entries["items"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "{entries:?}");
    for entry in entries {
        assert!(entry.to_string().contains("anna"), "{entry}");
    }
}
