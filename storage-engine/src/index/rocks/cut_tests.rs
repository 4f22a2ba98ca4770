//! A power cut keeps a prefix of the batches.
//!
//! A history of batches is written, unsynced but for a flush now and then. From its folder images
//! are made as a power cut may leave them: the newest log loses or garbles any of its unsynced
//! end, and the manifest is an older one, so that tables that were just finished do not count yet
//! and several logs are replayed. Each image must open, hold exactly the first so many batches,
//! none less than what a flush promised, and take the missing ones again as the engine's replay
//! would.
//!
//! `CAIRN_SOAK=1` makes many more histories and images, different ones each time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::*;

const SECTOR_BYTES: usize = 512;

/// xorshift64*: the same images for the same seed.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.below(256) as u8).collect()
    }
}

type Rows = BTreeMap<Key, Bytes>;

fn options() -> RocksOptions {
    RocksOptions {
        cache_bytes: 1 << 20,
        memtable_bytes: 64 << 10,
    }
}

fn count_key() -> Key {
    Key::from_bytes(b"count".to_vec())
}

/// The batch with this number, counted from 1. Writes its number, so that each state differs.
fn batch_of(dice: &mut Dice, number: usize) -> Vec<RowChange> {
    let mut changes: Vec<RowChange> = (0..1 + dice.below(30))
        .map(|_| {
            let key = Key::from_bytes(format!("row {:03}", dice.below(500)).into_bytes());
            let longest = if dice.chance(2) { 20_000 } else { 300 };
            let len = 1 + dice.below(longest);
            let value = dice.chance(75).then(|| Bytes::from(dice.bytes(len)));
            (key, value)
        })
        .collect();
    let number = Bytes::copy_from_slice(&number.to_be_bytes());
    changes.push((count_key(), Some(number)));
    changes
}

fn state_after(batches: &[Vec<RowChange>]) -> Rows {
    let mut rows = Rows::new();
    for (key, value) in batches.iter().flatten() {
        match value {
            Some(value) => rows.insert(key.clone(), value.clone()),
            None => rows.remove(key),
        };
    }
    rows
}

/// Files of a live index whose name ends like this, by number.
fn files_of(folder: &Path, suffix: &str) -> BTreeMap<u64, PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
    let numbered = files.filter_map(|file| {
        let name = file.file_name()?.to_str()?.strip_suffix(suffix)?;
        Some((name.trim_start_matches("MANIFEST-").parse().ok()?, file))
    });
    numbered.collect()
}

fn len_of(file: &Path) -> usize {
    usize::try_from(fs::metadata(file).unwrap().len()).unwrap()
}

/// A store that was written to and stays open: nothing in its folder is ever removed.
struct History {
    index: RocksIndex,
    folder: tempfile::TempDir,
    batches: Vec<Vec<RowChange>>,
    /// Batches that are durable for certain.
    durable: usize,
    /// Bytes of the newest log that are durable for certain.
    durable_log_bytes: usize,
    /// Lengths the manifest has had.
    manifests: BTreeSet<usize>,
}

impl History {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let index = RocksIndex::open(folder.path(), &options()).unwrap();
        index
            .database
            .held()
            .unwrap()
            .database
            .disable_file_deletions()
            .unwrap();
        let mut history = History {
            index,
            folder,
            batches: Vec::new(),
            durable: 0,
            durable_log_bytes: 0,
            manifests: BTreeSet::new(),
        };
        history.note_manifest();
        history
    }

    fn write(&mut self, dice: &mut Dice, batches: usize) {
        for _ in 0..batches {
            let batch = batch_of(dice, self.batches.len() + 1);
            let (logs, rotations) = (self.logs().len() as u64, self.index.rotations());
            self.index.apply(&batch).unwrap();
            let rotated = self.index.rotations() - rotations;
            let new_logs = self.logs().len() as u64 - logs;
            assert_eq!(new_logs, rotated, "RocksDB changed the log by itself");
            if rotated > 0 {
                self.durable = self.batches.len();
                self.durable_log_bytes = 0;
            }
            self.batches.push(batch);
            if dice.chance(4) {
                self.index.flush().unwrap();
                self.durable = self.batches.len();
                self.durable_log_bytes = len_of(&self.newest_log());
            }
            self.note_manifest();
        }
    }

    fn logs(&self) -> BTreeMap<u64, PathBuf> {
        files_of(self.folder.path(), ".log")
    }

    fn newest_log(&self) -> PathBuf {
        self.logs().pop_last().expect("there always is a log").1
    }

    fn manifest(&self) -> PathBuf {
        let mut manifests = files_of(self.folder.path(), "");
        manifests.pop_last().expect("there always is a manifest").1
    }

    fn note_manifest(&mut self) {
        self.manifests.insert(len_of(&self.manifest()));
    }

    /// Writes one possible outcome of a power cut at this moment into `image`.
    fn cut(&self, dice: &mut Dice, image: &Path) {
        fs::create_dir(image).unwrap();
        let manifest = self.manifest();
        let manifest_bytes = *pick(dice, &self.manifests);
        let newest_log = self.newest_log();
        for file in fs::read_dir(self.folder.path()).unwrap() {
            let file = file.unwrap().path();
            let mut bytes = fs::read(&file).unwrap();
            if file == manifest {
                bytes.truncate(manifest_bytes);
            } else if file == newest_log {
                let ends = wal::batch_ends(&file);
                spoil(dice, &mut bytes, self.durable_log_bytes, &ends);
            }
            fs::write(image.join(file.file_name().unwrap()), bytes).unwrap();
        }
    }
}

