//! How the server starts, and how it refuses to.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;

use support::process::Ended;
use support::server::{Server, cairn, command, command_with_root, run};

const CREDENTIAL_FILE: &str = "root-credential.json";
const NOBODY: u32 = 65534;

/// The value shown after this name on standard output.
fn shown<'a>(stdout: &'a str, name: &str) -> Option<&'a str> {
    stdout
        .lines()
        .find_map(|line| line.trim().strip_prefix(name))
        .map(str::trim)
}

fn assert_refused(ended: &Ended, code: i32, says: &[&str]) {
    assert_eq!(ended.status.code(), Some(code), "{}", ended.stderr);
    for text in says {
        assert!(
            ended.stderr.contains(text),
            "no {text:?} in {}",
            ended.stderr
        );
    }
    assert!(!ended.stderr.contains("panic"), "{}", ended.stderr);
}

#[test]
fn a_first_start_makes_a_credential_and_shows_it_once() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("new/data");
    let first = Server::start(&mut command(&data)).stop();
    assert!(first.status.success(), "{}", first.stderr);
    let secret = shown(&first.stdout, "secret key").expect("is shown");
    let access = shown(&first.stdout, "access key").expect("is shown");
    assert!(access.len() >= 16 && secret.len() >= 32);
    assert!(!first.stderr.contains(secret), "secrets are not logged");

    let file = data.join(CREDENTIAL_FILE);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(fs::read_to_string(&file).unwrap().contains(secret));

    let second = Server::start(&mut command(&data)).stop();
    assert!(second.status.success(), "{}", second.stderr);
    assert_eq!(second.stdout, "");
    assert!(!second.stderr.contains(secret));
}

#[test]
fn the_environments_credential_is_neither_kept_nor_shown() {
    let place = tempfile::tempdir().unwrap();
    let ended = Server::start(&mut command_with_root(place.path())).stop();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    assert!(!place.path().join(CREDENTIAL_FILE).exists());
}

#[test]
fn an_unusable_credential_of_the_environment_is_refused() {
    let place = tempfile::tempdir().unwrap();
    for (user, password, says) in [
        (Some("root"), None, "CAIRN_ROOT_PASSWORD is not set"),
        (None, Some("long enough"), "CAIRN_ROOT_USER is not set"),
        (Some("root"), Some("short"), "8 to 128"),
        (Some("ro"), Some("long enough"), "3 to 128"),
        (Some("ro/ot"), Some("long enough"), "letters, digits"),
    ] {
        let mut command = command(place.path());
        if let Some(user) = user {
            command.env("CAIRN_ROOT_USER", user);
        }
        if let Some(password) = password {
            command.env("CAIRN_ROOT_PASSWORD", password);
        }
        let ended = run(&mut command);
        assert_refused(&ended, 2, &[says]);
        if let Some(password) = password {
            assert!(!ended.stderr.contains(password));
        }
    }
}

#[test]
fn a_credential_file_others_can_read_is_refused() {
    let place = tempfile::tempdir().unwrap();
    Server::start(&mut command(place.path())).stop();
    let file = place.path().join(CREDENTIAL_FILE);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let ended = run(&mut command(place.path()));
    assert_refused(&ended, 1, &["chmod 600", CREDENTIAL_FILE]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    Server::start(&mut command(place.path()));
}

#[test]
fn a_second_process_on_the_same_folder_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let first = Server::start(&mut command(place.path()));
    let path = place.path().to_str().unwrap();
    let second = run(&mut command(place.path()));
    assert_refused(&second, 1, &[path, "another process"]);
    assert_eq!(
        support::http::get(first.address, "/health/ready").status,
        200
    );
    drop(first);
    // The lock goes with its process, even one that was killed.
    Server::start(&mut command(place.path()));
}

