//! The real binary, killed with SIGKILL again and again while clients change everything at once:
//! whatever they were told is there after the next start, byte for byte.
//!
//! A killed process loses what it had not yet handed to the kernel, not what was unsynced: losing
//! that too is what the simulated disk is for.

#![allow(clippy::unwrap_used)]

mod support;
#[path = "crash_kill/verify.rs"]
mod verify;
#[path = "crash_kill/worker.rs"]
mod worker;

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use storage_engine::{CheckOptions, EngineConfig, check_folder, unwatched};
use support::client::Client;
use support::content::Dice;
use support::ledger::Ledger;
use support::process::Process;
use support::server::{Server, command_with_root};
use verify::verify;
use worker::Worker;

const WORKERS: u64 = 8;
/// One folder lives through this many kills.
const KILLS_OF_A_LIFE: u32 = 20;
const SOAK_LIVES: u64 = 25;
/// Every so many kills, the start that follows is itself killed before it is done.
const KILLS_PER_KILLED_START: u32 = 4;
const KILLED_START_MS_MAX: u64 = 150;
const LOAD_MS: std::ops::Range<u64> = 100..900;
/// A start takes a fraction of a second; the rest is room for a busy machine.
const START_MAX: Duration = Duration::from_secs(30);

/// Objects of this bucket are each changed by one client only.
const OWN: &str = "own";
/// Objects of this one are changed by all clients at once, and keep their old versions.
const SHARED: &str = "shared";

#[test]
fn a_killed_server_has_everything_it_acknowledged() {
    live(1);
}

#[test]
#[ignore = "soak: 500 kills take a quarter of an hour"]
fn a_server_killed_500_times_has_everything_it_acknowledged() {
    for seed in 1..=SOAK_LIVES {
        live(seed);
    }
}

/// What the clients of one life have in common.
struct World {
    ledger: Ledger,
    /// Set before the server is killed: from then on, connections may break.
    killed: AtomicBool,
}

/// One data folder from its first start through all its kills.
fn live(seed: u64) {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let world = World {
        ledger: Ledger::default(),
        killed: AtomicBool::new(false),
    };
    let mut dice = Dice(seed);
    let mut workers: Vec<Worker> = (0..WORKERS).map(|n| Worker::new(seed, n)).collect();
    make_buckets(Server::start(&mut command_with_root(&data)));
    let (mut told, mut in_flight) = (0, 0);
    for kill in 1..=KILLS_OF_A_LIFE {
        if kill % KILLS_PER_KILLED_START == 0 {
            let pause = Duration::from_millis(dice.below(KILLED_START_MS_MAX));
            kill_while_it_starts(&mut command_with_root(&data), pause);
        }
        let (server, took) = start(&data);
        let found = verify(&server, &world.ledger, &workers);
        let pause = dice.below(LOAD_MS.end - LOAD_MS.start) + LOAD_MS.start;
        let acknowledged = load_and_kill(server, &world, &mut workers, pause);
        println!(
            "life {seed}, kill {kill}: started in {took:.2?}; {found}; then \
             {acknowledged} acknowledged in {pause} ms"
        );
        told += acknowledged;
        in_flight += found.untold;
    }
    // A busy machine may do nothing at all between a start and the next kill, but not always.
    assert!(told > u64::from(KILLS_OF_A_LIFE), "the load does nothing");
    assert!(
        in_flight > 0,
        "no kill came between a change and its answer"
    );
    assert_whole(&data);
    let (server, took) = start(&data);
    let found = verify(&server, &world.ledger, &workers);
    println!("life {seed}, at the end: started in {took:.2?}; {found}");
    let ended = server.stop();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_whole(&data);
}

fn make_buckets(server: Server) {
    let mut client = Client::connect(server.address).unwrap();
    let versioning: &[u8] = b"<VersioningConfiguration><Status>Enabled</Status>\
        </VersioningConfiguration>";
    for (path, body) in [
        ("/own", &b""[..]),
        ("/shared", b""),
        ("/shared?versioning", versioning),
    ] {
        let reply = client.send("PUT", path, &[], body).unwrap();
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
    }
    server.kill();
}

fn start(data: &Path) -> (Server, Duration) {
    let started = Instant::now();
    let server = Server::start(&mut command_with_root(data));
    let took = started.elapsed();
    assert!(took < START_MAX, "it took {took:?} to start");
    (server, took)
}

/// Recovery must bear being cut short, too.
fn kill_while_it_starts(command: &mut Command, pause: Duration) {
    let process = Process::start(command);
    thread::sleep(pause);
    process.kill();
}

/// Returns how many changes were acknowledged.
fn load_and_kill(server: Server, world: &World, workers: &mut [Worker], pause_ms: u64) -> u64 {
    let address = server.address;
    world.killed.store(false, Ordering::SeqCst);
    thread::scope(|scope| {
        let running: Vec<_> = workers
            .iter_mut()
            .map(|worker| scope.spawn(move || worker.work_until_killed(address, world)))
            .collect();
        thread::sleep(Duration::from_millis(pause_ms));
        world.killed.store(true, Ordering::SeqCst);
        server.kill();
        running
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .sum()
    })
}

fn assert_whole(data: &Path) {
    let options = CheckOptions {
        read_data: true,
        ..CheckOptions::default()
    };
    let report = check_folder(&EngineConfig::new(data), options, &mut unwatched).unwrap();
    assert!(report.rows > 0 && report.chunks > 0, "{report:?}");
    assert_eq!(report.problems_total, 0, "{:#?}", report.problems);
}