/// Later ones more often: they are what a real crash meets.
fn pick<'a>(dice: &mut Dice, lengths: &'a BTreeSet<usize>) -> &'a usize {
    let back = dice.below(lengths.len()).min(dice.below(lengths.len()));
    lengths.iter().rev().nth(back).unwrap()
}

/// What becomes of a log whose first `durable` bytes only were synced. Every other time it begins
/// exactly behind a batch, of which `ends` are the ends.
fn spoil(dice: &mut Dice, bytes: &mut Vec<u8>, durable: usize, ends: &[u64]) {
    let len = bytes.len();
    let mut at = durable + dice.below(len - durable + 1);
    if dice.chance(50) {
        let end = ends.iter().map(|&end| end as usize).find(|&end| end >= at);
        at = end.unwrap_or(at);
    }
    match dice.below(6) {
        0 | 1 => bytes.truncate(at),
        2 => bytes[at..].fill(0),
        3 => {
            let garbage = dice.bytes(len - at);
            bytes[at..].copy_from_slice(&garbage);
        }
        4 => {
            let until = at + dice.below(len - at + 1);
            bytes[at..until].fill(0);
        }
        _ => drop_sectors(dice, bytes, durable),
    }
}

/// Any sector behind what was synced may not have reached the drive.
fn drop_sectors(dice: &mut Dice, bytes: &mut [u8], durable: usize) {
    for (number, sector) in bytes.chunks_mut(SECTOR_BYTES).enumerate() {
        let start = durable.saturating_sub(number * SECTOR_BYTES);
        if start < sector.len() && dice.chance(10) {
            sector[start..].fill(0);
        }
    }
}

fn rows_of(index: &RocksIndex) -> Rows {
    let mut rows = Rows::new();
    let range = Key::from_bytes(Vec::new())..Key::from_bytes(vec![0xff]);
    let mut visit = |key: &[u8], value: &[u8]| {
        rows.insert(Key::from_bytes(key.to_vec()), Bytes::copy_from_slice(value));
        Step::Next
    };
    index.walk(&range, &mut visit).unwrap();
    rows
}

/// Opens an image, checks it, and returns how many batches it kept.
fn check_image(history: &History, image: &Path) -> usize {
    let index = RocksIndex::open(image, &options()).unwrap();
    let rows = rows_of(&index);
    let kept = rows.get(&count_key()).map_or(0, |count| {
        usize::from_be_bytes(count.as_ref().try_into().unwrap())
    });
    let batches = &history.batches;
    assert!(
        kept >= history.durable,
        "kept {kept}, promised {}",
        history.durable
    );
    assert!(
        rows == state_after(&batches[..kept]),
        "no prefix of the batches, ends with {kept}"
    );
    for batch in &batches[kept..] {
        index.apply(batch).unwrap();
    }
    drop(index);
    let index = RocksIndex::open(image, &options()).unwrap();
    assert!(
        rows_of(&index) == state_after(batches),
        "replay from {kept} failed"
    );
    kept
}

/// What the images of a run were like, so that a run that tests nothing fails.
#[derive(Debug, Default)]
struct Seen {
    whole: usize,
    shortened: usize,
    rotations: u64,
}

fn run(seed: u64, rounds: usize, images: usize, seen: &mut Seen) {
    let mut dice = Dice::new(seed);
    let mut history = History::open();
    let place = tempfile::tempdir().unwrap();
    for round in 0..rounds {
        let batches = 20 + dice.below(60);
        history.write(&mut dice, batches);
        for number in 0..images {
            let image = place.path().join(format!("{round} {number}"));
            history.cut(&mut dice, &image);
            match check_image(&history, &image) == history.batches.len() {
                true => seen.whole += 1,
                false => seen.shortened += 1,
            }
            fs::remove_dir_all(&image).unwrap();
        }
    }
    seen.rotations += history.index.rotations();
}

#[test]
fn a_power_cut_keeps_a_prefix() {
    let soak = std::env::var_os("CAIRN_SOAK").is_some_and(|value| value == "1");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let (first_seed, runs, rounds, images) = match soak {
        true => (now.as_secs(), 20, 10, 10),
        false => (1, 2, 5, 3),
    };
    let mut seen = Seen::default();
    for seed in (first_seed..).take(runs) {
        println!("seed {seed}");
        run(seed, rounds, images, &mut seen);
    }
    println!("{seen:?}");
    assert!(seen.shortened > 0, "no image lost anything");
    assert!(
        seen.rotations >= 3 * runs as u64,
        "the log hardly ever changed"
    );
}
