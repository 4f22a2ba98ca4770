//! PutBucketVersioning: once enabled it can be suspended, never switched off.

use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::error::{Code, S3Error};
use crate::limits::SMALL_DOCUMENT_BYTES_MAX;
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;
use storage_engine::UpdateBucket;
use storage_engine::row::Versioning;

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let limit = SMALL_DOCUMENT_BYTES_MAX;
    // Amazon's model asks for a digest here, Amazon's servers do not insist.
    let body = document::read(&mut payload, request.headers(), limit, Proof::Optional).await?;
    let change = UpdateBucket {
        versioning: Some(parse(&body)?),
        ..UpdateBucket::default()
    };
    let updated = request
        .engine()
        .update_bucket(request.bucket(), change)
        .await;
    updated.map_err(|error| request.refusal(error))?;
    Ok(response::empty(StatusCode::OK))
}

pub(crate) fn parse(body: &[u8]) -> Result<Versioning, S3Error> {
    let root = document::parse(body, "VersioningConfiguration")?;
    if root.child_text("MfaDelete") == Some("Enabled") {
        return Err(S3Error::new(Code::NotImplemented).message("MFA delete is not implemented."));
    }
    match root.child_text("Status") {
        Some("Enabled") => Ok(Versioning::Enabled),
        Some("Suspended") => Ok(Versioning::Suspended),
        Some(_) => Err(S3Error::malformed("Status: expected Enabled or Suspended")),
        None => Err(S3Error::new(Code::IllegalVersioningConfigurationException)),
    }
}
