//! What the fuzzer needs beside the public items of this crate.

use crate::model::Seconds;
use crate::sts;

/// Looks at a web identity token as somebody sends it who is not known yet. True if one of the keys
/// has signed it and it holds at that time.
pub fn web_identity(token: &str, key_set: &str, now: Seconds) -> bool {
    sts::fuzz_token(token, key_set, now)
}
