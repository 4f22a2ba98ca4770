//! Commands about the server's own affairs, by all three ways: lifecycle, events, keys of encrypted
//! objects, and tokens.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};
use support::console::log_in;
use support::http::{connect, read_answer};
use support::server::{Server, command, command_with_root};
use support::way::Way;

/// Everything once, and all of it undone but for what stays.
fn everything(way: &Way<'_>, place: &Path, key: &str) {
    rules(way, place);
    events(way);
    wrapping_keys(way, key);
    tokens(way, place);
}

fn rules(way: &Way<'_>, place: &Path) {
    way.does("bucket add photos");
    way.refuses(
        "lifecycle dry-run photos",
        1,
        &["NoSuchLifecycleConfiguration", "bucket config set"],
    );
    way.refuses("lifecycle dry-run nowhere", 1, &["NoSuchBucket"]);
    way.refuses("lifecycle run photos", 1, &["next: cairn bucket config"]);
    way.sets_rules("photos", place);
    let planned = way.json("lifecycle dry-run photos");
    assert_eq!(planned, json!({ "looked_at": 0, "to_be_done": 0 }));
    let run = way.json("lifecycle run photos");
    assert_eq!((&run["buckets"], &run["errors"]), (&json!(1), &json!(0)));
    let runs = way.json("lifecycle runs");
    assert_eq!(runs["items"][0], run, "the newest first");
    let shown = way.does("lifecycle run");
    assert!(shown.starts_with("buckets\t1\nlooked at\t0\n"), "{shown}");
    let listed = way.does("lifecycle runs");
    let first = listed.lines().next().unwrap();
    assert!(first.contains("\tyes\t1\t0\t"), "{listed}");
    way.does("bucket remove photos");
}

fn events(way: &Way<'_>) {
    assert_eq!(way.does("events list"), "0 waiting, 0 given up\n");
    let none = json!({ "webhooks": [], "waiting": 0, "given_up": 0 });
    assert_eq!(way.json("events list"), none);
    assert_eq!(way.json("events retry"), json!({ "retried": 0 }));
    way.refuses("events list --webhook none", 1, &["no webhook \"none\""]);
    way.refuses(
        "events retry --webhook none",
        1,
        &["NoSuchWebhook", "next: cairn events list"],
    );
}

fn wrapping_keys(way: &Way<'_>, id: &str) {
    let made = way.json(&format!("kms key create {id}"));
    assert_eq!(
        (&made["id"], &made["state"], &made["versions"]),
        (&json!(id), &json!("enabled"), &json!(1))
    );
    let arn = made["arn"].as_str().unwrap();
    assert!(arn.starts_with("arn:aws:kms:us-east-1:"), "{arn}");
    assert!(arn.ends_with(&format!(":key/{id}")), "{arn}");
    way.refuses(
        &format!("kms key create {id}"),
        1,
        &["KmsKeyExists", "next: "],
    );
    way.refuses("kms key create odd,name", 1, &["id: ", "letters"]);
    way.refuses("kms key rotate none", 1, &["NoSuchKmsKey", "kms key list"]);
    let told = way.does(&format!("kms key rotate {id}"));
    assert_eq!(
        told,
        format!("key {id} rotated: version 2 wraps from now on\n")
    );
    assert_eq!(
        way.json(&format!("kms key disable {id}"))["state"],
        "disabled"
    );
    // By its full name as well.
    assert_eq!(
        way.json(&format!("kms key show {arn}"))["state"],
        "disabled"
    );
    let listed = way.does("kms key list");
    let is_it = |line: &&str| line.starts_with(&format!("{id}\tdisabled\t2\t20"));
    assert!(listed.lines().any(|line| is_it(&line)), "{listed}");
    way.does(&format!("kms key enable {id}"));
    let keys = way.json("kms key list");
    let keys = keys["items"].as_array().unwrap();
    assert!(keys.iter().all(|key| key["state"] == "enabled"), "{keys:?}");
}

const NARROW: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}"#;

