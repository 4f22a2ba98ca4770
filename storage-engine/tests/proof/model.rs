//! Generated histories against the oracle, on every kind of store.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::operation::{Mix, histories};
use crate::run::{history, on_runtime};
use crate::store::Store;

/// More of everything, for hours.
pub fn soaks() -> bool {
    std::env::var_os("CAIRN_SOAK").is_some()
}

fn cases(usual: u32, soak: u32) -> u32 {
    let wanted = std::env::var("CAIRN_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    wanted.unwrap_or(if soaks() { soak } else { usual })
}

fn check(cases: u32, len: usize, store: impl Fn(u64) -> Store) {
    let config = Config {
        cases,
        max_shrink_iters: 4_000,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(
        &(histories(Mix::MODEL, len), any::<u64>()),
        |(operations, seed)| {
            on_runtime(history(store(seed), &operations)).map_err(TestCaseError::fail)
        },
    );
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[test]
fn the_store_in_memory_is_what_the_oracle_says() {
    check(cases(400, 100_000), 70, |_| Store::Memory);
}

#[test]
fn the_store_on_a_simulated_disk_is_what_the_oracle_says() {
    check(cases(300, 100_000), 70, Store::sim);
}

#[test]
fn the_store_in_a_folder_is_what_the_oracle_says() {
    check(cases(20, 5_000), 60, |_| Store::folder());
}
