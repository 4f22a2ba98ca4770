//! What a request is about: a bucket, an object, or the service.

use crate::domains::Domains;
use crate::encoding::percent_decode;
use crate::error::{Code, S3Error};
use crate::limits::KEY_BYTES_MAX;
use crate::op::Level;
use bytes::Bytes;
use http::request::Parts;
use std::net::Ipv4Addr;

/// Bucket and key; each is empty where the path names none.
///
/// A key is bytes: whatever stands behind the bucket's slash, percent-decoded and otherwise as it
/// came. Nothing is normalised, so `a//b`, `./a` and `a` are different keys.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) bucket: String,
    pub(crate) key: Bytes,
    pub(crate) style: Style,
}

/// Where a request names its bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    #[default]
    Path,
    Host,
}

impl Target {
    /// What a request is about: virtual-host style where its host names a bucket, else path style.
    pub(crate) fn of(parts: &Parts, domains: &Domains) -> Result<Self, S3Error> {
        let path = parts.uri.path();
        match domains.bucket_of(parts) {
            Some(bucket) => Self::in_bucket(bucket, path),
            None => Self::from_path(path),
        }
    }

    /// Virtual-host style: the whole path is the key.
    pub(crate) fn in_bucket(bucket: String, raw: &str) -> Result<Self, S3Error> {
        let key = raw.strip_prefix('/');
        let key = key.ok_or_else(|| S3Error::new(Code::InvalidURI))?;
        Ok(Self {
            bucket,
            key: decode_key(key.as_bytes())?,
            style: Style::Host,
        })
    }

    /// Path style: the first segment is the bucket.
    pub(crate) fn from_path(raw: &str) -> Result<Self, S3Error> {
        let path = raw
            .strip_prefix('/')
            .ok_or_else(|| S3Error::new(Code::InvalidURI))?;
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let bucket = String::from_utf8(percent_decode(bucket.as_bytes()).into_owned())
            .map_err(|_| S3Error::new(Code::InvalidBucketName))?;
        if bucket.is_empty() && !key.is_empty() {
            return Err(S3Error::new(Code::InvalidBucketName).extra("BucketName", ""));
        }
        Ok(Self {
            bucket,
            key: decode_key(key.as_bytes())?,
            style: Style::Path,
        })
    }

    pub(crate) fn level(&self) -> Level {
        match (self.bucket.is_empty(), self.key.is_empty()) {
            (true, _) => Level::Service,
            (false, true) => Level::Bucket,
            (false, false) => Level::Object,
        }
    }
}

/// Decodes a key and checks its length.
pub(crate) fn decode_key(raw: &[u8]) -> Result<Bytes, S3Error> {
    let key = percent_decode(raw);
    check_key(&key)?;
    Ok(Bytes::from(key.into_owned()))
}

pub(crate) fn check_key(key: &[u8]) -> Result<(), S3Error> {
    if key.len() <= KEY_BYTES_MAX {
        return Ok(());
    }
    Err(S3Error::new(Code::KeyTooLongError)
        .extra("Size", key.len().to_string())
        .extra("MaxSizeAllowed", KEY_BYTES_MAX.to_string()))
}

pub(crate) fn check_bucket_name(name: &str) -> Result<(), S3Error> {
    if is_bucket_name(name) {
        return Ok(());
    }
    let invalid = S3Error::new(Code::InvalidBucketName).extra("BucketName", name);
    Err(invalid.detail(
        "expected 3 to 63 lower-case letters, digits, hyphens and dots, a letter or digit at both \
         ends",
    ))
}

/// Amazon's rules for general purpose buckets.
fn is_bucket_name(name: &str) -> bool {
    const RESERVED_STARTS: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
    const RESERVED_ENDS: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    (3..=63).contains(&name.len())
        && name.split('.').all(is_label)
        && name.parse::<Ipv4Addr>().is_err()
        && !RESERVED_STARTS.iter().any(|start| name.starts_with(start))
        && !RESERVED_ENDS.iter().any(|end| name.ends_with(end))
}

fn is_label(label: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !label.is_empty()
        && label.bytes().all(is_inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests;
