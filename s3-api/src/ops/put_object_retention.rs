//! PutObjectRetention: a version is kept until a date. It may be extended by everybody who may set
//! it; shortening or lifting a governance retention, or changing its mode, needs the bypass.

use super::get_object::target;
use super::shared::lock::{bypasses_governance, check_lockable, parse_mode, timestamp};
use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::date::parse_iso8601;
use crate::error::{Code, S3Error};
use crate::limits::SMALL_DOCUMENT_BYTES_MAX;
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;
use storage_engine::UpdateObject;
use storage_engine::row::Retention;

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let limit = SMALL_DOCUMENT_BYTES_MAX;
    let body = document::read(&mut payload, request.headers(), limit, Proof::Required).await?;
    check_lockable(request)?;
    let change = UpdateObject {
        retention: Some(parse(&body)?),
        bypass_governance: bypasses_governance(request).await?,
        ..UpdateObject::default()
    };
    let updated = request.engine().update_object(target(request)?, change);
    updated.await.map_err(|error| request.refusal(error))?;
    Ok(response::empty(StatusCode::OK))
}

/// An empty element lifts the retention.
pub(crate) fn parse(body: &[u8]) -> Result<Option<Retention>, S3Error> {
    let root = document::parse(body, "Retention")?;
    let (mode, until) = (root.child_text("Mode"), root.child_text("RetainUntilDate"));
    let malformed = || S3Error::new(Code::MalformedXML);
    match (mode, until) {
        (None, None) => Ok(None),
        (Some(mode), Some(until)) => {
            let mode = parse_mode(mode).ok_or_else(malformed)?;
            let until = parse_iso8601(until).ok_or_else(malformed)?;
            let until = timestamp(until)?;
            Ok(Some(Retention { mode, until }))
        }
        _ => Err(malformed()),
    }
}
