//! Real clients, as released, against the real binary. The scripts are in `tests/clients`; the
//! environment they need is made on first use by `tests/clients/python`.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::process::Command;

use support::server::{PASSWORD, Server, USER, command_with_root};

/// Runs all checks of a script against a server of its own.
fn run_checks(script: &str) {
    run_checks_with(script, &[]);
}

/// The same against a server with these flags.
fn run_checks_with(script: &str, flags: &[&str]) {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(command_with_root(place.path()).args(flags));
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    let mut command = Command::new(clients.join("python"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    let done = command
        // No byte code beside the sources.
        .arg("-B")
        .arg(clients.join(script))
        .env("CAIRN_ENDPOINT", format!("http://{}", server.address))
        .env("AWS_ACCESS_KEY_ID", USER)
        .env("AWS_SECRET_ACCESS_KEY", PASSWORD)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    let complained = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{script}:\n{said}\n{complained}");
    let ended = server.stop();
    assert!(ended.status.success(), "{}", ended.stderr);
    let damage = ended
        .stderr
        .lines()
        .find(|line| line.contains("\"level\":\"ERROR\""));
    assert_eq!(damage, None, "nothing a client did was the server's fault");
}

#[test]
fn boto3_buckets() {
    run_checks("boto3_buckets.py");
}

#[test]
fn boto3_objects() {
    run_checks("boto3_objects.py");
}

#[test]
fn boto3_keys() {
    run_checks("boto3_keys.py");
}

#[test]
fn boto3_multipart() {
    run_checks("boto3_multipart.py");
}

#[test]
fn awscli() {
    run_checks("awscli_round_trips.py");
}

#[test]
fn botocore_signatures() {
    run_checks_with("botocore_signatures.py", &["--sigv2"]);
}

#[test]
fn boto3_identities() {
    run_checks("boto3_identities.py");
}
