//! `cairn user`, as an operator runs it on the folder of a stopped server.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use support::process::Ended;
use support::server::{cairn, run};

fn user(data: &Path, arguments: &[&str]) -> Ended {
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    command.arg("user").args(arguments).arg("--data").arg(data);
    run(&mut command)
}

#[test]
fn users_are_added_shown_and_removed() {
    let place = tempfile::tempdir().unwrap();
    let given = [
        "add",
        "anna",
        "--id",
        "anna-id",
        "--display-name",
        "Anna",
        "--email",
        "anna@example.com",
        "--access-key",
        "ANNAKEY",
        "--secret-key",
        "anna-secret-key",
    ];
    let added = user(place.path(), &given);
    assert!(added.status.success(), "{}", added.stderr);
    assert_eq!(
        added.stdout,
        "anna\tanna-id\tAnna\tanna@example.com\tANNAKEY\n"
    );
    let made = user(place.path(), &["add", "bert"]);
    let fields: Vec<&str> = made.stdout.trim_end().split('\t').collect();
    assert_eq!((fields.len(), fields[0]), (6, "bert"), "{}", made.stdout);
    let listed = user(place.path(), &["list"]);
    assert!(
        listed
            .stdout
            .contains("anna\tanna-id\tAnna\tanna@example.com\n")
    );
    assert!(!listed.stdout.contains(fields[5]), "secrets are not listed");
    assert!(user(place.path(), &["remove", "anna"]).status.success());
    let listed = user(place.path(), &["list"]);
    assert!(!listed.stdout.contains("anna"), "{}", listed.stdout);
}

#[test]
fn what_cannot_be_done_is_explained() {
    let place = tempfile::tempdir().unwrap();
    assert!(user(place.path(), &["add", "anna"]).status.success());
    for (arguments, says) in [
        (vec!["add", "anna"], "this name already exists"),
        (vec!["remove", "bert"], "no user \"bert\""),
        (vec!["add", "bert", "--number", "12"], "twelve digits"),
        (vec!["add", "bert", "--access-key", "KEY"], "go together"),
    ] {
        let ended = user(place.path(), &arguments);
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}");
        assert!(
            ended.stderr.contains(says),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
    let absent = user(&place.path().join("absent"), &["list"]);
    assert!(
        absent.stderr.contains("no such folder"),
        "{}",
        absent.stderr
    );
}
