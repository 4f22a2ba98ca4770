//! Writes an answer document into one growing buffer.

use super::NAMESPACE;
use crate::date::push_iso8601;
use bytes::Bytes;
use std::io::Write as _;
use std::time::SystemTime;
use storage_engine::hash::ETag;

/// A document under construction. [`Writer::element`] closes what it opens, so that a document
/// is balanced by construction.
#[derive(Debug)]
pub(crate) struct Writer {
    out: Vec<u8>,
    root: &'static str,
}

/// Elements that are to stand in a document.
#[derive(Debug, Default)]
pub(crate) struct Fragment(Vec<u8>);

pub(crate) const DECLARATION: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

impl Writer {
    /// Starts a document whose root has the S3 namespace.
    pub(crate) fn document(root: &'static str) -> Self {
        Self::with_capacity(root, 512)
    }

    /// The same for a document that will be about that long.
    pub(crate) fn with_capacity(root: &'static str, bytes: usize) -> Self {
        let mut writer = Self {
            out: Vec::with_capacity(bytes),
            root,
        };
        writer.out.extend_from_slice(DECLARATION);
        writer.push(&["<", root, " xmlns=\"", NAMESPACE, "\">"]);
        writer
    }

    /// Starts a document whose root has another namespace.
    pub(crate) fn in_namespace(root: &'static str, namespace: &'static str) -> Self {
        let mut writer = Self {
            out: Vec::with_capacity(512),
            root,
        };
        writer.out.extend_from_slice(DECLARATION);
        writer.push(&["<", root, " xmlns=\"", namespace, "\">"]);
        writer
    }

    /// Elements without a document around them.
    pub(crate) fn fragment(write: impl FnOnce(&mut Self)) -> Fragment {
        let mut writer = Self {
            out: Vec::with_capacity(512),
            root: "",
        };
        write(&mut writer);
        Fragment(writer.out)
    }

    /// Elements that were written before.
    pub(crate) fn insert(&mut self, fragment: &Fragment) {
        self.out.extend_from_slice(&fragment.0);
    }

    /// Starts an error document, which has no namespace.
    pub(crate) fn error_document() -> Self {
        Self::without_namespace("Error")
    }

    /// The same for the few other documents that have none.
    pub(crate) fn without_namespace(root: &'static str) -> Self {
        let mut writer = Self {
            out: Vec::with_capacity(512),
            root,
        };
        writer.out.extend_from_slice(DECLARATION);
        writer.push(&["<", root, ">"]);
        writer
    }

    /// Closes the root.
    pub(crate) fn finish(mut self) -> Bytes {
        self.close(self.root);
        self.out.into()
    }

    /// An element with others inside.
    #[inline]
    pub(crate) fn element(&mut self, name: &'static str, inside: impl FnOnce(&mut Self)) {
        self.open(name);
        inside(self);
        self.close(name);
    }

    /// An element with text inside.
    #[inline]
    pub(crate) fn text(&mut self, name: &'static str, value: &str) {
        self.raw_text(name, value.as_bytes());
    }

    /// An element with bytes inside that may not be UTF-8; what is not is shown as U+FFFD.
    #[inline]
    pub(crate) fn bytes(&mut self, name: &'static str, value: &[u8]) {
        match std::str::from_utf8(value) {
            Ok(_) => self.raw_text(name, value),
            Err(_) => self.raw_text(name, String::from_utf8_lossy(value).as_bytes()),
        }
    }

    #[inline]
    pub(crate) fn number(&mut self, name: &'static str, value: u64) {
        self.plain(name, itoa::Buffer::new().format(value).as_bytes());
    }

    pub(crate) fn boolean(&mut self, name: &'static str, value: bool) {
        self.plain(name, if value { b"true" } else { b"false" });
    }

    #[inline]
    pub(crate) fn time(&mut self, name: &'static str, value: SystemTime) {
        self.open(name);
        push_iso8601(&mut self.out, value);
        self.close(name);
    }

    /// An element with an entity tag, which is quoted everywhere and has nothing to escape.
    #[inline]
    pub(crate) fn etag(&mut self, name: &'static str, tag: &ETag) {
        self.open(name);
        // Writing to memory cannot fail.
        let _ = write!(self.out, "&quot;{tag}&quot;");
        self.close(name);
    }

    /// An element that says which kind it is, as grantees do.
    pub(crate) fn typed(&mut self, name: &'static str, kind: &str, inside: impl FnOnce(&mut Self)) {
        let instance = "http://www.w3.org/2001/XMLSchema-instance";
        self.push(&[
            "<",
            name,
            " xmlns:xsi=\"",
            instance,
            "\" xsi:type=\"",
            kind,
            "\">",
        ]);
        inside(self);
        self.close(name);
    }

    /// Text directly inside the element that is open.
    pub(crate) fn content(&mut self, value: &str) {
        push_escaped(&mut self.out, value.as_bytes());
    }

    #[inline]
    fn raw_text(&mut self, name: &'static str, value: &[u8]) {
        self.open(name);
        push_escaped(&mut self.out, value);
        self.close(name);
    }

    #[inline]
    fn plain(&mut self, name: &'static str, value: &[u8]) {
        self.open(name);
        self.out.extend_from_slice(value);
        self.close(name);
    }

    // Names are known where the calls stand: inlined, they are copied as constants, and a page of a
    // thousand entries has sixteen thousand of them.
    #[inline]
    fn open(&mut self, name: &'static str) {
        self.push(&["<", name, ">"]);
    }

    #[inline]
    fn close(&mut self, name: &'static str) {
        self.push(&["</", name, ">"]);
    }

    #[inline]
    fn push(&mut self, pieces: &[&str]) {
        for piece in pieces {
            self.out.extend_from_slice(piece.as_bytes());
        }
    }
}

/// Escapes markup, and writes control characters as references the way Amazon does: XML 1.0
/// cannot hold most of them, but a key can.
fn push_escaped(out: &mut Vec<u8>, value: &[u8]) {
    let mut rest = value;
    // Nearly everything needs none. All bytes are looked at, which the compiler does many at a time.
    if !value
        .iter()
        .fold(false, |any, &byte| any | needs_escape(byte))
    {
        return out.extend_from_slice(value);
    }
    while let Some(at) = rest.iter().position(|&byte| needs_escape(byte)) {
        out.extend_from_slice(&rest[..at]);
        match rest[at] {
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            control => out.extend_from_slice(format!("&#x{control:x};").as_bytes()),
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

const fn needs_escape(byte: u8) -> bool {
    let is_markup = (byte == b'<') | (byte == b'>') | (byte == b'&') | (byte == b'"');
    let is_control = (byte < 0x20) & (byte != b'\n') & (byte != b'\t');
    is_markup | is_control
}

#[cfg(test)]
mod tests;
