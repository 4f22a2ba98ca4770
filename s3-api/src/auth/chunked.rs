//! Signatures inside a body: each chunk's continues the one before it.

use crate::encoding::push_hex;
use ring::{digest, hmac};
use std::fmt;
use std::sync::Arc;

/// SHA-256 of nothing.
pub(crate) const EMPTY_SHA256: &str =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Checks the chain of signatures, beginning with the request's own.
pub(crate) struct ChunkSigner {
    key: Arc<hmac::Key>,
    /// Time and scope as they stand in every string to sign.
    context: String,
    previous: [u8; 32],
    chunk: digest::Context,
}

impl fmt::Debug for ChunkSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkSigner")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

impl ChunkSigner {
    pub(crate) fn new(key: Arc<hmac::Key>, time: &str, scope: &str, seed: [u8; 32]) -> Self {
        let context = format!("{time}\n{scope}\n");
        let chunk = digest::Context::new(&digest::SHA256);
        Self {
            key,
            context,
            previous: seed,
            chunk,
        }
    }

    /// Takes in bytes of the current chunk.
    pub(crate) fn update(&mut self, data: &[u8]) {
        self.chunk.update(data);
    }

    /// Ends the chunk; false if this is not its signature.
    #[must_use]
    pub(crate) fn end_chunk(&mut self, signature: [u8; 32]) -> bool {
        let next = digest::Context::new(&digest::SHA256);
        let chunk = std::mem::replace(&mut self.chunk, next).finish();
        let mut text = self.string_to_sign("AWS4-HMAC-SHA256-PAYLOAD\n");
        text.extend_from_slice(EMPTY_SHA256.as_bytes());
        text.push(b'\n');
        push_digest(&mut text, &chunk);
        self.check(&text, signature)
    }

    /// Checks the trailer, given as `name:value\n` lines.
    #[must_use]
    pub(crate) fn end_trailer(&mut self, lines: &[u8], signature: [u8; 32]) -> bool {
        let mut text = self.string_to_sign("AWS4-HMAC-SHA256-TRAILER\n");
        push_digest(&mut text, &digest::digest(&digest::SHA256, lines));
        self.check(&text, signature)
    }

    fn string_to_sign(&self, algorithm: &str) -> Vec<u8> {
        let mut text = Vec::with_capacity(320);
        text.extend_from_slice(algorithm.as_bytes());
        text.extend_from_slice(self.context.as_bytes());
        push_hex(&mut text, &self.previous);
        text.push(b'\n');
        text
    }

    fn check(&mut self, text: &[u8], signature: [u8; 32]) -> bool {
        self.previous = signature;
        hmac::verify(&self.key, text, &signature).is_ok()
    }
}

fn push_digest(out: &mut Vec<u8>, digest: &digest::Digest) {
    // SHA-256 has 32 bytes; another length could only come from another algorithm.
    if let Ok(digest) = digest.as_ref().try_into() {
        push_hex(out, digest);
    }
}

#[cfg(test)]
mod tests;
