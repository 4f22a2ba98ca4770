//! PutObjectLegalHold: a version cannot be deleted while this is on, whatever its retention.

use super::get_object::target;
use super::shared::lock::check_lockable;
use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::error::{Code, S3Error};
use crate::limits::SMALL_DOCUMENT_BYTES_MAX;
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;
use storage_engine::UpdateObject;

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let limit = SMALL_DOCUMENT_BYTES_MAX;
    let body = document::read(&mut payload, request.headers(), limit, Proof::Required).await?;
    check_lockable(request)?;
    let change = UpdateObject {
        legal_hold: Some(parse(&body)?),
        ..UpdateObject::default()
    };
    let updated = request.engine().update_object(target(request)?, change);
    updated.await.map_err(|error| request.refusal(error))?;
    Ok(response::empty(StatusCode::OK))
}

pub(crate) fn parse(body: &[u8]) -> Result<bool, S3Error> {
    let root = document::parse(body, "LegalHold")?;
    match root.child_text("Status") {
        Some("ON") => Ok(true),
        Some("OFF") => Ok(false),
        _ => Err(S3Error::new(Code::MalformedXML)),
    }
}
