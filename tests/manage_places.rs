//! What commands find where they look (a folder, a socket that is left over, something else), and how
//! they say so.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::console::{done, log_in, text};
use support::server::{PASSWORD, Server, USER, cairn, command_with_root, run};
use support::signed::ask;
use support::way::Way;

/// For programs, and with nothing else on standard error.
#[test]
fn errors_are_json_where_json_is_wanted() {
    let place = tempfile::tempdir().unwrap();
    let way = Way::Data(place.path());
    for (line, code, exit) in [
        ("bucket show nope", "NoSuchBucket", 1),
        ("bucket add b1", "InvalidBucketName", 2),
        ("user show nobody", "NoSuchEntity", 1),
        ("quota set nope --bytes lots", "InvalidArguments", 2),
        ("bucket shwo nope", "InvalidArguments", 2),
        ("policy add x no-such-file", "InvalidFile", 1),
        ("scrub --from nonsense", "InvalidArguments", 2),
    ] {
        let ended = way.run(&format!("{line} --json"));
        assert_eq!(ended.status.code(), Some(exit), "{line}: {}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        let error: Value = serde_json::from_str(&ended.stderr).unwrap();
        let error = &error["error"];
        assert_eq!(error["code"], code, "{line}: {error}");
        assert!(error["message"].as_str().is_some_and(|it| it.len() > 5));
        assert!(
            error["next"].is_null() || error["next"].is_string(),
            "{error}"
        );
        assert_eq!(ended.stdout, "", "{line}");
    }
    let nope = way.run("bucket show nope --json").stderr;
    let nope: Value = serde_json::from_str(&nope).unwrap();
    assert_eq!(nope["error"]["message"], "there is no bucket \"nope\"");
    assert_eq!(
        nope["error"]["next"],
        "cairn bucket list shows the buckets there are"
    );
    // Help is no error.
    let help = way.run("bucket --help --json");
    assert!(
        help.status.success() && help.stdout.contains("Examples:"),
        "{}",
        help.stdout
    );
}

#[test]
fn a_key_that_was_made_by_a_command_signs_at_once() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(&mut command_with_root(place.path()));
    let way = Way::Data(place.path());
    way.does("bucket add photos");
    let made = way.json("user add anna --policy AmazonS3ReadOnlyAccess");
    let (id, secret) = (&made["key"]["id"], &made["key"]["secret"]);
    let keys = (id.as_str().unwrap(), secret.as_str().unwrap());
    let status = |method: &str| ask(method, server.address, "/photos", keys, "").status;
    assert_eq!((status("GET"), status("DELETE")), (200, 403));
    way.does(&format!("key disable anna {}", keys.0));
    assert_eq!(status("GET"), 403);
}

/// Who may make users and keys need not be one who may look at them. Where something fails for such a
/// one, the user that cannot be removed is told of.
#[test]
fn users_are_made_by_who_may_do_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let mut command = command_with_root(place.path());
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let root = log_in(console);
    let robot = json!({ "name": "robot", "expires_in": 3600, "policy": {
        "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Resource": "*",
        "Action": ["iam:CreateUser", "iam:CreateAccessKey"] }] } });
    let robot = done(console, &root, "POST /api/v1/tokens", &robot);
    let token = text(&robot, "token");
    let way = Way::Token(console, &token);
    let made = way.json("user add anna");
    assert_eq!(made["user"]["name"], "anna");
    assert!(made["key"]["secret"].is_string(), "{made}");
    way.refuses("user show anna", 1, &["iam:GetUser"]);
    let taken = made["key"]["id"].as_str().unwrap();
    let again = format!("user add bert --access-key {taken} --secret-key other-secret");
    let left = "the user bert is there, without a key";
    way.refuses(&again, 1, &[taken, left, "iam:DeleteUser"]);
    server.stop_unharmed();
}

