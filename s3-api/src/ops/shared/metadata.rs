//! User metadata that is not ASCII, as Amazon has it.
//!
//! Metadata is text. A header is read as ISO 8859-1, which is what HTTP says of it; a field of a
//! form and a parameter of a presigned link are UTF-8. So text whose bytes a client has put into a
//! header as UTF-8 comes back encoded twice, with Amazon too. What is ASCII comes back as it came.

#[cfg(test)]
mod tests;

use base64_simd::STANDARD;
use http::HeaderValue;
use std::borrow::Cow;

/// An encoded word has 75 characters at most (RFC 2047, section 2): what is left beside
/// `=?UTF-8?B?` and `?=`.
const WORD_CHARACTERS_MAX: usize = 75 - 12;

/// The text of a header in UTF-8.
pub(crate) fn of_header(value: &[u8]) -> Vec<u8> {
    match value.is_ascii() {
        true => value.to_vec(),
        false => latin1(value).into_bytes(),
    }
}

/// Text as a header; none where it has letters that cannot be shown.
pub(crate) fn as_header(stored: &[u8]) -> Option<HeaderValue> {
    if stored.is_ascii() {
        return HeaderValue::from_bytes(stored).ok();
    }
    let text = match std::str::from_utf8(stored) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(latin1(stored)),
    };
    let is_shown = |letter: char| letter == '\t' || !letter.is_ascii_control();
    if !text.chars().all(is_shown) {
        return None;
    }
    HeaderValue::from_str(&encoded(&text)).ok()
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// For text that is mostly ASCII.
    Q,
    Base64,
}

/// In encoded words, made the way Amazon makes them: text that does not fit into one is cut in two
/// in the middle, and so on. Counted are the units of UTF-16.
fn encoded(text: &str) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let ascii = units.iter().filter(|&&unit| unit < 0x7f).count();
    let form = match ascii > units.len() - ascii {
        true => Form::Q,
        false => Form::Base64,
    };
    let mut words = Vec::new();
    push_words(&units, form, &mut words);
    words.join(" ")
}

fn push_words(units: &[u16], form: Form, words: &mut Vec<String>) {
    let text = String::from_utf16_lossy(units);
    let word = match form {
        Form::Q => q(&text),
        Form::Base64 => STANDARD.encode_to_string(&text),
    };
    if word.len() <= WORD_CHARACTERS_MAX || units.len() < 2 {
        let name = if form == Form::Q { 'Q' } else { 'B' };
        words.push(format!("=?UTF-8?{name}?{word}?="));
        return;
    }
    let mut middle = units.len() / 2;
    let is_pair_cut = (0xd800..0xdc00).contains(&units[middle - 1]);
    if is_pair_cut {
        middle -= 1;
    }
    push_words(&units[..middle], form, words);
    push_words(&units[middle..], form, words);
}

/// Spaces as `_`, and what is not plain as `=` and two digits.
fn q(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('_'),
            b'=' | b'_' | b'?' | ..0x20 | 0x7f.. => out.push_str(&format!("={byte:02X}")),
            plain => out.push(char::from(plain)),
        }
    }
    out
}
