//! Lifecycle rules with the real binary and a day of a second.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use support::FOREVER;
use support::client::Client;
use support::http;
use support::process::Ended;
use support::server::{Server, cairn, command_with_root, run};

const RULES: &[u8] = b"<LifecycleConfiguration><Rule><ID>soon</ID><Filter><Prefix>temporary/\
    </Prefix></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>\
    </LifecycleConfiguration>";
/// The MD5 of the rules, which Amazon insists on.
const RULES_MD5: &str = "DNduAzWwX/RT8n0R4w3rMA==";

fn start(data: &Path, day: &str) -> (Server, Client) {
    let mut command = command_with_root(data);
    command.args(["--lifecycle-day", day]);
    let server = Server::start(&mut command);
    let client = Client::connect(server.address).unwrap();
    (server, client)
}

fn put(client: &mut Client, path: &str, headers: &[(&str, &str)], body: &[u8]) {
    let reply = client.send("PUT", path, headers, body).unwrap();
    let said = String::from_utf8_lossy(&reply.body);
    assert_eq!(reply.status, 200, "{path}: {said}");
}

fn fill(client: &mut Client) {
    put(client, "/bucket", &[], b"");
    put(client, "/bucket/temporary/key", &[], b"data");
    put(client, "/bucket/kept", &[], b"data");
    let digest = [("content-md5", RULES_MD5)];
    put(client, "/bucket?lifecycle", &digest, RULES);
}

fn lifecycle(data: &Path, day: &str, args: &[&str]) -> Ended {
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    command.arg("lifecycle").args(args).arg("--data").arg(data);
    let ended = run(command.env("CAIRN_LIFECYCLE_DAY", day));
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    ended
}

#[test]
fn what_is_due_goes_and_everybody_is_told() {
    let place = tempfile::tempdir().unwrap();
    let (server, mut client) = start(place.path(), "1");
    fill(&mut client);
    let began = Instant::now();
    while client.get("/bucket/temporary/key").unwrap().status != 404 {
        assert!(began.elapsed() < FOREVER, "it is still there");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(client.get("/bucket/kept").unwrap().status, 200);
    // Counted a moment later than done.
    while !http::get(server.address, "/metrics")
        .body
        .contains("\ncairn_lifecycle_expired_total 1\n")
    {
        assert!(began.elapsed() < FOREVER, "it is not counted");
        std::thread::sleep(Duration::from_millis(50));
    }
    let ended = server.stop();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    let lines = ended.stderr.lines();
    let told = lines.filter(|line| line.contains("\"message\":\"lifecycle\""));
    assert!(
        told.clone().any(|line| line.contains("\"expired\":1")),
        "{}",
        ended.stderr
    );
    let runs = lifecycle(place.path(), "1", &["runs"]).stdout;
    assert_eq!(runs.lines().count(), told.count(), "{runs}");
    let expired = |line: &str| line.split('\t').nth(6) == Some("1");
    assert!(runs.lines().any(expired), "{runs}");
}

#[test]
fn a_dry_run_tells_and_does_nothing() {
    let place = tempfile::tempdir().unwrap();
    let (server, mut client) = start(place.path(), "86400");
    fill(&mut client);
    let none = lifecycle(place.path(), "86400", &["dry-run", "bucket"]).stdout;
    assert_eq!(none, "1 looked at, 0 to be done; nothing was\n");
    server.stop();
    std::thread::sleep(Duration::from_millis(2100));
    for _ in 0..2 {
        let told = lifecycle(place.path(), "1", &["dry-run", "bucket"]).stdout;
        let (first, last) = told.trim_end().split_once('\n').unwrap();
        let cells: Vec<&str> = first.split('\t').collect();
        let expected = ["expire", "temporary/key", "null", "soon", "4 B"];
        assert_eq!(cells[..5], expected);
        assert_eq!(last, "1 looked at, 1 to be done; nothing was");
    }
    let (_server, mut client) = start(place.path(), "86400");
    assert_eq!(client.get("/bucket/temporary/key").unwrap().status, 200);
}

/// Of a folder that is not served, too: with a day of a second, all is due at once.
#[test]
fn rules_are_followed_when_somebody_asks() {
    let place = tempfile::tempdir().unwrap();
    let (server, mut client) = start(place.path(), "86400");
    fill(&mut client);
    let run = lifecycle(place.path(), "86400", &["run", "--json"]);
    let run: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&run["buckets"], &run["expired"]), (&1.into(), &0.into()));
    server.stop();
    std::thread::sleep(Duration::from_millis(2100));
    let run = lifecycle(place.path(), "1", &["run", "bucket"]).stdout;
    assert!(run.contains("expired\t1\n"), "{run}");
    let (server, mut client) = start(place.path(), "86400");
    assert_eq!(client.get("/bucket/temporary/key").unwrap().status, 404);
    assert_eq!(client.get("/bucket/kept").unwrap().status, 200);
    server.stop();
}
