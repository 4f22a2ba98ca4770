//! A store in a real folder loses power: the log is there, and of the index only what was synced.
//!
//! A generated history is played on files and RocksDB. At random moments, also in the middle of a
//! request, its folder is copied as a kill would leave it. In each copy the unsynced end of RocksDB's
//! newest write-ahead log is then cut, zeroed, flipped or replaced by noise at random places, as a
//! power cut may leave it. The engine must open it, bring the index up to date from its own log,
//! hold everything that was answered, and agree with its own recount.

mod live;
mod spoil;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use storage_engine::clock::ManualClock;
use storage_engine::ids::Timestamp;

use crate::crash::{Ended, alternatives, goes_on, matching, on_one_thread};
use crate::model::soaks;
use crate::operation::{Mix, Operation, TableWrite, histories};
use crate::print;
use crate::run::check;
use crate::seeds::{Kept, fixed_and_fresh, generated};
use crate::send::send;
use crate::settle::Verdict;
use crate::shrink::{SHRINK_MAX, smallest};
use crate::store::BEGIN;
use crate::survey::{Depth, compare};
use crate::world::World;
use live::Live;
use spoil::{Dice, spoil};

/// Copies that are spoiled of each copy of the live folder.
const IMAGES: u64 = 3;
/// Operations of a history: enough for several write-ahead logs.
const OPERATIONS: usize = 250;
/// One copy of the live folder in so many operations.
const COPY_EVERY: usize = 14;

/// How often a shorter history is tried before it counts as one that does not fail.
const ATTEMPTS: usize = 2;

/// What was made, so that a test that makes too little fails.
#[derive(Debug, Default)]
struct Made {
    images: u64,
    /// Copies of the live folder that were made while a request was under way.
    amid: u64,
    /// Images whose index had lost something that the log had to bring back.
    lost: u64,
    /// Times that RocksDB began a new write-ahead log.
    logs: u64,
}

/// A copy of the live folder, and what must be in it.
struct Copy {
    folder: PathBuf,
    /// What is durable of the newest write-ahead log.
    durable_bytes: u64,
    ended: Ended,
    /// How far the live index had come.
    applied: Option<bytes::Bytes>,
}

/// Plays a history and copies its folder now and then.
async fn play(
    operations: &[Operation],
    dice: &mut Dice,
    place: &Path,
    made: &mut Made,
) -> Result<Vec<Copy>, String> {
    let clock = Arc::new(ManualClock::default());
    clock.set(Timestamp(BEGIN));
    let live = Live::open(&place.join("live"), &clock)?;
    let engine = Arc::new(live.engine);
    let mut world = World::new(BEGIN);
    let mut copies = Vec::new();
    for operation in operations {
        if let Operation::Wait { seconds } = operation {
            world.oracle.now += u64::from(*seconds) * 1000;
            clock.set(Timestamp(world.oracle.now));
        }
        let before = world.oracle.clone();
        let Some(plan) = world.plan(operation) else {
            continue;
        };
        let wanted = dice.below(COPY_EVERY) == 0;
        let amid = wanted && dice.chance(60);
        let request = tokio::spawn({
            let engine = Arc::clone(&engine);
            async move { send(&engine, plan.request).await }
        });
        if amid {
            for _ in 0..dice.below(6) {
                tokio::task::yield_now().await;
            }
            // The committer goes on meanwhile; nothing else does.
            std::thread::sleep(std::time::Duration::from_micros(dice.below(3_000) as u64));
            let ended = Ended {
                instead: alternatives(&before, &world.oracle, &vec![operation.clone()], &[0]),
                world: world.clone(),
            };
            copies.push(copy(&live.index, place, copies.len(), ended)?);
            made.amid += 1;
        }
        let reply = request.await.map_err(|stopped| stopped.to_string())?;
        let wrong = |what| format!("{operation:?}: {what}");
        world.settle(plan.expected, reply).map_err(wrong)?;
        if wanted && !amid {
            let (world, instead) = (world.clone(), Vec::new());
            copies.push(copy(
                &live.index,
                place,
                copies.len(),
                Ended { world, instead },
            )?);
        }
    }
    made.logs += live.index.rotations();
    Ok(copies)
}