#[test]
fn a_socket_that_a_killed_server_left_is_no_hindrance() {
    let place = tempfile::tempdir().unwrap();
    let way = Way::Data(place.path());
    Server::start(&mut command_with_root(place.path())).kill();
    assert!(place.path().join("admin.sock").exists());
    // Nobody listens there: the folder itself is looked after.
    way.does("bucket add first");
    let server = Server::start(&mut command_with_root(place.path()));
    way.does("bucket add second");
    assert_eq!(way.does("bucket list").lines().count(), 2);
    assert!(server.stop().status.success());
    let backup = place.path().with_extension("backup");
    Server::start(&mut command_with_root(place.path())).kill();
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    command.args(["backup", "--data"]).arg(place.path());
    let ended = run(command.arg("--to").arg(&backup));
    assert!(ended.status.success(), "{}", ended.stderr);
    assert!(!backup.join("admin.sock").exists());
    fs::remove_dir_all(&backup).unwrap();
}

#[test]
fn a_folder_whose_path_is_too_long_for_a_socket_is_served_without() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("long".repeat(30));
    let server = Server::start(&mut command_with_root(&data));
    let way = Way::Data(&data);
    way.refuses("bucket list", 1, &["in use by another process"]);
    let ended = server.stop();
    assert!(ended.stderr.contains("no admin socket"), "{}", ended.stderr);
    assert!(ended.stderr.contains("107"), "{}", ended.stderr);
    way.does("bucket list");
}

#[test]
fn what_is_wrong_with_the_place_is_told_with_the_next_step() {
    let place = tempfile::tempdir().unwrap();
    let bare = |line: &str| {
        let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
        run(command.args(line.split(' ')))
    };
    for (line, code, says) in [
        ("user list", 2, "--data DIR"),
        ("user list --server http://127.0.0.1:1", 2, "CAIRN_TOKEN"),
        (
            "user list --server 127.0.0.1:9001 --token x",
            2,
            "http://HOST:PORT",
        ),
        (
            "user list --server http://127.0.0.1:1 --token x",
            1,
            "cairn health",
        ),
        ("user list --data no/such/folder", 1, "no such folder"),
        ("user list --data a --server b", 2, "cannot be used with"),
    ] {
        let ended = bare(line);
        assert_eq!(ended.status.code(), Some(code), "{line}: {}", ended.stderr);
        assert!(ended.stderr.contains(says), "{line}: {}", ended.stderr);
    }
    let data = place.path().join("data");
    let mut command = command_with_root(&data);
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let way = Way::Token(console, "nonsense");
    way.refuses("user list", 1, &["InvalidToken", "--token or CAIRN_TOKEN"]);
    // The port of S3 is not it.
    let way = Way::Token(server.address, "nonsense");
    way.refuses("user list", 1, &["not understood", "9001"]);
}

#[test]
fn status_tells_health_and_capacity_and_what_needs_attention() {
    let place = tempfile::tempdir().unwrap();
    let way = Way::Data(place.path());
    let stopped = way.status();
    assert_eq!(
        (&stopped["running"], &stopped["second"]),
        (&json!(false), &Value::Null)
    );
    way.refuses("status --watch", 1, &["no server runs"]);
    let server = Server::start(&mut command_with_root(place.path()));
    // Full: whatever drive the test has, that needs attention.
    way.does("bucket add photos --quota-objects 1");
    let put = ask("PUT", server.address, "/photos/a", (USER, PASSWORD), "x");
    assert_eq!(put.status, 200);
    let ended = way.run("status --json");
    let running: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(running["running"], true);
    assert!(running["second"]["connections"].is_u64(), "{running}");
    assert!(running["server"]["drives"][0]["total_bytes"].is_u64());
    // As the interface has it.
    let mut concerns = running["attention"].as_array().unwrap().iter();
    let full = concerns.find(|it| it["kind"] == "quota").unwrap();
    assert_eq!(
        (&full["about"], &full["level"]),
        (&json!("photos"), &json!("warning"))
    );
    assert!(
        full["message"].is_string() && full["next"].is_string(),
        "{full}"
    );
    assert_eq!(running["healthy"], false);
    assert_eq!(ended.status.code(), Some(3));
    let text = way.run("status").stdout;
    for name in [
        "server\trunning for ",
        "drive\t",
        "holds\t",
        "requests\t",
        "attention\tBucket photos holds 100 % of its quota. ",
    ] {
        assert!(text.contains(name), "no {name:?} in {text}");
    }
    assert!(server.stop().status.success());
}
