//! The `aws-chunked` form of a body, as a push decoder over byte slices.
//!
//! ```text
//! 10000;chunk-signature=<64 hex>\r\n  <65536 bytes> \r\n
//! 0;chunk-signature=<64 hex>\r\n
//! x-amz-checksum-crc32:<base64>\r\n
//! x-amz-trailer-signature:<64 hex>\r\n
//! \r\n
//! ```
//!
//! The decoder knows framing only. It copies no payload, and what it gives does not depend on how
//! the input was cut into slices.

use crate::encoding::hex_digest;
use crate::limits::{
    CHUNK_BYTES_MAX, CHUNK_LINE_BYTES_MAX, TRAILER_LINE_BYTES_MAX, TRAILER_LINES_MAX,
};
use std::ops::Range;

/// What the body is expected to have beside data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Each chunk carries a signature, and so does the trailer.
    pub signed: bool,
    /// Lines may follow the last chunk.
    pub trailer: bool,
}

/// What came out of a step.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// Payload: this range of the slice that was given.
    Data(Range<usize>),
    /// A chunk is complete, the last one being empty. The signature is there if they are signed.
    ChunkEnd { signature: Option<[u8; 32]> },
    /// The trailer is complete; the signature is there if it had one.
    TrailerEnd { signature: Option<[u8; 32]> },
}

/// Why a body is not in this form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChunkedError {
    #[error("chunk header is longer than {CHUNK_LINE_BYTES_MAX} bytes")]
    LineTooLong,
    #[error("chunk size is not a hexadecimal number")]
    BadSize,
    #[error("chunk size is above {CHUNK_BYTES_MAX}")]
    ChunkTooLarge,
    #[error("chunk has no valid chunk-signature")]
    MissingSignature,
    #[error("chunk is longer than its size says")]
    BadChunkEnd,
    #[error("trailer line is longer than {TRAILER_LINE_BYTES_MAX} bytes")]
    TrailerLineTooLong,
    #[error("trailer has more than {TRAILER_LINES_MAX} lines")]
    TooManyTrailers,
    #[error("trailer line has no name and value")]
    BadTrailer,
    #[error("trailer has no valid x-amz-trailer-signature")]
    MissingTrailerSignature,
    #[error("bytes follow the end of the body")]
    Trailing,
    #[error("body ends in the middle of a chunk or trailer")]
    Truncated,
}

