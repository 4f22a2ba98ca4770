//! The admin interface against its own document, by schemathesis: whatever is asked, nothing is
//! answered with 5xx, and every answer is what the document says.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::process::Command;

use support::process::succeeded;
use support::server::{PASSWORD, Server, USER, command_with_root};

/// How long requests are made up, and from where on.
fn hold_to_the_document(seconds: u32, examples: u32, seed: u32) {
    let place = tempfile::tempdir().unwrap();
    let mut command = command_with_root(&place.path().join("data"));
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let done = Command::new(folder.join("clients/python"))
        .arg(folder.join("schema/run.py"))
        // What it keeps of a run goes with the rest.
        .current_dir(place.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_PROXY", "*")
        .env("CAIRN_TEST_CONSOLE", format!("http://{console}"))
        .env("CAIRN_TEST_USER", USER)
        .env("CAIRN_TEST_PASSWORD", PASSWORD)
        .env("CAIRN_TEST_SECONDS", seconds.to_string())
        .env("CAIRN_TEST_EXAMPLES", examples.to_string())
        .env("CAIRN_TEST_SEED", seed.to_string())
        .output()
        .unwrap();
    // How much was asked, and what never with success.
    succeeded(&format!("seed {seed}"), &done);
    server.stop_unharmed();
}

#[test]
fn every_answer_is_what_the_document_says() {
    hold_to_the_document(45, 10, 1);
}

#[test]
#[ignore = "soak: goes on for half an hour, with other requests each time"]
fn every_answer_is_what_the_document_says_for_long() {
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH).unwrap();
    hold_to_the_document(1800, 1000, since.subsec_nanos());
}
