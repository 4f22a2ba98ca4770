//! The log of slow requests.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::Write;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use support::console::session;
use support::http::{connect, read_answer};
use support::server::{PASSWORD, Server, USER, command_with_root};
use support::signed;

fn slow(line: &str, operation: &str) -> Option<Value> {
    let line: Value = serde_json::from_str(line).ok()?;
    let fields = line.clone();
    let is_it = fields["message"] == "slow request" && fields["operation"] == operation;
    is_it.then_some(fields)
}

#[test]
fn a_slow_request_tells_where_its_time_went_once_that_is_wanted() {
    let place = tempfile::tempdir().unwrap();
    let config = place.path().join("settings");
    fs::write(&config, "slow-request = 0\n").unwrap();
    let mut command = command_with_root(&place.path().join("data"));
    command.args(["--console", "127.0.0.1:0"]);
    let mut server = Server::start(command.arg("--config").arg(&config));
    let console = server.console_address();
    // A password is made to take long to check.
    assert_eq!(session(console).status, 201);

    fs::write(&config, "slow-request = 1\n").unwrap();
    server.process().signal(libc::SIGHUP);
    server
        .process_mut()
        .wait_for_log(|line| line.contains("configuration reloaded").then_some(()));
    let answer = session(console);
    let fields = server
        .process_mut()
        .wait_for_log(|line| slow(line, "LogIn"));
    assert!(fields["working_ms"].as_u64().unwrap() >= 1, "{fields}");
    assert_eq!(fields["status"], 201);
    let id = fields["request_id"].as_str().unwrap();
    assert!(answer.head.contains(id), "{id} is not in {}", answer.head);
    let ended = server.stop();
    let count = ended
        .stderr
        .lines()
        .filter(|line| slow(line, "LogIn").is_some())
        .count();
    assert_eq!(count, 1, "the first one was logged too:\n{}", ended.stderr);
}

/// A machine that stalls makes a request slow by itself, though not every time.
#[test]
fn who_waits_for_his_client_is_not_slow() {
    const ATTEMPTS: usize = 5;
    let told: Vec<Value> = (0..ATTEMPTS).map_while(|_| told_of_a_pause()).collect();
    assert!(told.len() < ATTEMPTS, "{told:?}");
}

/// What is said of an upload whose client pauses in the middle.
fn told_of_a_pause() -> Option<Value> {
    const PAUSE: Duration = Duration::from_millis(3000);
    let place = tempfile::tempdir().unwrap();
    let mut command = command_with_root(place.path());
    let server = Server::start(command.args(["--slow-request", "2500"]));
    let keys = (USER, PASSWORD);
    assert_eq!(
        signed::ask("PUT", server.address, "/waits", keys, "").status,
        200
    );
    let mut stream = connect(server.address);
    let head = signed::head("PUT", server.address, "/waits/key", 8);
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(b"half").unwrap();
    thread::sleep(PAUSE);
    stream.write_all(b"half").unwrap();
    assert_eq!(read_answer(&mut stream).status, 200);
    let ended = server.stop();
    ended
        .stderr
        .lines()
        .find_map(|line| slow(line, "PutObject"))
}
