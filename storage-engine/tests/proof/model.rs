//! Generated histories against the oracle, on every kind of store.

use crate::operation::{Mix, histories};
use crate::print;
use crate::run::{history, on_runtime};
use crate::seeds::{Kept, fixed_and_fresh, try_one};
use crate::store::Store;

/// More of everything, for hours.
pub fn soaks() -> bool {
    std::env::var_os("CAIRN_SOAK").is_some()
}

/// How many histories: a fixed set, and so many new ones.
fn cases(fixed: u64, fresh: u64, soak: u64) -> (u64, u64) {
    let wanted = std::env::var("CAIRN_CASES");
    match wanted.ok().and_then(|cases| cases.parse().ok()) {
        Some(wanted) => (0, wanted),
        None if soaks() => (fixed, soak),
        None => (fixed, fresh),
    }
}

/// `code` is how the store is written down.
fn check(
    name: &'static str,
    (fixed, fresh): (u64, u64),
    len: usize,
    store: fn(u64) -> Store,
    code: fn(u64) -> String,
) {
    let kept = Kept::of(name);
    let strategy = histories(Mix::MODEL, len);
    for seed in kept.seeds().chain(fixed_and_fresh(fixed, fresh)) {
        let tried = try_one(seed, &strategy, |operations| {
            on_runtime(history(store(seed), operations))
        });
        if let Err((reason, smallest)) = tried {
            kept.fail(seed, &reason, &print::operations(&code(seed), &smallest));
        }
    }
}

#[test]
fn the_store_in_memory_is_what_the_oracle_says() {
    let code = |_| "Store::Memory".to_owned();
    check(
        "model-memory",
        cases(250, 50, 100_000),
        70,
        |_| Store::Memory,
        code,
    );
}

#[test]
fn the_store_on_a_simulated_disk_is_what_the_oracle_says() {
    let code = |seed| format!("Store::sim({seed})");
    check("model-sim", cases(200, 40, 100_000), 70, Store::sim, code);
}

#[test]
fn the_store_in_a_folder_is_what_the_oracle_says() {
    let code = |_| "Store::folder()".to_owned();
    check(
        "model-folder",
        cases(10, 5, 5_000),
        60,
        |_| Store::folder(),
        code,
    );
}