impl ChunkedError {
    /// Whether the trailer is at fault, which has an error code of its own.
    pub(crate) fn is_in_trailer(self) -> bool {
        matches!(
            self,
            Self::TrailerLineTooLong
                | Self::TooManyTrailers
                | Self::BadTrailer
                | Self::MissingTrailerSignature
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In the line that begins a chunk.
    Header,
    /// In a chunk, so many bytes before its end.
    Data(u64),
    /// Behind a chunk's data; `true` once its CR has come.
    DataEnd(bool),
    /// Behind the last chunk.
    Trailer,
    Done,
}

/// See the module.
#[derive(Debug)]
pub struct Decoder {
    form: Form,
    state: State,
    /// The line that is being read, bounded.
    line: Vec<u8>,
    /// Of the chunk that is being read.
    signature: Option<[u8; 32]>,
    trailers: Vec<(String, String)>,
    trailer_lines: usize,
    trailer_signature: Option<[u8; 32]>,
}

impl Decoder {
    pub fn new(form: Form) -> Self {
        Self {
            form,
            state: State::Header,
            line: Vec::new(),
            signature: None,
            trailers: Vec::new(),
            trailer_lines: 0,
            trailer_signature: None,
        }
    }

    /// Takes in bytes until something is to be told or all are used. Gives how many were used.
    pub fn step(&mut self, input: &[u8]) -> Result<(usize, Option<Event>), ChunkedError> {
        let mut used = 0;
        while used < input.len() {
            let (count, event) = self.advance(&input[used..])?;
            let event = event.map(|event| match event {
                Event::Data(range) => Event::Data(used + range.start..used + range.end),
                other => other,
            });
            used += count;
            if event.is_some() {
                return Ok((used, event));
            }
        }
        Ok((used, None))
    }

    /// The input has ended. Some clients leave out the empty line that ends a trailer.
    pub fn finish(&mut self) -> Result<Option<Event>, ChunkedError> {
        match self.state {
            State::Done => Ok(None),
            State::Trailer if self.line.is_empty() || self.line == b"\r" => {
                self.end_trailer().map(Some)
            }
            _ => Err(ChunkedError::Truncated),
        }
    }

    /// Name and value of each trailer line except the signature, names in lower case.
    pub fn trailers(&self) -> &[(String, String)] {
        &self.trailers
    }

    /// The trailer as it is signed.
    pub(crate) fn canonical_trailer(&self) -> Vec<u8> {
        let mut sorted: Vec<_> = self.trailers.iter().collect();
        sorted.sort();
        let lines = sorted
            .into_iter()
            .map(|(name, value)| format!("{name}:{value}\n"));
        lines.collect::<String>().into_bytes()
    }

    /// One state's worth; uses at least a byte.
    fn advance(&mut self, input: &[u8]) -> Result<(usize, Option<Event>), ChunkedError> {
        match self.state {
            State::Header => self.advance_header(input),
            State::Data(left) => Ok(self.advance_data(input, left)),
            State::DataEnd(cr) => self.advance_data_end(input[0], cr),
            State::Trailer => self.advance_trailer(input),
            // What a client sends behind its end is an empty line too much at most.
            State::Done if matches!(input[0], b'\r' | b'\n') => {
                self.trailer_lines += 1;
                if self.trailer_lines > 2 * TRAILER_LINES_MAX {
                    return Err(ChunkedError::Trailing);
                }
                Ok((1, None))
            }
            State::Done => Err(ChunkedError::Trailing),
        }
    }

    fn advance_header(&mut self, input: &[u8]) -> Result<(usize, Option<Event>), ChunkedError> {
        let (used, complete) = self.take_line(input, CHUNK_LINE_BYTES_MAX);
        let used = used.ok_or(ChunkedError::LineTooLong)?;
        if !complete {
            return Ok((used, None));
        }
        let line = std::mem::take(&mut self.line);
        let (size, signature) = parse_header(&line)?;
        if self.form.signed && signature.is_none() {
            return Err(ChunkedError::MissingSignature);
        }
        self.signature = signature;
        self.line = recycled(line);
        if size > 0 {
            self.state = State::Data(size);
            return Ok((used, None));
        }
        self.state = State::Trailer;
        Ok((
            used,
            Some(Event::ChunkEnd {
                signature: self.signature,
            }),
        ))
    }

    fn advance_data(&mut self, input: &[u8], left: u64) -> (usize, Option<Event>) {
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let rest = left - here as u64;
        self.state = if rest == 0 {
            State::DataEnd(false)
        } else {
            State::Data(rest)
        };
        (here, Some(Event::Data(0..here)))
    }

    fn advance_data_end(
        &mut self,
        byte: u8,
        cr: bool,
    ) -> Result<(usize, Option<Event>), ChunkedError> {
        match (byte, cr) {
            (b'\r', false) => {
                self.state = State::DataEnd(true);
                Ok((1, None))
            }
            (b'\n', true) => {
                self.state = State::Header;
                Ok((
                    1,
                    Some(Event::ChunkEnd {
                        signature: self.signature,
                    }),
                ))
            }
            _ => Err(ChunkedError::BadChunkEnd),
        }
    }

    fn advance_trailer(&mut self, input: &[u8]) -> Result<(usize, Option<Event>), ChunkedError> {
        let (used, complete) = self.take_line(input, TRAILER_LINE_BYTES_MAX);
        let used = used.ok_or(ChunkedError::TrailerLineTooLong)?;
        if !complete {
            return Ok((used, None));
        }
        self.trailer_lines += 1;
        if self.trailer_lines > TRAILER_LINES_MAX {
            return Err(ChunkedError::TooManyTrailers);
        }
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.keep_trailer(&line)?;
            self.line = recycled(line);
            return Ok((used, None));
        }
        // Some clients put an empty line before the signature as well.
        if self.wants_trailer_signature() && self.trailer_signature.is_none() {
            return Ok((used, None));
        }
        self.end_trailer().map(|event| (used, Some(event)))
    }

    fn keep_trailer(&mut self, line: &[u8]) -> Result<(), ChunkedError> {
        let text = std::str::from_utf8(line).map_err(|_| ChunkedError::BadTrailer)?;
        let (name, value) = text.split_once(':').ok_or(ChunkedError::BadTrailer)?;
        let name = name.trim().to_ascii_lowercase();
        let value = value.trim();
        if !self.form.trailer || name.is_empty() {
            return Err(ChunkedError::BadTrailer);
        }
        if name == "x-amz-trailer-signature" {
            let signature = hex_digest(value.as_bytes());
            self.trailer_signature = Some(signature.ok_or(ChunkedError::MissingTrailerSignature)?);
        } else {
            self.trailers.push((name, value.to_owned()));
        }
        Ok(())
    }

    fn wants_trailer_signature(&self) -> bool {
        self.form.signed && self.form.trailer
    }

    fn end_trailer(&mut self) -> Result<Event, ChunkedError> {
        if self.wants_trailer_signature() && self.trailer_signature.is_none() {
            return Err(ChunkedError::MissingTrailerSignature);
        }
        self.state = State::Done;
        self.line = Vec::new();
        Ok(Event::TrailerEnd {
            signature: self.trailer_signature,
        })
    }

    /// Adds to the line up to its LF, and cuts a CR off its end. Gives the bytes used, or none
    /// when the line outgrows `bytes_max`, and whether the line is complete.
    fn take_line(&mut self, input: &[u8], bytes_max: usize) -> (Option<usize>, bool) {
        let end = memchr::memchr(b'\n', input);
        let piece = &input[..end.unwrap_or(input.len())];
        if self.line.len() + piece.len() > bytes_max {
            return (None, false);
        }
        self.line.extend_from_slice(piece);
        if end.is_some() && self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        (
            Some(piece.len() + usize::from(end.is_some())),
            end.is_some(),
        )
    }
}

/// The same memory for the next line.
fn recycled(mut line: Vec<u8>) -> Vec<u8> {
    line.clear();
    line
}

/// `<hex size>[;name=value]...`; extensions other than the signature are ignored.
fn parse_header(line: &[u8]) -> Result<(u64, Option<[u8; 32]>), ChunkedError> {
    let mut fields = line.split(|&byte| byte == b';');
    let size = parse_size(fields.next().unwrap_or_default().trim_ascii())?;
    let signature = fields.find_map(|field| field.trim_ascii().strip_prefix(b"chunk-signature="));
    match signature {
        None => Ok((size, None)),
        Some(text) => {
            let digest = hex_digest(text).ok_or(ChunkedError::MissingSignature)?;
            Ok((size, Some(digest)))
        }
    }
}

fn parse_size(digits: &[u8]) -> Result<u64, ChunkedError> {
    let text = std::str::from_utf8(digits).map_err(|_| ChunkedError::BadSize)?;
    if text.is_empty() || text.len() > 16 || text.starts_with('+') {
        return Err(ChunkedError::BadSize);
    }
    let size = u64::from_str_radix(text, 16).map_err(|_| ChunkedError::BadSize)?;
    if size > CHUNK_BYTES_MAX {
        return Err(ChunkedError::ChunkTooLarge);
    }
    Ok(size)
}

#[cfg(test)]
mod tests;
