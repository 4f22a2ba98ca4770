//! Commands about the server's own affairs, by all three ways: lifecycle, events, keys of encrypted
//! objects, and tokens.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};
use support::client::Client;
use support::console::log_in;
use support::content::Piece;
use support::http::{connect, read_answer};
use support::server::{Server, command, command_with_root};
use support::way::Way;

/// Everything once, and all of it undone but for what stays.
fn everything(way: &Way<'_>, place: &Path, key: &str) {
    rules(way, place);
    events(way);
    wrapping_keys(way, key);
    tokens(way, place);
    jobs(way);
    audited(way, place, key);
    settings(way);
}

fn jobs(way: &Way<'_>) {
    let listed = way.json("job list");
    let job = &listed["items"][0];
    let id = job["id"].as_str().unwrap();
    assert_eq!(
        (&job["kind"], &job["state"]),
        (&json!("lifecycle"), &json!("done"))
    );
    assert_eq!(&way.json(&format!("job show {id}")), job);
    assert_eq!(&way.json(&format!("job show {id} --watch")), job);
    let shown = way.does(&format!("job show {id}"));
    assert!(shown.contains("\nstate\tdone\n"), "{shown}");
    // What it has found out is told in words, and given to programs as it is.
    assert!(shown.contains("\nleft alone\t"), "{shown}");
    assert!(!shown.contains('{'), "{shown}");
    assert!(job["report"]["left_alone"].is_u64(), "{job}");
    let row = way.does("job list");
    assert!(row.starts_with(&format!("{id}\tlifecycle\t")), "{row}");
    way.refuses(&format!("job cancel {id}"), 1, &["has ended", "job show"]);
    way.does(&format!("job remove {id}"));
    way.refuses(
        &format!("job show {id}"),
        1,
        &["NoSuchJob", "next: cairn job list"],
    );
}

fn audited(way: &Way<'_>, place: &Path, key: &str) {
    let found = way.json("audit list --action RotateKmsKey --outcome done --from 1h");
    let entries = found["items"].as_array().unwrap();
    assert!(
        entries.iter().all(|it| it["action"] == "RotateKmsKey"),
        "{found}"
    );
    assert!(
        entries[0]["target"].as_str().unwrap().contains(key),
        "{found}"
    );
    let row = way.does("audit list --action RotateKmsKey --limit 1");
    assert_eq!(row.lines().count(), 1, "{row}");
    assert!(row.contains("\tRotateKmsKey\t"), "{row}");
    assert_eq!(way.does("audit list --to 2020-01-01T00:00:00Z"), "");
    let all = way.json("audit list --limit 0")["items"]
        .as_array()
        .unwrap()
        .len();
    let exported = way.does("audit export");
    assert!(exported.lines().count() >= all, "{all}");
    assert!(way.does("audit export -").lines().count() >= all, "{all}");
    let lines = exported.lines().map(serde_json::from_str::<Value>);
    assert!(
        lines
            .map(Result::unwrap)
            .all(|it| it["request_id"].is_string())
    );
    let csv = way.does("audit export --format csv");
    assert_eq!(
        csv.lines().next().unwrap().split(',').next(),
        Some("time"),
        "{csv}"
    );
    let file = place.join(format!("audit-{key}.jsonl"));
    let told = way.does(&format!("audit export {} --target {key}", file.display()));
    assert!(told.starts_with("written to "), "{told}");
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.lines().count() > 2, "{written}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    way.refuses(&format!("audit export {}", file.display()), 1, &["exists"]);
    way.refuses(
        "audit list --from yesterday",
        2,
        &["--from \"yesterday\"", "24h"],
    );
    way.refuses("audit list --outcome fine", 2, &["done, denied"]);
}

fn settings(way: &Way<'_>) {
    let shown = way.json("setting show region");
    assert_eq!(
        (&shown["name"], &shown["value"]),
        (&json!("region"), &json!("us-east-1"))
    );
    let listed = way.does("setting list");
    let is_it = |line: &str| line.starts_with("region\tus-east-1\t");
    assert!(listed.lines().any(is_it), "{listed}");
    way.refuses(
        "setting show rgion",
        2,
        &["no setting \"rgion\"", "setting list"],
    );
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
    way.refuses("events remove", 2, &["--webhook"]);
    way.refuses(
        "events remove --webhook none",
        1,
        &["NoSuchWebhook", "next: cairn events list"],
    );
}

