//! `cairn user` and `cairn key`, as an operator runs them on the folder of a stopped server.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use support::process::Ended;
use support::server::{cairn, run};

fn user(data: &Path, arguments: &[&str]) -> Ended {
    command("user", data, arguments)
}

fn key(data: &Path, arguments: &[&str]) -> Ended {
    command("key", data, arguments)
}

fn command(what: &str, data: &Path, arguments: &[&str]) -> Ended {
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    command.arg(what).args(arguments).arg("--data").arg(data);
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

#[test]
fn policies_are_given_shown_and_taken() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path();
    let policy = |arguments: &[&str]| user(data, &[&["policy"], arguments].concat());
    assert!(user(data, &["add", "anna"]).status.success());
    let read_only = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let file = data.join("policy.json");
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    std::fs::write(&file, document).unwrap();
    let file = file.to_str().unwrap();
    for done in [
        policy(&["attach", "anna", read_only]),
        policy(&["put", "anna", "own", file]),
    ] {
        assert!(done.status.success(), "{}", done.stderr);
    }
    let listed = policy(&["list", "anna"]);
    assert_eq!(listed.stdout, format!("{read_only}\nown\n"));
    let shown = policy(&["show", "anna", "own"]);
    assert_eq!(shown.stdout, format!("{document}\n"));
    assert!(policy(&["detach", "anna", read_only]).status.success());
    assert!(policy(&["delete", "anna", "own"]).status.success());
    assert_eq!(policy(&["list", "anna"]).stdout, "");

    let one = ["add", "one", "--number", "111122223333"];
    assert!(user(data, &one).status.success());
    std::fs::write(data.join("broken.json"), "{").unwrap();
    let broken = data.join("broken.json");
    let broken = broken.to_str().unwrap();
    for (arguments, says) in [
        (vec!["list", "bert"], "no user \"bert\""),
        (vec!["attach", "one", read_only], "root may do everything"),
        (
            vec!["attach", "anna", "arn:aws:iam::aws:policy/No"],
            "does not exist",
        ),
        (vec!["put", "anna", "own", broken], ""),
        (vec!["put", "anna", "own", "absent.json"], "absent.json: "),
        (vec!["delete", "anna", "own"], "cannot be found"),
    ] {
        let ended = policy(&arguments);
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}");
        assert!(
            ended.stderr.contains(says),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
}

#[test]
fn keys_are_made_switched_and_removed() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path();
    let first = [
        "add",
        "anna",
        "--access-key",
        "FIRST",
        "--secret-key",
        "first-secret",
    ];
    assert!(user(data, &first).status.success());
    let made = key(
        data,
        &[
            "add",
            "anna",
            "--expires",
            "4000000000",
            "--description",
            "for now",
        ],
    );
    let fields: Vec<&str> = made.stdout.trim_end().split('\t').collect();
    assert_eq!((fields.len(), fields[1].len()), (2, 40), "{}", made.stdout);
    let listed = key(data, &["list", "anna"]).stdout;
    let lines: Vec<Vec<&str>> = listed
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    assert_eq!(lines.len(), 2, "{listed}");
    let of = |id: &str| lines.iter().find(|line| line[0] == id).unwrap().clone();
    assert_eq!(
        (of(fields[0])[1], of(fields[0])[3]),
        ("enabled", "4000000000")
    );
    // It never expires, and has never been used.
    assert_eq!(of("FIRST")[3..], ["-", "-"]);
    assert!(!listed.contains(fields[1]), "secrets are not listed");
    let third = key(data, &["add", "anna"]);
    assert!(
        third.stderr.contains("AccessKeysPerUser"),
        "{}",
        third.stderr
    );
    assert!(key(data, &["disable", "anna", "FIRST"]).status.success());
    assert!(
        key(data, &["list", "anna"])
            .stdout
            .contains("FIRST\tdisabled")
    );
    assert!(key(data, &["enable", "anna", "FIRST"]).status.success());
    assert!(
        key(data, &["list", "anna"])
            .stdout
            .contains("FIRST\tenabled")
    );
    assert!(key(data, &["remove", "anna", "FIRST"]).status.success());
    let gone = key(data, &["remove", "anna", "FIRST"]);
    assert!(gone.stderr.contains("cannot be found"), "{}", gone.stderr);
}
