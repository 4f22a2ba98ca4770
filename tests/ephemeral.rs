//! The server that leaves nothing behind.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use support::http;
use support::process::Process;
use support::server::{cairn, run};

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