#[test]
fn a_folder_that_cannot_be_written_is_refused() {
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = place.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write anywhere: so as somebody else, from a place that they can reach.
    let binary = place.path().join("cairn");
    fs::copy(env!("CARGO_BIN_EXE_cairn"), &binary).unwrap();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    for folder in [data.clone(), data.join("below")] {
        let mut command = cairn(&binary);
        command.args(["server", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(&folder).current_dir(place.path());
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let ended = run(&mut command);
        assert_refused(&ended, 1, &[folder.to_str().unwrap(), "ermission denied"]);
    }
}

#[test]
fn a_file_in_the_folders_place_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "precious").unwrap();
    let ended = run(&mut command(&file));
    assert_refused(&ended, 1, &[file.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
}

#[test]
fn a_credential_file_with_anything_else_in_it_is_refused_and_left_alone() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join(CREDENTIAL_FILE);
    Server::start(&mut command(place.path())).stop();
    let good = fs::read_to_string(&file).unwrap();
    let secret = "a-secret-that-is-not-shown";
    for (content, says) in [
        (Vec::new(), "EOF"),
        (b"\0\xff\xfe garbage".to_vec(), "expected value"),
        (good.as_bytes()[..good.len() / 2].to_vec(), "EOF"),
        (
            good.replace("\"version\": 1", "\"version\": 7").into(),
            "version 7",
        ),
        (good.replace("version", "verzion").into(), "verzion"),
        (vec![b' '; 1 << 20], "longer than"),
        (
            format!(r#"{{"version": 1, "access_key": "a b", "secret_key": "{secret}"}}"#).into(),
            "letters, digits",
        ),
    ] {
        fs::write(&file, &content).unwrap();
        let ended = run(&mut command(place.path()));
        let path = file.to_str().unwrap();
        assert_refused(
            &ended,
            1,
            &[path, "root-credential.json cannot be used", "restore", says],
        );
        assert!(!ended.stderr.contains(secret));
        assert_eq!(fs::read(&file).unwrap(), content);
    }
    fs::remove_file(&file).unwrap();
    let again = Server::start(&mut command(place.path())).stop();
    assert!(shown(&again.stdout, "secret key").is_some());
}

#[test]
fn a_folder_of_another_format_is_refused_and_left_alone() {
    let place = tempfile::tempdir().unwrap();
    Server::start(&mut command_with_root(place.path())).stop();
    let marker = place.path().join("cairn.toml");
    let good = fs::read_to_string(&marker).unwrap();
    for (content, says) in [
        (
            good.replace("format = 1", "format = 99").into_bytes(),
            "format 99",
        ),
        (
            good.replace("format = 1", "format = one").into_bytes(),
            "no number",
        ),
        (
            good.replace("secret", "sekret").into_bytes(),
            "secret is missing",
        ),
        (Vec::new(), "format is missing"),
        (b"\xff\xfe\0".to_vec(), "UTF-8"),
    ] {
        fs::write(&marker, &content).unwrap();
        let mut check = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
        check.args(["check", "--data"]).arg(place.path());
        for ended in [run(&mut command_with_root(place.path())), run(&mut check)] {
            let path = place.path().to_str().unwrap();
            assert_refused(&ended, 1, &[path, "cairn.toml", says]);
        }
        assert_eq!(fs::read(&marker).unwrap(), content);
    }
    fs::write(&marker, good).unwrap();
    Server::start(&mut command_with_root(place.path()));
}

#[test]
fn a_folder_with_other_files_is_refused_and_left_alone() {
    let place = tempfile::tempdir().unwrap();
    let precious = place.path().join("precious");
    fs::write(&precious, "mine").unwrap();
    let ended = run(&mut command(place.path()));
    let path = place.path().to_str().unwrap();
    assert_refused(&ended, 1, &[path, "other files", "empty folder"]);
    let names: Vec<_> = fs::read_dir(place.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "nothing was added: {names:?}");
    fs::remove_file(&precious).unwrap();
    // Settings may be there before the first start, and count.
    fs::write(place.path().join("config.toml"), "region = \"mars\"\n").unwrap();
    let shown = run(cairn(Path::new(env!("CARGO_BIN_EXE_cairn")))
        .args(["config", "show", "--data"])
        .arg(place.path()));
    assert!(shown.stdout.contains("mars"), "{}", shown.stdout);
    Server::start(&mut command(place.path()));
}

#[test]
fn a_taken_address_is_refused_before_the_folder_is_touched() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    command.args(["server", "--listen", &address, "--data"]);
    let ended = run(command.arg(&data));
    assert_refused(&ended, 1, &["cannot listen", &address]);
    assert!(!data.exists());
}

#[test]
fn what_is_mistyped_is_explained() {
    let place = tempfile::tempdir().unwrap();
    for (arguments, says) in [
        (vec!["server", "--lisen", "x"], "--listen"),
        (vec!["server"], "--data"),
        (vec!["serve"], "server"),
        (vec![], "Usage"),
        (
            vec!["server", "--data", "d", "--listen", "9000"],
            "ADDR:PORT",
        ),
        (vec!["server", "--data", "d", "--region", "a b"], "--region"),
        (
            vec!["server", "--data", "d", "--log-format", "xml"],
            "human",
        ),
        (
            vec!["server", "--data", "d", "--log-level", "a=b"],
            "--log-level",
        ),
    ] {
        let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
        let ended = run(command.args(&arguments).current_dir(place.path()));
        assert_refused(&ended, 2, &[says]);
        assert!(!place.path().join("d").exists());
    }
}

#[test]
fn every_line_of_a_json_log_is_json() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(command(place.path()).args(["--log-level", "debug"]));
    support::http::get(server.address, "/bucket/a%0Akey%22%1b[31m");
    let ended = server.stop();
    for line in ended.stderr.lines() {
        let parsed: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(parsed["level"].is_string());
    }
    assert!(ended.stderr.contains("/bucket/a%0Akey%22%1b[31m"));
}
