//! Jobs on the store of a running server, over a socket and in a real folder.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::console::log_in;
use support::http::{Answer, send};
use support::server::{Server, command_with_root};
use support::until;

struct Client {
    console: SocketAddr,
    token: String,
}

fn start(folder: &Path) -> (Server, Client) {
    let mut command = command_with_root(folder);
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let token = log_in(console);
    (server, Client { console, token })
}

impl Client {
    fn send(&self, line: &str, body: &[u8]) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let token = &self.token;
        let head = format!("{method} /api/v1{path} HTTP/1.1\r\nauthorization: Bearer {token}");
        send(self.console, &head, body)
    }

    fn json(&self, line: &str, body: Value) -> Value {
        let body = match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        let answer = self.send(line, &body);
        assert!(
            (200..300).contains(&answer.status),
            "{line}: {} {}",
            answer.status,
            answer.body
        );
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    fn put(&self, key: &str, body: &[u8]) {
        let answer = self.send(&format!("PUT /s3/photos/{key}"), body);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    fn job(&self, id: &Value) -> Value {
        self.json(&format!("GET /jobs/{}", id.as_str().unwrap()), Value::Null)
    }

    fn until_ended(&self, job: &Value) -> Value {
        let begun = Instant::now();
        loop {
            let job = self.job(&job["id"]);
            if job["state"] != "running" {
                return job;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{job}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn body(number: usize) -> Vec<u8> {
    let len = [100, 20_000, 200_000, (1 << 20) + 7][number % 4];
    (0..len)
        .map(|at: usize| ((at * 7 + number) % 251) as u8)
        .collect()
}

/// Overwrites and deletes all the time; what has begun with `kept` stays.
fn load(client: &Arc<Client>, stop: &Arc<AtomicBool>) -> thread::JoinHandle<usize> {
    let (client, stop) = (Arc::clone(client), Arc::clone(stop));
    thread::spawn(move || {
        let mut round = 0;
        while !stop.load(Ordering::SeqCst) {
            client.put(&format!("k{}", round % 17), &body(round));
            let gone = format!("DELETE /s3/photos/k{}", round * 5 % 17);
            assert_eq!(client.send(&gone, &[]).status, 204);
            round += 1;
        }
        round
    })
}

#[test]
fn a_running_store_is_checked_scrubbed_and_backed_up_under_load() {
    let (place, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (server, client) = start(place.path());
    let client = Arc::new(client);
    client.json("POST /buckets", json!({ "name": "photos" }));
    for number in 0..24 {
        client.put(&format!("kept/{number}"), &body(number));
    }
    let stop = Arc::new(AtomicBool::new(false));
    let load = load(&client, &stop);
    let to = copy.path().join("backup");
    for job in [
        json!({ "kind": "check", "read_data": true, "rate_mib": 0 }),
        json!({ "kind": "scrub", "rate_mib": 0 }),
        json!({ "kind": "backup", "to": to, "rate_mib": 0 }),
        // Once more, for what is new.
        json!({ "kind": "backup", "to": to }),
        json!({ "kind": "check" }),
    ] {
        let begun = client.json("POST /jobs", job.clone());
        assert_eq!(begun["state"], "running");
        let ended = client.until_ended(&begun);
        assert_eq!(
            (&ended["state"], &ended["problems"]),
            (&json!("done"), &json!(0)),
            "{ended}"
        );
        assert!(
            ended["progress"]["doing"].as_str().unwrap().len() > 3,
            "{ended}"
        );
    }
    stop.store(true, Ordering::SeqCst);
    assert!(load.join().unwrap() > 3);
    let jobs = client.json("GET /jobs", Value::Null);
    assert_eq!(jobs["items"].as_array().unwrap().len(), 5);
    assert!(!place.path().join(".checking").exists());
    assert_eq!(server.stop().status.code(), Some(0));

    // What was backed up is a store with all that was there before.
    let binary = Path::new(env!("CARGO_BIN_EXE_cairn"));
    let mut check = support::server::cairn(binary);
    check.args(["check", "--read-data", "--data"]).arg(&to);
    let check = support::server::run(&mut check);
    assert_eq!(check.status.code(), Some(0));
    let (_server, client) = start(&to);
    for number in 0..24 {
        let path = format!("GET /buckets/photos/object?key=kept%2F{number}");
        let object = client.json(&path, Value::Null);
        assert_eq!(object["size"], body(number).len());
    }
    // A backup belongs outside of the store.
    let inside = client.json(
        "POST /jobs",
        json!({ "kind": "backup", "to": to.join("inside") }),
    );
    let inside = client.until_ended(&inside);
    assert_eq!(inside["state"], "failed");
    assert!(
        inside["error"].as_str().unwrap().contains("outside"),
        "{inside}"
    );
}

#[test]
fn a_job_is_cancelled_and_one_that_a_stop_cuts_off_is_interrupted() {
    let place = tempfile::tempdir().unwrap();
    let (server, client) = start(place.path());
    client.json("POST /buckets", json!({ "name": "photos" }));
    for number in 0..24_u8 {
        client.put(&format!("kept/{number}"), &vec![number; 1 << 20]);
    }
    let slow = json!({ "kind": "check", "read_data": true, "rate_mib": 1 });
    let job = client.json("POST /jobs", slow.clone());
    let again = client.send("POST /jobs", slow.to_string().as_bytes());
    assert_eq!(again.status, 409, "{}", again.body);
    let mut seen = Value::Null;
    // Known once some of it has been done.
    until("seconds are left", || {
        seen = client.job(&job["id"]);
        assert_eq!(seen["state"], "running", "{seen}");
        seen["seconds_left"].is_u64()
    });
    assert_eq!(seen["progress"]["unit"], "bytes", "{seen}");
    assert!(seen["seconds_left"].as_u64().unwrap() > 3, "{seen}");
    let path = format!("DELETE /jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(client.send(&path, &[]).status, 202);
    assert_eq!(client.until_ended(&job)["state"], "cancelled");

    // A stop waits for it, a kill does not. It would take 24 seconds.
    let job = client.json("POST /jobs", slow.clone());
    thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    assert_eq!(server.stop().status.code(), Some(0));
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    let (server, client) = start(place.path());
    assert_eq!(client.job(&job["id"])["state"], "interrupted");
    let job = client.json("POST /jobs", slow);
    until("it begins", || place.path().join(".checking").exists());
    server.kill();
    let (_server, client) = start(place.path());
    let job = client.job(&job["id"]);
    assert_eq!(job["state"], "interrupted");
    assert!(job["ended"].is_string());
    assert!(!place.path().join(".checking").exists());
    let fast = client.json("POST /jobs", json!({ "kind": "check", "rate_mib": 0 }));
    assert_eq!(client.until_ended(&fast)["state"], "done");
}

/// Through the server, as a browser would, and unpacked by what is installed.
#[test]
fn a_zip_is_downloaded_by_its_link() {
    let place = tempfile::tempdir().unwrap();
    let (_server, client) = start(place.path());
    client.json("POST /buckets", json!({ "name": "photos" }));
    for number in 0..8 {
        client.put(&format!("all/{number}"), &body(number));
    }
    let link = client.json("POST /buckets/photos/zip", json!({ "prefix": "all/" }));
    let url = format!("http://{}{}", client.console, link["url"].as_str().unwrap());
    let program = "import io, json, sys, urllib.request, zipfile\n\
                   z = zipfile.ZipFile(io.BytesIO(urllib.request.urlopen(sys.argv[1]).read()))\n\
                   print(json.dumps([z.testzip(), [[i.filename, i.file_size] for i in z.infolist()]]))";
    let mut python = Command::new("python3");
    let ended = python
        .args(["-c", program, &url])
        .env("no_proxy", "*")
        .output()
        .unwrap();
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    let found: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let expected: Vec<Value> = (0..8)
        .map(|it| json!([it.to_string(), body(it).len()]))
        .collect();
    assert_eq!(found, json!([null, expected]));
    let path = link["url"].as_str().unwrap();
    assert_eq!(
        send(client.console, &format!("GET {path} HTTP/1.1"), "").status,
        404
    );
}
