//! Which histories are tried: those that have failed once, a fixed set, and a few new ones.
//!
//! `seeds.txt` beside this file keeps what has failed: the name of the test, the seed, and what it
//! was. A failing test writes its line there by itself, and prints the history, made as short as it
//! gets, as a test to be pasted into `found.rs`. A seed means another history once the operations
//! change; the printed one stays.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// How long a failing history is made shorter, in milliseconds.
const SHRINK_MILLISECONDS_MAX: u32 = 60_000;

/// The seeds that one test keeps.
pub struct Kept {
    name: &'static str,
}

impl Kept {
    pub fn of(name: &'static str) -> Self {
        Kept { name }
    }

    /// Those that have failed before.
    pub fn seeds(&self) -> impl Iterator<Item = u64> + use<> {
        // There is nothing to keep where the sources are not at hand.
        let text = fs::read_to_string(file()).unwrap_or_default();
        seeds_in(&text, self.name).into_iter()
    }

    /// Keeps the seed and fails.
    pub fn fail(&self, seed: u64, what: &str, code: &str) -> ! {
        let name = self.name;
        if !self.seeds().any(|kept| kept == seed) {
            let first = what.lines().next().unwrap_or_default();
            let kept = OpenOptions::new().append(true).open(file());
            let kept = kept.and_then(|mut file| writeln!(file, "{name} {seed} # {first}"));
            match kept {
                Ok(()) => println!("seed {seed} is kept in {}", file().display()),
                Err(error) => println!("seed {seed} could not be kept: {error}"),
            }
        }
        panic!("{name}, seed {seed}: {what}\n\nTo be kept in found.rs:\n\n{code}");
    }
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/proof/seeds.txt")
}

fn seeds_in(text: &str, name: &str) -> Vec<u64> {
    let lines = text.lines().map(|line| line.split('#').next());
    let words = lines.map(|line| line.unwrap_or_default().split_whitespace());
    let seed = |mut words: std::str::SplitWhitespace<'_>| {
        let own = words.next()? == name;
        words.next()?.parse().ok().filter(|_| own)
    };
    words.filter_map(seed).collect()
}

/// A fixed set of seeds, then `fresh` ones that nobody has tried.
pub fn fixed_and_fresh(fixed: u64, fresh: u64) -> impl Iterator<Item = u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |now| {
        now.as_secs() << 20 | u64::from(now.subsec_micros())
    });
    let fresh = (0..fresh).map(move |number| now.wrapping_add(number << 32) | 1 << 63);
    (0..fixed).chain(fresh)
}

fn runner(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: 4_000,
        max_shrink_time: SHRINK_MILLISECONDS_MAX,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// What a seed means to a strategy.
pub fn generated<T>(seed: u64, strategy: impl Strategy<Value = T>) -> T {
    let tree = strategy.new_tree(&mut runner(seed));
    tree.expect("nothing is filtered").current()
}

/// Tries what a seed means; what fails is made as small as it gets.
pub fn try_one<S: Strategy>(
    seed: u64,
    strategy: &S,
    test: impl Fn(&S::Value) -> Result<(), String>,
) -> Result<(), (String, S::Value)> {
    use proptest::test_runner::{TestCaseError, TestError};
    let mut runner = runner(seed);
    let tree = strategy.new_tree(&mut runner).expect("nothing is filtered");
    let outcome = runner.run_one(tree, |value| test(&value).map_err(TestCaseError::fail));
    match outcome {
        Ok(_) => Ok(()),
        Err(TestError::Fail(reason, smallest)) => Err((reason.to_string(), smallest)),
        Err(TestError::Abort(reason)) => panic!("a test rejects nothing: {reason}"),
    }
}

#[test]
fn seeds_are_kept_by_name() {
    let text =
        "# what this is\nmodel 7 # lost a row\n\nother 8\nmodel 18446744073709551615\nmodel x\n";
    assert_eq!(seeds_in(text, "model"), [7, u64::MAX]);
    assert_eq!(seeds_in(text, "other"), [8]);
    assert_eq!(seeds_in(text, "mode"), []);
}

#[test]
fn fresh_seeds_differ_from_the_fixed_ones() {
    let seeds: std::collections::BTreeSet<u64> = fixed_and_fresh(10, 5).collect();
    assert_eq!(seeds.len(), 15);
    assert_eq!(seeds.iter().filter(|seed| **seed < 10).count(), 10);
}

#[test]
fn what_fails_is_made_small() {
    let strategy = proptest::collection::vec(0..100u8, 0..50);
    let long = |value: &Vec<u8>| match value.iter().filter(|n| **n > 50).count() {
        0..3 => Ok(()),
        many => Err(format!("{many} of them")),
    };
    let failed = (0..50).find_map(|seed| try_one(seed, &strategy, long).err());
    let (reason, smallest) = failed.expect("one of many has three large numbers");
    assert_eq!((reason.as_str(), smallest), ("3 of them", vec![51; 3]));
}
