//! The commands that look after a folder, as an administrator runs them.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use support::client::Client;
use support::content::{Content, Piece};
use support::process::{Ended, Process};
use support::server::{Server, cairn, command, command_with_root, run};

const OBJECT: Piece = Piece {
    seed: 1,
    bytes: 8 << 20,
};

fn care(arguments: &[&str], folders: &[(&str, &Path)]) -> Command {
    let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
    command.args(arguments);
    for (flag, folder) in folders {
        command.arg(flag).arg(folder);
    }
    command
}

fn assert_ended(ended: &Ended, code: i32, says: &[&str]) {
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.status.code(), Some(code), "{said}");
    for text in says {
        assert!(said.contains(text), "no {text:?} in {said}");
    }
    assert!(!said.contains("panic"), "{said}");
}

/// A bucket with one object.
fn fill(server: &Server) {
    let mut client = Client::connect(server.address).unwrap();
    for (path, body) in [("/bucket", vec![]), ("/bucket/key", OBJECT.make())] {
        assert_eq!(client.send("PUT", path, &[], &body).unwrap().status, 200);
    }
}

fn holds_the_object(server: &Server) {
    let mut client = Client::connect(server.address).unwrap();
    let found = client.get("/bucket/key").unwrap();
    assert!(Content(vec![OBJECT]).is(&found.body), "{}", found.status);
}

#[test]
fn a_folder_with_a_server_on_it_is_refused_and_the_way_out_named() {
    let place = tempfile::tempdir().unwrap();
    let (data, other) = (place.path().join("data"), place.path().join("other"));
    let server = Server::start(&mut command_with_root(&data));
    fill(&server);
    let path = data.to_str().unwrap();
    let into = [("--from", data.as_path()), ("--data", other.as_path())];
    let ended = run(&mut care(&["restore"], &into));
    assert_ended(&ended, 1, &[path, "in use by another process", "stop it"]);
    assert_eq!(ended.stdout, "", "errors go to standard error");
    assert!(!other.exists());
    holds_the_object(&server);
}

