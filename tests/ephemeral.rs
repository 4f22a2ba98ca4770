//! The server that leaves nothing behind.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::http;
use support::process::Process;
use support::server::{cairn, run};
use support::until;

/// With temporary files in a folder of the test's own.
fn ephemeral(place: &Path) -> Command {
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    command.args(["server", "--ephemeral"]).env("TMPDIR", place);
    command
}

fn announced(process: &mut Process) -> serde_json::Value {
    process.wait_for_line(|line| serde_json::from_str(line).ok())
}

fn entries(place: &Path) -> usize {
    fs::read_dir(place).unwrap().count()
}

#[test]
fn it_says_where_it_is_and_leaves_nothing() {
    for signal in [libc::SIGTERM, libc::SIGINT] {
        let place = tempfile::tempdir().unwrap();
        let mut command = ephemeral(place.path());
        // Meant for another server.
        command.env("CAIRN_DATA", "/nowhere/at/all");
        command.env("CAIRN_LISTEN", "127.0.0.1:1");
        command.env("CAIRN_PUBLIC_URL", "https://s3.example.com");
        let mut process = Process::start(&mut command);
        let said = announced(&mut process);
        let endpoint = said["endpoint"].as_str().unwrap();
        let address: SocketAddr = endpoint.strip_prefix("http://").unwrap().parse().unwrap();
        assert!(address.ip().is_loopback() && address.port() > 1);
        assert_eq!(http::get(address, "/health/ready").status, 200);
        assert_eq!(said["region"], "us-east-1");
        assert!(said["access_key"].as_str().unwrap().len() >= 16);
        assert!(said["secret_key"].as_str().unwrap().len() >= 32);
        assert_eq!(entries(place.path()), 1);
        process.signal(signal);
        let ended = process.wait();
        assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
        assert_eq!(ended.stdout.lines().count(), 1, "{}", ended.stdout);
        assert_eq!(ended.stderr, "");
        assert_eq!(entries(place.path()), 0);
    }
}

#[test]
fn it_leaves_nothing_either_when_it_does_not_start() {
    let place = tempfile::tempdir().unwrap();
    let ended = run(ephemeral(place.path()).args(["--region", "a b"]));
    assert_eq!(ended.status.code(), Some(2), "{}", ended.stderr);
    let ended = run(ephemeral(place.path()).args(["--listen", "192.0.2.1:1"]));
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("cannot listen"), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    assert_eq!(entries(place.path()), 0);
    let ended = run(ephemeral(place.path()).args(["--data", "d"]));
    assert_eq!(ended.status.code(), Some(2), "{}", ended.stderr);
}

#[test]
fn its_keys_can_be_chosen() {
    let place = tempfile::tempdir().unwrap();
    let mut command = ephemeral(place.path());
    command.env("CAIRN_ROOT_USER", "chosen");
    command.env("CAIRN_ROOT_PASSWORD", "chosen too");
    let mut process = Process::start(command.args(["--region", "eu-west-1"]));
    let said = announced(&mut process);
    assert_eq!(said["access_key"], "chosen");
    assert_eq!(said["secret_key"], "chosen too");
    assert_eq!(said["region"], "eu-west-1");
}

/// As a runner of tests ends them when they take too long.
fn killed<const COUNT: usize>(place: &Path) -> [PathBuf; COUNT] {
    let mut all: Vec<Process> = Vec::new();
    all.resize_with(COUNT, || Process::start(&mut ephemeral(place)));
    let folders: Vec<PathBuf> = all
        .iter_mut()
        .map(|process| announced(process)["data"].as_str().unwrap().into())
        .collect();
    // All at once: one that goes on would remove what another one has left.
    for signal in [libc::SIGSTOP, libc::SIGKILL] {
        all.iter().for_each(|process| process.signal(signal));
    }
    for process in all {
        process.wait();
    }
    for folder in &folders {
        assert!(folder.join("segments").is_dir(), "nothing was left");
    }
    folders.try_into().unwrap()
}

fn is_ready(said: &serde_json::Value) -> bool {
    let address = said["endpoint"].as_str().unwrap();
    let address = address.strip_prefix("http://").unwrap().parse().unwrap();
    http::get(address, "/health/ready").status == 200
}

#[test]
fn what_a_killed_one_left_goes_with_the_next_start() {
    let place = tempfile::tempdir().unwrap();
    let [left] = killed(place.path());
    // What only looks like it: no marker, and one that is another folder's.
    let like = place.path().join("cairn-ephemeral-aaaaaa");
    let copy = place.path().join("cairn-ephemeral-bbbbbb");
    fs::create_dir(&like).unwrap();
    fs::create_dir(&copy).unwrap();
    fs::copy(left.join(".ephemeral"), copy.join(".ephemeral")).unwrap();
    let link = place.path().join("cairn-ephemeral-cccccc");
    std::os::unix::fs::symlink(&copy, &link).unwrap();
    let mut process = Process::start(&mut ephemeral(place.path()));
    let said = announced(&mut process);
    until("the left-over goes", || !left.exists());
    assert!(is_ready(&said));
    process.signal(libc::SIGTERM);
    let ended = process.wait();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert_eq!(ended.stderr, "");
    assert!(like.is_dir() && copy.join(".ephemeral").is_file() && link.is_symlink());
    assert_eq!(entries(place.path()), 3);
}

#[test]
fn several_that_start_at_once_remove_what_was_left_and_not_each_other() {
    let place = tempfile::tempdir().unwrap();
    let left: [PathBuf; 3] = killed(place.path());
    let all: Vec<Process> = (0..6)
        .map(|_| Process::start(&mut ephemeral(place.path())))
        .collect();
    let mut all: Vec<_> = all
        .into_iter()
        .map(|mut process| (announced(&mut process), process))
        .collect();
    until("left-overs go", || !left.iter().any(|it| it.exists()));
    assert_eq!(entries(place.path()), all.len());
    assert!(all.iter().all(|(said, _)| is_ready(said)));
    for (_, process) in &mut all {
        process.signal(libc::SIGTERM);
    }
    for (_, process) in all {
        let ended = process.wait();
        assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    }
    assert_eq!(entries(place.path()), 0);
}
