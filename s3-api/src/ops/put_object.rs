//! PutObject: a body becomes the current version of a key.

use super::shared::conditions::{WriteConditions, refusal};
use super::shared::object_headers::set_checksum;
use super::shared::{encryption, expiry, intake, lock, notices, object_input, rights, version};
use crate::body::integrity::Integrity;
use crate::body::payload::Payload;
use crate::checksum::DEFAULT_ALGORITHM;
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer, VERSION_ID, set, set_etag};
use http::{HeaderMap, StatusCode};
use storage_engine::{Becoming, PutObject, PutOutcome};

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    rights::check_beside(request).await?;
    let mut object = object_input::parse(request)?;
    let conditions = WriteConditions::parse(request)?;
    let integrity = Integrity::from_headers(request.headers(), payload.announced_trailers())?;
    if lock::is_asked(request.headers()) && !integrity.is_given() {
        return Err(S3Error::new(Code::InvalidRequest).message(
            "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with \
             Object Lock parameters",
        ));
    }
    let wanted = integrity.algorithm().unwrap_or(DEFAULT_ALGORITHM);
    let new = encryption::for_new_object(request).await?;
    object.attributes.extend(new.attribute);
    let becoming = Becoming::Object(request.key());
    let staged = intake::stage(
        request,
        &mut payload,
        &integrity,
        wanted,
        new.encryption,
        becoming,
    );
    let staged = staged.await?;
    let (name, tags) = (conditions.name(), object.tags.clone());
    let put = PutObject {
        bucket: request.bucket().to_owned(),
        key: request.key(),
        object,
        conditions: conditions.list,
        notes: notices::of_upload(request),
    };
    let outcome = request.engine().put_object(put, staged).await;
    let outcome = outcome.map_err(|error| refusal(name, request, error))?;
    let mut answer = response::empty(StatusCode::OK);
    describe(&outcome, answer.headers_mut());
    expiry::tell(request, &outcome.summary, &tags, answer.headers_mut());
    new.shown.describe_new(answer.headers_mut());
    Ok(answer)
}

/// What a writer is told of the new version.
fn describe(outcome: &PutOutcome, headers: &mut HeaderMap) {
    if let Some(etag) = &outcome.summary.etag {
        set_etag(headers, etag);
    }
    if let Some(checksum) = &outcome.summary.checksum {
        set_checksum(headers, checksum, None);
    }
    if let Some(version) = version::written(outcome) {
        set(headers, VERSION_ID, &version.to_string());
    }
}