/// The server does it meanwhile, and says the same.
#[test]
fn a_store_is_looked_after_while_it_is_served() {
    let place = tempfile::tempdir().unwrap();
    let (data, backup) = (place.path().join("data"), place.path().join("backup"));
    let server = Server::start(&mut command_with_root(&data));
    fill(&server);
    let at = [("--data", data.as_path())];
    let ended = run(&mut care(&["check", "--read-data"], &at));
    assert_ended(&ended, 0, &["looked at: no problems"]);
    let ended = run(&mut care(&["scrub", "--rate", "500", "--json"], &at));
    assert_ended(&ended, 0, &[r#""damaged_total":0"#, r#""go_on_from":null"#]);
    let into = [("--data", data.as_path()), ("--to", backup.as_path())];
    let ended = run(&mut care(&["backup"], &into));
    assert_ended(&ended, 0, &["segments", " looked at"]);
    let taken = place.path().join("taken");
    std::fs::create_dir(&taken).unwrap();
    std::fs::write(taken.join("mine"), "").unwrap();
    let into = [("--data", data.as_path()), ("--to", taken.as_path())];
    assert_ended(&run(&mut care(&["backup"], &into)), 1, &["taken"]);
    holds_the_object(&server);
    drop(server);
    let ended = run(&mut care(&["check", "--read-data"], &[("--data", &backup)]));
    assert_ended(&ended, 0, &["no problems"]);
}

/// An interrupted command ends the job of the server too.
#[test]
fn an_interrupted_command_leaves_no_job_behind() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let server = Server::start(&mut command_with_root(&data));
    fill(&server);
    // Half a minute at the rate below.
    let large = Piece {
        seed: 2,
        bytes: 32 << 20,
    };
    let mut client = Client::connect(server.address).unwrap();
    let put = client.send("PUT", "/bucket/large", &[], &large.make());
    assert_eq!(put.unwrap().status, 200);
    let mut slow = Process::start(&mut care(
        &["check", "--read-data", "--rate", "1"],
        &[("--data", &data)],
    ));
    slow.wait_for_log(|line| line.contains("the server checks").then_some(()));
    slow.signal(libc::SIGINT);
    assert_eq!(slow.wait().status.code(), Some(130));
    // Another one begins at once: none runs any more.
    let ended = run(&mut care(&["check", "--rate", "0"], &[("--data", &data)]));
    assert_ended(&ended, 0, &["no problems"]);
    drop(server);
}

#[test]
fn a_mistyped_folder_is_named_and_not_made() {
    let place = tempfile::tempdir().unwrap();
    let (typo, other) = (place.path().join("dtaa"), place.path().join("other"));
    for mut command in [
        care(&["check"], &[("--data", &typo)]),
        care(&["scrub"], &[("--data", &typo)]),
        care(&["backup"], &[("--data", &typo), ("--to", &other)]),
        care(&["restore"], &[("--from", &typo), ("--data", &other)]),
    ] {
        let ended = run(&mut command);
        assert_ended(&ended, 1, &[typo.to_str().unwrap()]);
        assert!(!typo.exists() && !other.exists());
    }
}

#[test]
fn a_backup_is_restored_with_the_credential_and_serves() {
    let place = tempfile::tempdir().unwrap();
    let [data, backup, restored] = ["data", "backup", "restored"].map(|n| place.path().join(n));
    // Makes a credential, which the second start leaves alone.
    assert!(Server::start(&mut command(&data)).stop().status.success());
    let server = Server::start(&mut command_with_root(&data));
    fill(&server);
    assert!(server.stop().status.success());

    for kept in ["0 of them", "2 of them"] {
        let ended = run(&mut care(
            &["backup"],
            &[("--data", &data), ("--to", &backup)],
        ));
        assert_ended(&ended, 0, &["segments", kept]);
    }
    let restore = || {
        let folders: [(&str, &Path); 2] = [("--from", &backup), ("--data", &restored)];
        run(&mut care(&["restore"], &folders))
    };
    assert_ended(&restore(), 0, &["start a server on it"]);
    assert_ended(&restore(), 1, &["empty folder"]);
    for folder in [&backup, &restored] {
        let ended = run(&mut care(&["check", "--read-data"], &[("--data", folder)]));
        assert_ended(&ended, 0, &["no problems"]);
    }
    let name = "root-credential.json";
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for folder in [&backup, &restored] {
        assert_eq!(mode(folder), 0o700);
        assert_eq!(mode(&folder.join(name)), 0o600);
    }
    let credential = |folder: &Path| fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(credential(&data), credential(&restored));
    assert!(
        Server::start(&mut command(&restored))
            .stop()
            .status
            .success()
    );
    holds_the_object(&Server::start(&mut command_with_root(&restored)));
}

#[test]
fn a_folder_that_waits_for_the_rest_of_something_is_no_store_yet() {
    let place = tempfile::tempdir().unwrap();
    for (name, left, says) in [
        ("backup", ".next", "a backup into it"),
        ("restored", ".restoring", "a restore into it"),
    ] {
        let folder = place.path().join(name);
        fs::create_dir_all(folder.join(left)).unwrap();
        for mut command in [
            command_with_root(&folder),
            care(&["scrub"], &[("--data", &folder)]),
        ] {
            let path = folder.to_str().unwrap();
            assert_ended(&run(&mut command), 1, &[path, says, "again"]);
        }
        assert!(!folder.join("cairn.toml").exists());
    }
}

#[test]
fn a_place_to_go_on_from_that_is_none_is_explained() {
    let place = tempfile::tempdir().unwrap();
    for odd in ["", "5", "x:0", "1:-1"] {
        let ended = run(&mut care(
            &["scrub", "--from", odd],
            &[("--data", place.path())],
        ));
        assert_ended(&ended, 2, &["--from", "SEGMENT:OFFSET", odd]);
    }
}

/// What is damaged is copied, named, and named again by the next one.
#[test]
fn a_backup_tells_of_what_is_damaged_and_is_completed() {
    let place = tempfile::tempdir().unwrap();
    let [data, backup, sound, unread] =
        ["data", "backup", "sound", "unread"].map(|name| place.path().join(name));
    let server = Server::start(&mut command_with_root(&data));
    fill(&server);
    let mut client = Client::connect(server.address).unwrap();
    let other = Piece {
        seed: 2,
        bytes: 20_000,
    };
    let other = other.make();
    let put = client.send("PUT", "/bucket/other", &[], &other).unwrap();
    assert_eq!(put.status, 200);
    assert!(server.stop().status.success());
    let to = |folder: &Path, further: &[&str]| {
        let mut command = care(&["backup"], &[("--data", &data), ("--to", folder)]);
        run(command.args(further))
    };
    assert_ended(&to(&sound, &[]), 0, &[" looked at"]);
    // What was read once is read again where that is asked for, and mended from the store.
    spoil(&sound.join("segments"), &other[1000..1016]);
    assert_ended(&to(&sound, &[]), 0, &[" looked at"]);
    let rotten = to(&sound, &["--verify", "all"]);
    assert_ended(&rotten, 0, &["1 chunk of the backup before", " looked at"]);
    let again = to(&sound, &["--verify", "all"]);
    assert_ended(&again, 0, &[" looked at"]);
    assert!(
        !again.stdout.contains("the backup before"),
        "{}",
        again.stdout
    );
    spoil_a_body(&data.join("segments"));

    let says = [
        "does not match its checksum",
        "bucket/key",
        "1 damaged chunk",
    ];
    for _ in 0..2 {
        assert_ended(&to(&backup, &[]), 3, &says);
    }
    assert_ended(&to(&unread, &["--verify", "heads"]), 0, &[" looked at"]);
    // What was copied unread is read by the next one.
    assert_ended(&to(&unread, &[]), 3, &says);
    // A server does the same, and what it has copied is a store.
    let server = Server::start(&mut command_with_root(&data));
    let ended = to(&backup, &["--json"]);
    assert_ended(&ended, 3, &[r#""damaged_total":1"#, "bucket/key"]);
    assert!(server.stop().status.success());
    let server = Server::start(&mut command_with_root(&backup));
    let mut client = Client::connect(server.address).unwrap();
    assert!(client.get("/bucket/other").unwrap().body == other);
}

/// The script says little while all is well, and everything when a byte has rotted.
#[test]
fn the_script_for_backups_by_the_clock_reads_what_it_has_copied() {
    let place = tempfile::tempdir().unwrap();
    let (data, backups) = (place.path().join("data"), place.path().join("backups"));
    let server = Server::start(&mut command_with_root(&data));
    fill(&server);
    let bin = place.path().join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cairn"), bin.join("cairn")).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/cairn-backup");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let back_up = || {
        let mut command = cairn(&script);
        command.arg(&data).arg(&backups).env("PATH", &path);
        run(&mut command)
    };
    let ended = back_up();
    assert_ended(&ended, 0, &[" looked at"]);
    assert_eq!(ended.stdout.lines().count(), 1, "{}", ended.stdout);
    assert_eq!(ended.stderr, "");
    assert!(server.stop().status.success());

    spoil_a_body(&data.join("segments"));
    let generation = fs::read_dir(&backups).unwrap().next().unwrap().unwrap();
    fs::remove_dir_all(generation.path()).unwrap();
    let ended = back_up();
    assert_ended(
        &ended,
        3,
        &["does not match its checksum", "no good backup"],
    );
    assert_eq!(ended.stdout, "");
}

/// Some bytes of a small body, which lies in the log.
fn spoil(segments: &Path, body: &[u8]) {
    for entry in fs::read_dir(segments).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let is_log = path.extension().is_some_and(|it| it == "log");
        let found = bytes.windows(body.len()).position(|it| it == body);
        if let Some(at) = found.filter(|_| is_log) {
            let file = fs::OpenOptions::new().write(true).open(path).unwrap();
            return file.write_all_at(b"rotten", at as u64).unwrap();
        }
    }
    panic!("nothing to spoil in {}", segments.display());
}

/// Some bytes in the middle of the one body there is.
fn spoil_a_body(segments: &Path) {
    let names = fs::read_dir(segments).unwrap();
    let mut paths = names.map(|entry| entry.unwrap().path());
    let bulk = paths.find(|path| path.extension().is_some_and(|it| it == "bulk"));
    let file = fs::OpenOptions::new().write(true).open(bulk.unwrap());
    file.unwrap().write_all_at(b"rotten", 3 << 20).unwrap();
}
