//! Getting, putting and deleting the configuration documents of a bucket.

use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::bucket::document::{Document, Unset, from_request, to_bytes};
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;

pub(crate) fn get<D: Document>(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    if let Some(stored) = request.settings_of_bucket()?.stored(D::KIND) {
        let shown = D::shown(stored).ok_or_else(|| S3Error::new(Code::InternalError))?;
        return Ok(response::document_bytes(StatusCode::OK, shown));
    }
    match D::unset() {
        Unset::Refused(code) => Err(S3Error::new(code).extra("BucketName", request.bucket())),
        Unset::Shown(document) => Ok(response::document_bytes(
            StatusCode::OK,
            to_bytes(&document),
        )),
    }
}

/// Reads and checks what is to be stored. `proof` says whether Amazon insists on a digest.
pub(crate) async fn read<D: Document>(
    request: &Permitted<'_>,
    payload: &mut Payload<'_>,
    proof: Proof,
) -> Result<D, S3Error> {
    let limit = D::REQUEST_BYTES_MAX;
    let body = document::read(payload, request.headers(), limit, proof).await?;
    from_request(&body)
}

pub(crate) async fn put<D: Document>(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
    proof: Proof,
) -> Result<Answer, S3Error> {
    let document: D = read(request, &mut payload, proof).await?;
    store(request, &document).await?;
    Ok(response::empty(StatusCode::OK))
}

pub(crate) async fn store<D: Document>(
    request: &Permitted<'_>,
    document: &D,
) -> Result<(), S3Error> {
    let (bucket, bytes) = (request.bucket(), document.to_stored()?);
    let stored = request.engine().put_document(bucket, D::KIND, bytes).await;
    stored.map_err(|error| request.refusal(error))
}

/// What is not set can be deleted any number of times.
pub(crate) async fn delete<D: Document>(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let deleted = request.engine().delete_document(request.bucket(), D::KIND);
    deleted.await.map_err(|error| request.refusal(error))?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}
