//! libFuzzer over the target that `FUZZ_TARGET` names. `make fuzz` builds and runs it.

#![no_main]

use std::sync::LazyLock;

use cairn_fuzz::{Target, target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    target(&name).unwrap_or_else(|| panic!("FUZZ_TARGET={name}: there is no such target"))
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    (TARGET.run)(data);
});
