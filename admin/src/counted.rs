//! How many of something, in a sentence.

/// `1 object`, `2 objects`: with a noun whose plural ends in s.
pub fn counted(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests;
