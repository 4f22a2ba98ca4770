//! Encoded words of RFC 2047, in which S3 sends metadata that is not ASCII, and some clients theirs.

#[cfg(test)]
mod tests;

use base64_simd::STANDARD;
use std::borrow::Cow;

/// The text of a value; the value itself where it is anything but encoded words in UTF-8.
pub(crate) fn decoded(value: &str) -> Cow<'_, str> {
    match text(value) {
        Some(text) => Cow::Owned(text),
        None => Cow::Borrowed(value),
    }
}

/// Some encoders cut letters in two, so that a word of theirs alone is no text.
fn text(value: &str) -> Option<String> {
    let mut bytes = Vec::new();
    for word in value.split_ascii_whitespace() {
        let word = word.strip_prefix("=?")?.strip_suffix("?=")?;
        let (charset, word) = word.split_once('?')?;
        let (form, word) = word.split_once('?')?;
        if !charset.eq_ignore_ascii_case("utf-8") {
            return None;
        }
        match form {
            "B" | "b" => bytes.extend(STANDARD.decode_to_vec(word).ok()?),
            "Q" | "q" => push_quoted(word, &mut bytes)?,
            _ => return None,
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    // With characters in it that no header can have, it could be shown and not be sent back.
    let is_sendable = !text.is_empty() && !text.contains(char::is_control);
    is_sendable.then_some(text)
}

fn push_quoted(word: &str, bytes: &mut Vec<u8>) -> Option<()> {
    let mut rest = word.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'_' => b' ',
            b'=' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
            plain => plain,
        });
    }
    Some(())
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}