fn wrapping_keys(way: &Way<'_>, id: &str) {
    let made = way.json(&format!("kms key add {id}"));
    assert_eq!(
        (&made["id"], &made["state"], &made["versions"]),
        (&json!(id), &json!("enabled"), &json!(1))
    );
    let arn = made["arn"].as_str().unwrap();
    assert!(arn.starts_with("arn:aws:kms:us-east-1:"), "{arn}");
    assert!(arn.ends_with(&format!(":key/{id}")), "{arn}");
    way.refuses(&format!("kms key add {id}"), 1, &["KmsKeyExists", "next: "]);
    way.refuses("kms key add odd,name", 1, &["id: ", "letters"]);
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
        let made = way.json(&format!("token add backup --expires 12h{whose}"));
        let (id, token) = (
            made["id"].as_str().unwrap(),
            made["token"].as_str().unwrap(),
        );
        assert!(token.starts_with("cairn_"), "{token}");
        let narrow = way.does(&format!("token add narrow --policy {file}{whose}"));
        assert!(narrow.contains("\ntoken\tcairn_"), "{narrow}");
        let listed = way.does(&format!("token list{whose}"));
        assert!(!listed.contains("cairn_"), "shown once: {listed}");
        let rows: Vec<Vec<&str>> = listed.lines().map(|it| it.split('\t').collect()).collect();
        let of = |name: &str| rows.iter().find(|row| row[1] == name).unwrap();
        assert_eq!((of("backup")[0], of("backup")[5]), (id, "no"));
        assert_eq!(of("narrow")[5], "yes");
        let narrow = of("narrow")[0].to_owned();
        for id in [id, &narrow] {
            let told = way.does(&format!("token remove {id}{whose}"));
            assert_eq!(told, format!("token {id} removed\n"));
        }
        let gone = format!("token remove {id}{whose}");
        way.refuses(&gone, 1, &["NoSuchToken", "next: cairn token list"]);
    }
    way.refuses(
        "token add x --user nobody",
        1,
        &["NoSuchEntity", "user list"],
    );
    way.refuses("token add x --expires soon", 2, &["90d"]);
    let past = "token add x --expires 2020-01-01T00:00:00Z";
    way.refuses(past, 2, &["--expires 2020-01-01T00:00:00Z"]);
    way.refuses(
        "token add x --expires 900d",
        2,
        &["--expires 900d: ", "366 days"],
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

/// What is somebody's own takes a token of his.
#[test]
fn sessions_are_seen_and_ended_with_the_token_of_a_login() {
    let place = tempfile::tempdir().unwrap();
    let mut command = command_with_root(place.path());
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let (other, token) = (log_in(console), log_in(console));
    let way = Way::Token(console, &token);
    let profile = way.json("profile show");
    assert_eq!(profile["is_root"], true);
    let sessions = way.json("session list");
    let sessions = sessions["items"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let of_another = sessions.iter().find(|it| it["current"] == false).unwrap();
    let id = of_another["id"].as_str().unwrap();
    assert_eq!(
        way.does(&format!("session remove {id}")),
        format!("session {id} ended\n")
    );
    assert_eq!(way.does("session list").lines().count(), 1);
    way.refuses(
        &format!("session remove {id}"),
        1,
        &["NoSuchSession", "session list"],
    );
    Way::Token(console, &other).refuses("bucket list", 1, &["next: give a token"]);
    // Whoever is let in by the socket has none.
    let here = Way::Data(place.path());
    let by_address = "--server URL --token TOKEN";
    for line in ["session list", "session remove x", "profile show"] {
        here.refuses(line, 1, &["nobody in particular", by_address]);
        assert!(!here.run(line).stderr.contains("--data"), "{line}");
    }
    here.refuses("session list", 1, &["LoginRequired", "access token"]);
    // But he sees and ends those of others.
    here.does("user add anna");
    assert_eq!(here.json("session list --user anna")["items"], json!([]));
    let none = "session remove 00112233445566778899aabbccddeeff --user anna";
    here.refuses(none, 1, &["NoSuchSession", "session list"]);
    assert!(server.stop().status.success());
}

/// A job that somebody else has begun is seen and ended.
#[test]
fn a_job_that_runs_is_watched_and_cancelled() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(&mut command_with_root(place.path()));
    let way = Way::Data(place.path());
    way.does("bucket add photos");
    // Half a minute at the rate below.
    let object = Piece {
        seed: 1,
        bytes: 32 << 20,
    };
    let mut client = Client::connect(server.address).unwrap();
    let put = client.send("PUT", "/photos/a", &[], &object.make());
    assert_eq!(put.unwrap().status, 200);
    let mut slow = way.command("check --read-data --rate 1");
    let mut slow = support::process::Process::start(&mut slow);
    slow.wait_for_log(|line| line.contains("the server checks").then_some(()));
    let job = way.json("job list")["items"][0].take();
    let id = job["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&job["kind"], &job["state"]),
        (&json!("check"), &json!("running"))
    );
    way.refuses(&format!("job remove {id}"), 1, &["job cancel"]);
    assert_eq!(
        way.does(&format!("job cancel {id}")),
        format!("job {id} was told to end\n")
    );
    assert_eq!(slow.wait().status.code(), Some(130));
    assert_eq!(
        way.json(&format!("job show {id} --watch"))["state"],
        "cancelled"
    );
    // And what is in a bucket goes, all of it.
    let report = way.json("bucket empty photos --yes");
    assert_eq!(
        (&report["deleted"], &report["versions_left"]),
        (&json!(1), &json!(0))
    );
    way.does("bucket remove photos");
    assert!(server.stop().status.success());
}

#[test]
fn what_is_changed_is_shown_as_it_comes() {
    let place = tempfile::tempdir().unwrap();
    let way = Way::Data(place.path());
    way.refuses("audit list --follow", 1, &["no server runs"]);
    let server = Server::start(&mut command_with_root(place.path()));
    way.does("bucket add first");
    let mut command = way.command("audit list --follow --action CreateBucket --json");
    command.stdout(std::process::Stdio::piped());
    let mut following = command.spawn().unwrap();
    let out = std::io::BufReader::new(following.stdout.take().unwrap());
    let mut lines = std::io::BufRead::lines(out);
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    assert_eq!(next()["target"], "first");
    way.does("bucket add second");
    assert_eq!(next()["target"], "second", "each once, the newest last");
    following.kill().unwrap();
    following.wait().unwrap();
    assert!(server.stop().status.success());
}

/// Whatever the interface does, a command does, or the document says why not.
#[test]
fn every_operation_of_the_interface_has_a_command_or_a_reason() {
    let place = tempfile::tempdir().unwrap();
    let mut command = command_with_root(place.path());
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let api = ask(console, &log_in(console), "/openapi.json");
    let paths = api["paths"].as_object().unwrap().values();
    let methods = paths.flat_map(|path| path.as_object().unwrap().values());
    let names = methods.filter_map(|method| method["operationId"].as_str());
    // Those are the protocol of S3, which every client of it speaks.
    let names = names.filter(|name| !name.starts_with("S3"));
    let names: std::collections::BTreeSet<&str> = names.collect();
    assert!(names.len() > 90, "{}", names.len());
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/COMMANDS.md");
    let document = fs::read_to_string(document).unwrap();
    let (_, table) = document
        .split_once("<!-- generated: operations -->")
        .unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| "));
    let told = rows.filter_map(|row| row.split(" | ").next());
    let told = told.filter(|name| !["operation", "---"].contains(name));
    let told: std::collections::BTreeSet<&str> = told.collect();
    assert_eq!(names, told);
    assert!(server.stop().status.success());
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
    let root = text(&here.json("token add all"));
    let root = Way::Token(console, &root);
    assert_eq!(root.does("bucket list").lines().count(), 1);
    // What is for people it cannot, and is told how to.
    for line in [
        "token list",
        "token add more",
        "token add more --user robot",
    ] {
        root.refuses(line, 1, &["LoginRequired", "next: ask on the machine"]);
    }
    here.does("user add robot --no-key --policy AmazonS3ReadOnlyAccess");
    assert_eq!(root.does("token list --user robot"), "");
    let robot = text(&here.json("token add ci --user robot"));
    let robot = Way::Token(console, &robot);
    assert_eq!(robot.does("bucket list").lines().count(), 1);
    for line in [
        "kms key list",
        "kms key add own",
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
    way.refuses("token add x", 1, &["NoRootCredential", "--user USER"]);
    way.does("user add robot --no-key");
    way.does("token add x --user robot");
    assert_eq!(way.does("token list --user robot").lines().count(), 1);
    // Which the next start makes one for.
    assert!(
        Server::start(&mut command(place.path()))
            .stop()
            .status
            .success()
    );
    way.does("token add x");
    assert_eq!(way.does("token list").lines().count(), 1);
}
