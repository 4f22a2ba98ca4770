//! The bytes an operation gets: unpacked from `aws-chunked`, counted, and verified against what
//! was signed and announced.

use super::aws_chunked::{ChunkedError, Decoder, Event, Form};
use super::wire::WireBody;
use crate::auth::PayloadClaim;
use crate::auth::chunked::ChunkSigner;
use crate::error::{Code, S3Error};
use crate::form::file::File;
use crate::limits::UPLOAD_BYTES_MAX;
use bytes::{Buf, Bytes};
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderName};
use ring::digest;
use std::fmt;
use std::ops::RangeInclusive;

const DECODED_LENGTH: HeaderName = HeaderName::from_static("x-amz-decoded-content-length");
const TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");

/// A verified body. It gives bytes before all of them are verified; the last call of
/// [`Payload::next`] tells whether they were good, so nothing may be committed before it has
/// given `None`.
pub(crate) struct Payload<'a> {
    source: Source<'a>,
    /// SHA-256 of the bytes on the wire, and what it has to be.
    sha256: Option<(digest::Context, [u8; 32])>,
    chunks: Option<Box<Chunks>>,
    length: Length,
    received: u64,
}

/// Where the bytes come from.
enum Source<'a> {
    Wire(&'a mut WireBody),
    /// Of a form, on the heap: few requests have one.
    File(Box<File<'a>>),
}

/// What is known of the number of bytes before they have come.
enum Length {
    Unknown,
    Announced(u64),
    /// Only its end tells, and it must lie within these.
    Within(RangeInclusive<u64>),
}

impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload")
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

/// The state of unpacking.
struct Chunks {
    decoder: Decoder,
    signer: Option<Box<ChunkSigner>>,
    trailer_is_signed: bool,
    /// Names from `x-amz-trailer`, in lower case.
    announced: Vec<String>,
    /// Bytes from the wire that are not unpacked yet.
    input: Bytes,
}

impl<'a> Payload<'a> {
    pub(crate) fn new(
        wire: &'a mut WireBody,
        claim: PayloadClaim,
        headers: &HeaderMap,
    ) -> Result<Self, S3Error> {
        let decoded_length = decoded_length(headers)?;
        let is_framed = decoded_length.is_some() || says_chunked(headers, &claim, wire);
        let (sha256, chunks) = match claim {
            PayloadClaim::Chunked { signer, trailer } => {
                if decoded_length.is_none() {
                    return Err(S3Error::new(Code::MissingContentLength));
                }
                (None, Some(Chunks::new(signer, trailer, headers)))
            }
            PayloadClaim::Unsigned => (None, is_framed.then(|| Chunks::new(None, true, headers))),
            PayloadClaim::Sha256(expected) => {
                let context = digest::Context::new(&digest::SHA256);
                let chunks = is_framed.then(|| Chunks::new(None, true, headers));
                (Some((context, expected)), chunks)
            }
        };
        let length = match (chunks.is_some(), decoded_length, wire.length()) {
            (true, Some(length), _) => Length::Announced(length),
            (true, None, _) => Length::Unknown,
            (false, _, Some(_)) if !wire.is_announced() => Length::Unknown,
            (false, _, Some(length)) => Length::Announced(length),
            // In the chunks of HTTP itself, which Amazon does not take.
            (false, _, None) => Length::Within(0..=UPLOAD_BYTES_MAX),
        };
        Ok(Self {
            source: Source::Wire(wire),
            sha256,
            chunks: chunks.map(Box::new),
            length,
            received: 0,
        })
    }

    /// The file of a form, which must be as long as the form's policy says, and no longer than
    /// any upload.
    pub(crate) fn of_form(file: File<'a>, allowed: Option<RangeInclusive<u64>>) -> Self {
        let allowed = allowed.unwrap_or(0..=UPLOAD_BYTES_MAX);
        let most = UPLOAD_BYTES_MAX.min(*allowed.end());
        Self {
            source: Source::File(Box::new(file)),
            sha256: None,
            chunks: None,
            length: Length::Within(*allowed.start()..=most),
            received: 0,
        }
    }

    /// The announced number of bytes.
    pub(crate) fn length(&self) -> Option<u64> {
        match self.length {
            Length::Announced(length) => Some(length),
            Length::Unknown | Length::Within(_) => None,
        }
    }

    /// Whether it is bounded without having been announced.
    pub(crate) fn is_bounded(&self) -> bool {
        matches!(self.length, Length::Within(_))
    }

    /// The names announced in `x-amz-trailer`.
    pub(crate) fn announced_trailers(&self) -> &[String] {
        self.chunks.as_ref().map_or(&[], |chunks| &chunks.announced)
    }

    /// The value of a trailer; there is none before the end.
    pub(crate) fn trailer(&self, name: &str) -> Option<&str> {
        let trailers = self.chunks.as_ref()?.decoder.trailers();
        trailers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The next bytes; none once all have come and were found good. Safe to drop and call again.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, S3Error> {
        loop {
            if let Some(chunks) = &mut self.chunks
                && let Some(data) = chunks.unpack()?
            {
                return self.count(data).map(Some);
            }
            let Some(bytes) = self.source.next().await? else {
                return self.finish().map(|()| None);
            };
            if let Some((context, _)) = &mut self.sha256 {
                context.update(&bytes);
            }
            match &mut self.chunks {
                Some(chunks) => chunks.input = bytes,
                None => return self.count(bytes).map(Some),
            }
        }
    }

    fn count(&mut self, data: Bytes) -> Result<Bytes, S3Error> {
        self.received += data.len() as u64;
        match &self.length {
            Length::Announced(length) if self.received > *length => {
                Err(S3Error::new(Code::IncompleteBody)
                    .message("The body has more bytes than were announced."))
            }
            Length::Within(allowed) if self.received > *allowed.end() => {
                Err(S3Error::new(Code::EntityTooLarge)
                    .extra("ProposedSize", self.received.to_string())
                    .extra("MaxSizeAllowed", allowed.end().to_string()))
            }
            _ => Ok(data),
        }
    }

    fn finish(&mut self) -> Result<(), S3Error> {
        if let Some(chunks) = &mut self.chunks {
            chunks.finish()?;
        }
        match &self.length {
            Length::Announced(length) if self.received != *length => {
                return Err(S3Error::new(Code::IncompleteBody));
            }
            Length::Within(allowed) if self.received < *allowed.start() => {
                return Err(S3Error::new(Code::EntityTooSmall)
                    .extra("ProposedSize", self.received.to_string())
                    .extra("MinSizeAllowed", allowed.start().to_string()));
            }
            _ => {}
        }
        let Some((context, expected)) = self.sha256.take() else {
            return Ok(());
        };
        let computed = context.finish();
        if computed.as_ref() == expected {
            return Ok(());
        }
        Err(S3Error::new(Code::XAmzContentSHA256Mismatch)
            .extra("ClientComputedContentSHA256", hex::encode(expected))
            .extra("S3ComputedContentSHA256", hex::encode(computed)))
    }
}

impl Source<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, S3Error> {
        match self {
            Source::Wire(wire) => wire.next().await,
            Source::File(file) => file.next().await,
        }
    }
}

impl Chunks {
    fn new(signer: Option<Box<ChunkSigner>>, trailer: bool, headers: &HeaderMap) -> Self {
        let announced = headers
            .get_all(TRAILER)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let names = announced.flat_map(|value| value.split(','));
        let announced = names.map(|name| name.trim().to_ascii_lowercase()).collect();
        Self {
            decoder: Decoder::new(Form {
                signed: signer.is_some(),
                trailer,
            }),
            trailer_is_signed: trailer && signer.is_some(),
            signer,
            announced,
            input: Bytes::new(),
        }
    }

    /// Payload from what has come so far, none where more input is needed.
    fn unpack(&mut self) -> Result<Option<Bytes>, S3Error> {
        while !self.input.is_empty() {
            let (used, event) = self.decoder.step(&self.input).map_err(refused)?;
            let data = match event {
                Some(Event::Data(range)) => Some(self.input.slice(range)),
                Some(event) => {
                    self.check(event)?;
                    None
                }
                None => None,
            };
            self.input.advance(used);
            if let Some(data) = data {
                if let Some(signer) = &mut self.signer {
                    signer.update(&data);
                }
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    fn finish(&mut self) -> Result<(), S3Error> {
        if let Some(event) = self.decoder.finish().map_err(refused)? {
            self.check(event)?;
        }
        let trailers = self.decoder.trailers();
        let as_announced = trailers.len() == self.announced.len()
            && trailers
                .iter()
                .all(|(name, _)| self.announced.contains(name));
        if as_announced {
            Ok(())
        } else {
            Err(S3Error::new(Code::MalformedTrailerError))
        }
    }

    /// Checks the signature that ends a chunk or the trailer.
    fn check(&mut self, event: Event) -> Result<(), S3Error> {
        let Some(signer) = &mut self.signer else {
            return Ok(());
        };
        let is_valid = match event {
            Event::Data(_) => true,
            Event::ChunkEnd { signature } => {
                signature.is_some_and(|signature| signer.end_chunk(signature))
            }
            Event::TrailerEnd { .. } if !self.trailer_is_signed => true,
            Event::TrailerEnd { signature } => signature.is_some_and(|signature| {
                signer.end_trailer(&self.decoder.canonical_trailer(), signature)
            }),
        };
        if is_valid {
            Ok(())
        } else {
            Err(S3Error::new(Code::SignatureDoesNotMatch))
        }
    }
}

fn decoded_length(headers: &HeaderMap) -> Result<Option<u64>, S3Error> {
    let Some(value) = headers.get(DECODED_LENGTH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    text.parse()
        .map(Some)
        .map_err(|_| S3Error::invalid_argument("x-amz-decoded-content-length", text))
}

/// Whether `Content-Encoding` alone makes the body a framed one. Clients also send the word with
/// a plain body whose digest they sign; that is taken at its digest.
fn says_chunked(headers: &HeaderMap, claim: &PayloadClaim, wire: &WireBody) -> bool {
    let is_plain = matches!(claim, PayloadClaim::Sha256(_)) || wire.length() == Some(0);
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    !is_plain && encodings.any(|value| is_listed(value.as_bytes(), b"aws-chunked"))
}

fn is_listed(list: &[u8], word: &[u8]) -> bool {
    list.split(|&byte| byte == b',')
        .any(|item| item.trim_ascii().eq_ignore_ascii_case(word))
}

fn refused(error: ChunkedError) -> S3Error {
    let code = match error {
        ChunkedError::Truncated => Code::IncompleteBody,
        error if error.is_in_trailer() => Code::MalformedTrailerError,
        _ => Code::InvalidRequest,
    };
    match code {
        Code::InvalidRequest => {
            S3Error::new(code).message(format!("The aws-chunked body is not valid: {error}."))
        }
        _ => S3Error::new(code),
    }
}

#[cfg(test)]
mod tests;
