//! The console in a real browser, against the real binary. What is checked is in `tests/browser`; Node,
//! its packages and Chromium come from the launchers of `tests/clients`.
//!
//! The binary must have been built with its console: `make console` comes first, as `make test` does it.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::process::Command;

use support::process::succeeded;
use support::server::{PASSWORD, Server, USER, command_with_root};

/// Runs all checks of a script against a server of their own.
fn run(script: &str) {
    run_late(script, 0);
}

/// The same where every question takes up to `late_ms` longer to arrive, each another time.
fn run_late(script: &str, late_ms: u32) {
    let place = tempfile::tempdir().unwrap();
    let mut command = command_with_root(&place.path().join("data"));
    let mut server = Server::start(command.args(["--console", "127.0.0.1:0"]));
    let console = server.console_address();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut command = Command::new(tests.join("clients/debian"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    let done = command
        .args(["./node", &format!("../browser/{script}")])
        .current_dir(tests.join("clients"))
        .env("CAIRN_TEST_CONSOLE", format!("http://{console}"))
        .env("CAIRN_TEST_USER", USER)
        .env("CAIRN_TEST_PASSWORD", PASSWORD)
        .env("CAIRN_TEST_LATE_MS", late_ms.to_string())
        .output()
        .unwrap();
    // Times of painting and of changing pages are in it.
    succeeded(script, &done);
    server.stop_unharmed();
}

#[test]
fn every_page_is_accessible_wide_and_narrow_light_and_dark() {
    run("pages.js");
}

#[test]
fn a_server_that_is_gone_does_not_look_idle() {
    run("gone.js");
}

#[test]
fn flows_lead_where_they_should() {
    run("flows.js");
}

#[test]
fn objects_are_found_renamed_moved_and_brought_back() {
    run("objects.js");
}

#[test]
fn settings_of_a_bucket_keep_what_their_forms_show() {
    run("settings.js");
}

#[test]
fn what_one_may_not_do_is_not_offered() {
    run("limited.js");
}

#[test]
fn sound_and_film_of_any_size_are_played() {
    run("media.js");
}

#[test]
fn days_of_administrators_and_users_go_well() {
    run("days.js");
}

#[test]
fn users_and_policies_are_made_with_all_they_need() {
    run("making.js");
}

#[test]
fn policies_tell_their_versions_and_who_has_them() {
    run("people.js");
}

#[test]
fn what_is_begun_on_one_thing_ends_on_it() {
    run("bound.js");
}

#[test]
fn nothing_is_lost_by_what_happens_meanwhile() {
    run("meanwhile.js");
}

#[test]
fn a_browser_that_several_use_keeps_them_apart() {
    run("sessions.js");
}

#[test]
fn buckets_and_objects_are_found_and_others_upload() {
    run("finding.js");
}

#[test]
fn pages_tell_what_will_not_do_what_is_reached_and_what_bounds() {
    run("told.js");
}

#[test]
fn the_console_does_what_the_interface_does() {
    run("whole.js");
}

#[test]
fn hostile_text_is_text() {
    run("hostile.js");
}

#[test]
fn transfers_sessions_keyboard_and_a_start_without_the_server() {
    run("transfers.js");
}

#[test]
#[ignore = "soak: an upload of 2 GiB with an interruption, and a bucket of 100,000 objects"]
fn large_files_and_large_buckets() {
    run("soak.js");
}

#[test]
#[ignore = "soak: all flows again where answers come late and in another order"]
fn flows_bear_answers_that_come_late() {
    for script in [
        "flows.js",
        "objects.js",
        "days.js",
        "bound.js",
        "making.js",
        "people.js",
        "finding.js",
        "told.js",
        "hostile.js",
        "transfers.js",
    ] {
        run_late(script, 600);
    }
}
