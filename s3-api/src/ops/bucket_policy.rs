//! GetBucketPolicy, DeleteBucketPolicy and GetBucketPolicyStatus.

use crate::bucket::POLICY;
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;
use http::{HeaderValue, StatusCode};

pub(crate) fn get(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let bucket = request.settings_of_bucket()?;
    let stored = bucket.stored(POLICY).ok_or_else(|| {
        S3Error::new(Code::NoSuchBucketPolicy).extra("BucketName", request.bucket())
    })?;
    let mut answer = response::document_bytes(StatusCode::OK, stored.clone());
    let json = HeaderValue::from_static("application/json");
    answer
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, json);
    Ok(answer)
}

pub(crate) async fn delete(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let deleted = request.engine().delete_document(request.bucket(), POLICY);
    deleted.await.map_err(|error| request.refusal(error))?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}

/// Whether strangers get in, by the policy or, where lists count, by the bucket's list.
pub(crate) fn status(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let bucket = request.settings_of_bucket()?;
    let by_list = bucket.lists_count() && bucket.acl.is_public();
    let mut xml = Writer::document("PolicyStatus");
    xml.boolean("IsPublic", bucket.is_policy_public || by_list);
    Ok(response::document(xml))
}