fn tokens(way: &Way<'_>, place: &Path) {
    let file = place.join("narrow.json");
    fs::write(&file, NARROW).unwrap();
    let file = file.to_str().unwrap();
    way.does("user add robot --no-key --policy AmazonS3ReadOnlyAccess");
    for whose in ["", " --user robot"] {
        let made = way.json(&format!("token create backup --expires 12h{whose}"));
        let (id, token) = (
            made["id"].as_str().unwrap(),
            made["token"].as_str().unwrap(),
        );
        assert!(token.starts_with("cairn_"), "{token}");
        let narrow = way.does(&format!("token create narrow --policy {file}{whose}"));
        assert!(narrow.contains("\ntoken\tcairn_"), "{narrow}");
        let listed = way.does(&format!("token list{whose}"));
        assert!(!listed.contains("cairn_"), "shown once: {listed}");
        let rows: Vec<Vec<&str>> = listed.lines().map(|it| it.split('\t').collect()).collect();
        let of = |name: &str| rows.iter().find(|row| row[1] == name).unwrap();
        assert_eq!((of("backup")[0], of("backup")[5]), (id, "no"));
        assert_eq!(of("narrow")[5], "yes");
        let narrow = of("narrow")[0].to_owned();
        for id in [id, &narrow] {
            let told = way.does(&format!("token delete {id}{whose}"));
            assert_eq!(told, format!("token {id} deleted\n"));
        }
        let gone = format!("token delete {id}{whose}");
        way.refuses(&gone, 1, &["NoSuchToken", "next: cairn token list"]);
    }
    way.refuses(
        "token create x --user nobody",
        1,
        &["NoSuchEntity", "user list"],
    );
    way.refuses("token create x --expires soon", 2, &["90d"]);
    let past = "token create x --expires 2020-01-01T00:00:00Z";
    way.refuses(past, 2, &["--expires 2020-01-01T00:00:00Z"]);
    way.refuses(
        "token create x --expires 900d",
        1,
        &["expires_in: ", "31622400"],
    );
    way.does("user remove robot");
}

#[test]
fn commands_do_the_same_on_a_folder_through_the_socket_and_by_a_token() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    fs::create_dir(&data).unwrap();
    everything(&Way::Data(&data), place.path(), "stopped");
    let mut command = command_with_root(&data);
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    everything(&Way::Data(&data), place.path(), "socket");
    let token = log_in(console);
    everything(&Way::Token(console, &token), place.path(), "afar");
    let log = ask(console, &token, "/audit?limit=1000");
    for from in ["command line", "socket", "127.0.0.1"] {
        for action in ["RotateKmsKey", "CreateUserToken", "StartJob"] {
            let entries = log["items"].as_array().unwrap().iter();
            let done = entries
                .filter(|it| it["action"] == action && it["outcome"] == "done")
                .any(|it| it["from"] == from);
            assert!(done, "{action} from {from}");
        }
    }
    let ended = server.stop();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("cairn_"), "no token in the log");
}

fn ask(console: SocketAddr, token: &str, path: &str) -> Value {
    use std::io::Write;
    let mut stream = connect(console);
    write!(
        stream,
        "GET /api/v1{path} HTTP/1.1\r\nhost: {console}\r\nauthorization: Bearer {token}\r\n\r\n"
    )
    .unwrap();
    serde_json::from_str(&read_answer(&mut stream).body).unwrap()
}

/// A token that was made by a command administrates from afar, as far as it may.
#[test]
fn a_token_that_was_made_by_a_command_works_and_goes_no_further() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let mut command = command_with_root(&data);
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let here = Way::Data(&data);
    here.does("bucket add photos");
    let text = |made: &Value| made["token"].as_str().unwrap().to_owned();
    let root = text(&here.json("token create all"));
    let root = Way::Token(console, &root);
    assert_eq!(root.does("bucket list").lines().count(), 1);
    // What is for people it cannot, and is told how to.
    for line in [
        "token list",
        "token create more",
        "token create more --user robot",
    ] {
        root.refuses(line, 1, &["LoginRequired", "next: ask on the machine"]);
    }
    here.does("user add robot --no-key --policy AmazonS3ReadOnlyAccess");
    assert_eq!(root.does("token list --user robot"), "");
    let robot = text(&here.json("token create ci --user robot"));
    let robot = Way::Token(console, &robot);
    assert_eq!(robot.does("bucket list").lines().count(), 1);
    for line in [
        "kms key list",
        "kms key create own",
        "events list",
        "lifecycle run",
    ] {
        robot.refuses(line, 1, &["AccessDenied"]);
    }
    assert!(server.stop().status.success());
}

#[test]
fn a_folder_without_a_root_makes_tokens_of_users_only() {
    let place = tempfile::tempdir().unwrap();
    let way = Way::Bare(place.path());
    way.refuses("token create x", 1, &["NoRootCredential", "--user USER"]);
    way.does("user add robot --no-key");
    way.does("token create x --user robot");
    assert_eq!(way.does("token list --user robot").lines().count(), 1);
    // Which the next start makes one for.
    assert!(
        Server::start(&mut command(place.path()))
            .stop()
            .status
            .success()
    );
    way.does("token create x");
    assert_eq!(way.does("token list").lines().count(), 1);
}
