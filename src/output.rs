//! What commands show.

use std::io::{self, Write};

pub(crate) fn say(text: &str) {
    // If nobody listens there is nobody to tell; the exit code tells all the same.
    let _ = io::stdout().lock().write_all(text.as_bytes());
}
