//! Every target over its corpus: what the fuzzer found once is looked at in each test run.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use cairn_fuzz::TARGETS;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

#[test]
fn no_input_of_the_corpus_breaks_a_promise() {
    let mut broken = Vec::new();
    for target in TARGETS {
        let folder = corpus().join(target.name);
        let mut decoded = Vec::new();
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            let input = fs::read(&path).unwrap();
            match catch_unwind(|| (target.run)(&input)) {
                Ok(is_valid) => decoded.push(is_valid),
                Err(_) => broken.push(path),
            }
        }
        // Otherwise it would say nothing of one side.
        let has_both = decoded.contains(&true) && decoded.contains(&false);
        assert!(has_both, "{}: all inputs decode, or none", target.name);
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_corpus_belongs_to_a_target() {
    for entry in fs::read_dir(corpus()).unwrap() {
        let name = entry.unwrap().file_name();
        let name = name.to_str().unwrap();
        assert!(
            cairn_fuzz::target(name).is_some(),
            "nothing reads corpus/{name}"
        );
    }
}