fn copy(index: &live::Watched, place: &Path, number: usize, ended: Ended) -> Result<Copy, String> {
    let folder = place.join(format!("copy {number}"));
    let (durable_bytes, applied) = live::copy(index, &place.join("live"), &folder)?;
    Ok(Copy {
        folder,
        durable_bytes,
        ended,
        applied,
    })
}

/// Opens one outcome of a power cut, and compares.
async fn try_image(copy: &Copy, image: &Path, number: u64) -> Result<bool, String> {
    let mut ended = copy.ended.clone();
    let clock = Arc::new(ManualClock::default());
    clock.set(Timestamp(ended.world.oracle.now));
    let opened = Live::open(image, &clock)?;
    let lost = opened.applied_at_open != copy.applied;
    matching(&opened.engine, &mut ended).await?;
    check(&opened.engine).await?;
    goes_on(&opened.engine, &mut ended, number).await?;
    let stopped = opened.engine.shutdown().await;
    stopped.map_err(|error| format!("shutdown: {error}"))?;
    drop(opened);
    let opened = Live::open(image, &clock)?;
    compare(&opened.engine, &mut ended.world.oracle, Depth::Bodies).await?;
    check(&opened.engine).await?;
    Ok(lost)
}

fn cut(seed: u64, operations: &[Operation], made: &mut Made) -> Verdict {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut dice = Dice::new(seed);
    let copies = on_one_thread(play(operations, &mut dice, place.path(), made))?;
    for copy in &copies {
        for number in 0..IMAGES {
            let image = place.path().join("image");
            live::copy_files(&copy.folder, &image).map_err(|error| error.to_string())?;
            let done = spoil(&mut dice, &image.join("index"), copy.durable_bytes);
            let done = done.map_err(|error| error.to_string())?;
            let within = |what| format!("{}, {done}: {what}", copy.folder.display());
            let lost = on_one_thread(try_image(copy, &image, number)).map_err(within)?;
            made.images += 1;
            made.lost += u64::from(lost);
            std::fs::remove_dir_all(&image).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// Rows enough for RocksDB to begin its second write-ahead log.
fn filling() -> Vec<Operation> {
    let write = |number: u8| TableWrite::PutRows {
        first: number % 4,
        second: (number + 1) % 4,
        value: 8,
    };
    let rows = (0..16).map(|number| Operation::Table {
        write: write(number),
        guard: None,
    });
    rows.collect()
}

/// Tells of a failing history what is left of it when it is made small.
fn fail(kept: &Kept, seed: u64, operations: Vec<Operation>, what: String) -> ! {
    let whole = operations.len();
    let fails = |operations: &[Operation]| {
        // The committer goes on while a folder is copied, so chance has a say.
        let mut attempts = (0..ATTEMPTS).map(|_| cut(seed, operations, &mut Made::default()));
        attempts.find_map(Result::err)
    };
    let until = Instant::now() + SHRINK_MAX;
    let (operations, what) = smallest(operations, what, until, fails);
    let what = format!("{} of {whole} operations: {what}", operations.len());
    let code = print::operations("Store::folder()", &operations);
    kept.fail(seed, &what, &code);
}

#[test]
fn a_power_cut_below_the_index_loses_nothing() {
    let kept = Kept::of("cut");
    let (fixed, fresh) = if soaks() { (10, 1_000) } else { (4, 1) };
    let mut made = Made::default();
    let strategy = histories(Mix::CUT, OPERATIONS);
    for seed in kept.seeds().chain(fixed_and_fresh(fixed, fresh)) {
        let mut operations = filling();
        operations.extend(generated(seed, &strategy));
        if let Err(what) = cut(seed, &operations, &mut made) {
            fail(&kept, seed, operations, what);
        }
    }
    println!("{made:?}");
    let wanted = (fixed + fresh) * 10;
    assert!(made.images >= wanted, "{wanted} images: {made:?}");
    assert!(made.lost * 3 > made.images, "images that lost: {made:?}");
    assert!(made.amid >= fixed + fresh, "copies amid requests: {made:?}");
    assert!(made.logs >= fixed + fresh, "new logs: {made:?}");
}
