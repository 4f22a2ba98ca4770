//! The server on drives that are full, read-only, or become so: it says so, goes on with what can
//! be done, and has lost nothing when the drive is well again.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use support::FOREVER;
use support::client::{Client, Reply};
use support::content::{Content, Piece};
use support::drive::Drive;
use support::process::Ended;
use support::server::{Server, cairn, command_with_root, run};

const MIB: usize = 1 << 20;
/// More than any drive here holds.
const OBJECTS_MAX: u64 = 200;

/// A data folder on a drive of its own, and what the server said is in it.
struct Store {
    drive: Drive,
    acknowledged: BTreeMap<String, Piece>,
}

impl Store {
    fn on(drive: Drive) -> Store {
        Store {
            drive,
            acknowledged: BTreeMap::new(),
        }
    }

    fn folder(&self) -> PathBuf {
        self.drive.path().join("data")
    }

    fn start(&self) -> Server {
        Server::start(&mut self.drive.inside(&command_with_root(&self.folder())))
    }

    /// A start that is expected to be refused.
    fn refused_start(&self) -> Ended {
        run(&mut self.drive.inside(&command_with_root(&self.folder())))
    }

    fn put(&mut self, server: &Server, key: &str, piece: Piece) -> Reply {
        let reply = send(server, "PUT", key, &piece.make());
        if reply.status == 200 {
            self.acknowledged.insert(key.to_owned(), piece);
        }
        reply
    }

    fn delete(&mut self, server: &Server, key: &str) {
        let reply = send(server, "DELETE", key, b"");
        assert_eq!(reply.status, 204, "{}", text(&reply));
        self.acknowledged.remove(key);
    }

    /// Everything that was acknowledged is there, byte for byte.
    fn verify(&self, server: &Server) {
        for (key, piece) in &self.acknowledged {
            let reply = send(server, "GET", key, b"");
            assert_eq!(reply.status, 200, "{key}: {}", text(&reply));
            assert!(Content(vec![*piece]).is(&reply.body), "{key} has changed");
        }
    }

    /// Killed, started again, looked through, and checked while nothing runs on it.
    fn is_whole_after_a_kill_of(&self, server: Server) {
        server.kill();
        let server = self.start();
        self.verify(&server);
        let ended = server.stop();
        assert!(ended.status.success(), "{}", ended.stderr);
        let ended = self.care("check", &["--read-data"]);
        assert_eq!(ended.status.code(), Some(0), "{}", ended.stdout);
    }

    fn care(&self, what: &str, arguments: &[&str]) -> Ended {
        let mut command = cairn(Path::new(env!("CARGO_BIN_EXE_cairn")));
        command.args([what, "--data"]).arg(self.folder());
        run(&mut self.drive.inside(command.args(arguments)))
    }
}

/// On a connection of its own: after an early refusal a connection ends.
fn send(server: &Server, method: &str, key: &str, body: &[u8]) -> Reply {
    let mut client = Client::connect(server.address).unwrap();
    let path = format!("/bucket/{key}");
    let path = path.trim_end_matches('/');
    client.send(method, path, &[], body).unwrap()
}

fn make_bucket(server: &Server) {
    assert_eq!(send(server, "PUT", "", b"").status, 200);
}

fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body).into_owned()
}

fn assert_storage_full(reply: &Reply) {
    let text = text(reply);
    assert_eq!(reply.status, 507, "{text}");
    assert!(text.contains("<Code>StorageFull</Code>"), "{text}");
}

fn assert_refused(ended: &Ended, says: &[&str]) {
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    for text in says {
        assert!(said.contains(text), "no {text:?} in {said}");
    }
    assert!(!said.contains("panic"), "{said}");
}

