//! PutBucketPolicy: kept as it was given, once it is known what it means.

use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::bucket::POLICY;
use crate::error::{Code, S3Error};
use crate::limits::{POLICY_BYTES_MAX, SMALL_DOCUMENT_BYTES_MAX};
use crate::op::ACTIONS;
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;
use identity::policy::{Kind, Malformed, Policy};

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let limit = SMALL_DOCUMENT_BYTES_MAX;
    let body = document::read(&mut payload, request.headers(), limit, Proof::Optional).await?;
    let policy = parse(&body, request.bucket())?;
    check_principals(&policy, request)?;
    let bucket = request.settings_of_bucket()?;
    if bucket.public_access.block_policy && policy.is_public() {
        return Err(S3Error::new(Code::AccessDenied));
    }
    let put = request
        .engine()
        .put_document(request.bucket(), POLICY, body.into());
    put.await.map_err(|error| request.refusal(error))?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}

pub(crate) fn parse(body: &[u8], bucket: &str) -> Result<Policy, S3Error> {
    let malformed =
        |error: Malformed| S3Error::new(Code::MalformedPolicy).message(error.to_string());
    if body.trim_ascii().is_empty() {
        return Err(S3Error::new(Code::MissingRequestBodyError));
    }
    let text = std::str::from_utf8(body).map_err(|_| S3Error::new(Code::MalformedPolicy))?;
    if Policy::counted_bytes(text) > POLICY_BYTES_MAX {
        return Err(S3Error::new(Code::PolicyTooLarge));
    }
    let policy = Policy::parse(Kind::Bucket, text).map_err(malformed)?;
    policy.check_bucket(bucket, &ACTIONS).map_err(malformed)?;
    Ok(policy)
}

/// Whoever is named must exist, as far as we can know.
fn check_principals(policy: &Policy, request: &Permitted<'_>) -> Result<(), S3Error> {
    match request.identity().unknown_principal(policy) {
        None => Ok(()),
        Some(name) => Err(S3Error::new(Code::MalformedPolicy)
            .message("Invalid principal in policy")
            .extra("Detail", name)),
    }
}
