//! DeleteObject: a version for good, or the current one behind a delete marker.

use super::shared::conditions::{DeleteConditions, refusal};
use super::shared::lock::bypasses_governance;
use super::shared::notices::{self, REMOVALS};
use super::shared::version;
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer, DELETE_MARKER, VERSION_ID, set};
use http::StatusCode;
use storage_engine::{DeleteObject, Target};

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let version = version::asked(request)?;
    let conditions = DeleteConditions::new(
        request.header_text("if-match")?,
        request.header_text("x-amz-if-match-last-modified-time")?,
        request.header_text("x-amz-if-match-size")?,
    )?;
    let delete = DeleteObject {
        target: Target {
            bucket: request.bucket().to_owned(),
            key: request.key(),
            version,
        },
        owner: request.owner(),
        conditions: conditions.list.clone(),
        bypass_governance: bypasses_governance(request).await?,
        notes: notices::notes(request, &request.key(), &REMOVALS),
    };
    let mut answer = response::empty(StatusCode::NO_CONTENT);
    let outcome = match request.engine().delete_object(delete).await {
        Ok(outcome) => outcome,
        Err(error) if conditions.is_satisfied_by(&error) => return Ok(answer),
        Err(error) => return Err(refusal("If-Match", request, error)),
    };
    let headers = answer.headers_mut();
    if outcome.marker {
        set(headers, DELETE_MARKER, "true");
    }
    if let Some(version) = outcome.version {
        set(headers, VERSION_ID, &version.to_string());
    }
    Ok(answer)
}
