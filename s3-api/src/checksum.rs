//! The names of checksums on the wire, and their values as text.

use crate::encoding::{base64, base64_bytes};
use crate::error::{Code, S3Error};
use http::HeaderName;
use storage_engine::hash::{Algorithm, Checksum};
use storage_engine::row::{ChecksumKind, ObjectChecksum};

/// One algorithm in the three spellings of the protocol.
pub(crate) struct Names {
    pub(crate) algorithm: Algorithm,
    /// As in `x-amz-checksum-algorithm`.
    pub(crate) wire: &'static str,
    /// As in documents.
    pub(crate) element: &'static str,
    /// In lower case.
    header: &'static str,
}

macro_rules! names {
    ($($algorithm:ident $wire:literal $element:literal $header:literal;)*) => {
        static NAMES: &[Names] = &[$(Names {
            algorithm: Algorithm::$algorithm,
            wire: $wire,
            element: $element,
            header: $header,
        }),*];
    };
}

names! {
    Crc64Nvme "CRC64NVME" "ChecksumCRC64NVME" "x-amz-checksum-crc64nvme";
    Crc32 "CRC32" "ChecksumCRC32" "x-amz-checksum-crc32";
    Crc32c "CRC32C" "ChecksumCRC32C" "x-amz-checksum-crc32c";
    Sha1 "SHA1" "ChecksumSHA1" "x-amz-checksum-sha1";
    Sha256 "SHA256" "ChecksumSHA256" "x-amz-checksum-sha256";
    Sha512 "SHA512" "ChecksumSHA512" "x-amz-checksum-sha512";
    Md5 "MD5" "ChecksumMD5" "x-amz-checksum-md5";
    Xxhash64 "XXHASH64" "ChecksumXXHASH64" "x-amz-checksum-xxhash64";
    Xxhash3 "XXHASH3" "ChecksumXXHASH3" "x-amz-checksum-xxhash3";
    Xxhash128 "XXHASH128" "ChecksumXXHASH128" "x-amz-checksum-xxhash128";
}

impl Names {
    pub(crate) fn header(&self) -> HeaderName {
        HeaderName::from_static(self.header)
    }

    pub(crate) fn header_text(&self) -> &'static str {
        self.header
    }
}

/// What objects get that come with no checksum of their own, as with Amazon.
pub(crate) const DEFAULT_ALGORITHM: Algorithm = Algorithm::Crc64Nvme;

pub(crate) fn names(algorithm: Algorithm) -> &'static Names {
    // The table has all algorithms, which a test checks; its first row is the default.
    NAMES
        .iter()
        .find(|names| names.algorithm == algorithm)
        .unwrap_or(&NAMES[0])
}

/// The algorithm of a header or trailer name in lower case.
pub(crate) fn algorithm_of_header(name: &str) -> Option<Algorithm> {
    NAMES
        .iter()
        .find(|names| names.header == name)
        .map(|names| names.algorithm)
}

/// Reads the value of `x-amz-checksum-algorithm` or `x-amz-sdk-checksum-algorithm`.
pub(crate) fn parse_algorithm(text: &str) -> Option<Algorithm> {
    NAMES
        .iter()
        .find(|names| names.wire.eq_ignore_ascii_case(text))
        .map(|names| names.algorithm)
}

/// Reads a value. One that is none, or has not the algorithm's length, is the digest of nothing.
pub(crate) fn parse_value(algorithm: Algorithm, text: &str) -> Result<Checksum, S3Error> {
    let bytes = base64_bytes(text.trim());
    bytes
        .and_then(|bytes| Checksum::new(algorithm, &bytes).ok())
        .ok_or_else(|| {
            S3Error::new(Code::BadDigest).message(format!(
                "Value for {} header is invalid.",
                names(algorithm).header
            ))
        })
}

pub(crate) fn value_text(checksum: &Checksum) -> String {
    base64(checksum.as_bytes())
}

/// The value of an object; composed ones carry the number of parts.
pub(crate) fn object_value_text(checksum: &ObjectChecksum, parts: Option<u16>) -> String {
    let value = value_text(&checksum.checksum);
    match (checksum.kind, parts) {
        (ChecksumKind::Composite, Some(parts)) => format!("{value}-{parts}"),
        _ => value,
    }
}

pub(crate) fn kind_text(kind: ChecksumKind) -> &'static str {
    match kind {
        ChecksumKind::FullObject => "FULL_OBJECT",
        ChecksumKind::Composite => "COMPOSITE",
    }
}

/// How the checksum of a multipart upload comes about: what was asked for, where the algorithm
/// can do it, or what Amazon does when nothing is said.
pub(crate) fn multipart_kind(
    algorithm: Algorithm,
    asked: Option<&str>,
) -> Result<ChecksumKind, S3Error> {
    let can_combine = matches!(
        algorithm,
        Algorithm::Crc32 | Algorithm::Crc32c | Algorithm::Crc64Nvme
    );
    match asked {
        None if algorithm == Algorithm::Crc64Nvme => Ok(ChecksumKind::FullObject),
        None => Ok(ChecksumKind::Composite),
        Some("FULL_OBJECT") if can_combine => Ok(ChecksumKind::FullObject),
        Some("COMPOSITE") if algorithm != Algorithm::Crc64Nvme => Ok(ChecksumKind::Composite),
        Some(kind @ ("FULL_OBJECT" | "COMPOSITE")) => {
            let algorithm = names(algorithm).wire.to_lowercase();
            Err(S3Error::new(Code::InvalidRequest).message(format!(
                "The {kind} checksum type cannot be used with the {algorithm} checksum algorithm."
            )))
        }
        Some(other) => Err(S3Error::new(Code::InvalidRequest)
            .message("Value for x-amz-checksum-type header is invalid.")
            .extra("ArgumentValue", other)),
    }
}

#[cfg(test)]
mod tests;