/// The server looks at the drive from time to time: what fits into files it has may be taken until
/// then.
fn until_refused(mut put: impl FnMut() -> Reply) -> Reply {
    let started = Instant::now();
    loop {
        let reply = put();
        if reply.status != 200 || started.elapsed() > Duration::from_secs(20) {
            return reply;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Repeats an upload until it is taken.
fn until_taken(mut put: impl FnMut() -> Reply) -> Duration {
    let started = Instant::now();
    loop {
        let reply = put();
        if reply.status == 200 {
            return started.elapsed();
        }
        assert_storage_full(&reply);
        assert!(started.elapsed() < FOREVER, "room does not come back");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_full_drive_refuses_uploads_and_recovers_by_itself() {
    // With what the server keeps free by default, and a few segments beside it.
    let drive = match Drive::in_memory("size=1400m") {
        Ok(drive) => drive,
        Err(refused) => return refused.skip("a full drive"),
    };
    let mut store = Store::on(drive);
    let server = store.start();
    make_bucket(&server);
    let mut number = 0;
    let refused = loop {
        let piece = piece(number, 8 * MIB);
        let reply = store.put(&server, &key(number), piece);
        if reply.status != 200 {
            break reply;
        }
        number += 1;
        assert!(number < OBJECTS_MAX, "the drive is larger than asked for");
    };
    assert_storage_full(&refused);
    assert!(number >= 16, "full after {number} objects");
    store.verify(&server);
    // Every second one: no segment is empty afterwards, room comes back by moving what is left.
    for number in (0..number).step_by(2) {
        store.delete(&server, &key(number));
    }
    for again in 0..number / 4 {
        let key = format!("again-{again}");
        until_taken(|| store.put(&server, &key, piece(again, 8 * MIB)));
    }
    store.verify(&server);
    store.is_whole_after_a_kill_of(server);
}

#[test]
fn a_full_inode_table_refuses_uploads_and_recovers_by_itself() {
    let drive = match Drive::in_memory("size=1g,nr_inodes=500") {
        Ok(drive) => drive,
        Err(refused) => return refused.skip("a full inode table"),
    };
    let mut store = Store::on(drive);
    let server = store.start();
    make_bucket(&server);
    let small = store.put(&server, "small", piece(1, 4096));
    assert_eq!(small.status, 200, "{}", text(&small));
    let others = store.drive.seen_from_outside().join("others");
    fs::create_dir(&others).unwrap();
    let taken = (0..500).map_while(|n| fs::File::create(others.join(n.to_string())).ok());
    assert!(taken.count() < 500);

    // Needs a segment that is not there yet.
    let large = store.put(&server, "large", piece(2, MIB));
    assert_storage_full(&large);
    store.verify(&server);
    store.delete(&server, "small");
    fs::remove_dir_all(&others).unwrap();
    until_taken(|| store.put(&server, "large", piece(2, MIB)));
    store.is_whole_after_a_kill_of(server);
}

#[test]
fn a_drive_that_others_fill_to_the_last_byte_loses_nothing() {
    let drive = match Drive::in_memory("size=1200m") {
        Ok(drive) => drive,
        Err(refused) => return refused.skip("a drive without a free byte"),
    };
    let mut store = Store::on(drive);
    let server = store.start();
    make_bucket(&server);
    for number in 0..8 {
        store.put(&server, &key(number), piece(number, MIB));
    }
    let other = store.drive.seen_from_outside().join("other");
    fill(&other);
    for bytes in [MIB, 4096] {
        let put = || store.put(&server, "refused", piece(9, bytes));
        assert_storage_full(&until_refused(put));
    }
    store.verify(&server);
    store.delete(&server, &key(0));
    assert!(server.stop().status.success());
    // A start needs room for its log.
    let folder = store.folder();
    let says = [folder.to_str().unwrap(), "no space", "make room"];
    assert_refused(&store.refused_start(), &says);
    fs::remove_file(&other).unwrap();
    let server = store.start();
    until_taken(|| store.put(&server, "later", piece(10, MIB)));
    store.is_whole_after_a_kill_of(server);
}

#[test]
fn a_read_only_drive_is_refused_and_named() {
    let drive = match Drive::in_memory("size=900m") {
        Ok(drive) => drive,
        Err(refused) => return refused.skip("a read-only drive"),
    };
    let mut store = Store::on(drive);
    let server = store.start();
    make_bucket(&server);
    store.put(&server, "key", piece(1, MIB));
    assert!(server.stop().status.success());

    store.drive.shell("mount -o remount,ro \"$1\"");
    let folder = store.folder();
    let says = [folder.to_str().unwrap(), "read-only", "remount,rw"];
    assert_refused(&store.refused_start(), &says);
    for (what, arguments) in [
        ("check", vec![]),
        ("scrub", vec![]),
        ("backup", vec!["--to", "/nonexistent/backup"]),
    ] {
        assert_refused(&store.care(what, &arguments), &says);
    }
    let missing = store.drive.path().join("missing");
    let ended = run(&mut store.drive.inside(&command_with_root(&missing)));
    assert_refused(&ended, &[missing.to_str().unwrap(), "read-only"]);

    store.drive.shell("mount -o remount,rw \"$1\"");
    let server = store.start();
    store.verify(&server);
    store.is_whole_after_a_kill_of(server);
}

#[test]
fn a_drive_that_becomes_read_only_stops_the_server_and_loses_nothing() {
    let drive = match Drive::ext4("1200M") {
        Ok(drive) => drive,
        Err(refused) => return refused.skip("a drive that becomes read-only"),
    };
    let mut store = Store::on(drive);
    let server = store.start();
    make_bucket(&server);
    for number in 0..8 {
        store.put(&server, &key(number), piece(number, MIB));
        store.put(&server, &format!("small-{number}"), piece(number, 4096));
    }
    // As after an error of the drive, with `errors=remount-ro`, as most systems have it.
    store
        .drive
        .shell("echo 1 > /sys/fs/ext4/$(basename $(findmnt -n -o SOURCE \"$1\"))/trigger_fs_error");
    // Noticed within a second also when nobody writes; an answer may be cut off by the end.
    let refused = Client::connect(server.address)
        .and_then(|mut client| client.send("PUT", "/bucket/refused", &[], b"body"));
    assert!(refused.is_err() || refused.unwrap().status == 503);
    let ended = server.wait();
    assert_refused(&ended, &["the store has stopped", "start again"]);
    let folder = store.folder();
    let says = [folder.to_str().unwrap(), "read-only"];
    assert_refused(&store.refused_start(), &says);

    store.drive.shell(
        "umount \"$1\"; e2fsck -fy \"$1.image\" >&2 || [ $? = 1 ]; \
         mount -o loop,errors=remount-ro \"$1.image\" \"$1\"",
    );
    let server = store.start();
    store.verify(&server);
    store.is_whole_after_a_kill_of(server);
}

fn key(number: u64) -> String {
    format!("object-{number:03}")
}

fn piece(seed: u64, bytes: usize) -> Piece {
    Piece { seed, bytes }
}

/// Writes until nothing more is taken.
fn fill(path: &Path) {
    use std::io::Write;
    let mut file = fs::File::create(path).unwrap();
    for piece in [MIB, 4096] {
        let zeros = vec![0u8; piece];
        while file.write_all(&zeros).is_ok() {}
    }
}
