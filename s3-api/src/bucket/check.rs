//! Whether a bucket could be configured so: what is asked before there is a request, or a bucket.

use super::cors::Cors;
use super::document::{Document, from_request};
use super::encryption::BucketEncryption;
use super::logging::Logging;
use super::object_lock::ObjectLock;
use super::ownership::Ownership;
use super::public_access::PublicAccessBlock;
use super::request_payment::Payer;
use super::website::Website;
use crate::error::{Code, S3Error};
use crate::ops::shared::tags;
use crate::ops::{put_bucket_policy, put_bucket_versioning};
use crate::target;
use pipeline::{events, lifecycle};

pub fn check_bucket_name(name: &str) -> Result<(), S3Error> {
    target::check_bucket_name(name)
}

/// Reads a document as the request does that sets it; `query` is the parameter that names it. What
/// depends on the bucket, or on who is known, only the request can tell.
pub fn check_configuration(query: &str, bucket: &str, document: &[u8]) -> Result<(), S3Error> {
    match query {
        "lifecycle" => read::<lifecycle::Configuration>(document),
        "notification" => read::<events::Configuration>(document),
        "cors" => read::<Cors>(document),
        "website" => read::<Website>(document),
        "encryption" => read::<BucketEncryption>(document),
        "object-lock" => read::<ObjectLock>(document),
        "logging" => read::<Logging>(document),
        "ownershipControls" => read::<Ownership>(document),
        "publicAccessBlock" => read::<PublicAccessBlock>(document),
        "requestPayment" => read::<Payer>(document),
        "tagging" => tags::of_bucket(document).map(|_| ()),
        "versioning" => put_bucket_versioning::parse(document).map(|_| ()),
        "policy" => put_bucket_policy::parse(document, bucket).map(|_| ()),
        // Whom a list names only the server knows.
        _ => Ok(()),
    }
}

fn read<D: Document>(document: &[u8]) -> Result<(), S3Error> {
    if document.len() > D::REQUEST_BYTES_MAX {
        return Err(S3Error::new(Code::EntityTooLarge));
    }
    from_request::<D>(document)?.to_stored().map(|_| ())
}

#[cfg(test)]
mod tests;
