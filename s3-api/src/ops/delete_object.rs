//! DeleteObject: a version for good, or the current one behind a delete marker.

use super::shared::conditions::{match_condition, refusal};
use super::shared::version;
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer, DELETE_MARKER, VERSION_ID, set};
use http::StatusCode;
use storage_engine::{DeleteObject, Target};

/// Conditions Amazon knows on directory buckets only.
const DIRECTORY_CONDITIONS: [&str; 2] =
    ["x-amz-if-match-last-modified-time", "x-amz-if-match-size"];

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let version = version::asked(request)?;
    if let Some(name) = DIRECTORY_CONDITIONS
        .into_iter()
        .find(|name| request.header(name).is_some())
    {
        return Err(S3Error::new(Code::NotImplemented).extra("Header", name));
    }
    let conditions = request.header_text("if-match")?.map(match_condition);
    let delete = DeleteObject {
        target: Target {
            bucket: request.bucket().to_owned(),
            key: request.key(),
            version,
        },
        owner: request.owner(),
        conditions: conditions.into_iter().collect(),
        bypass_governance: bypasses_governance(request).await?,
    };
    let outcome = request.engine().delete_object(delete).await;
    let outcome = outcome.map_err(|error| refusal("If-Match", request, error))?;
    let mut answer = response::empty(StatusCode::NO_CONTENT);
    let headers = answer.headers_mut();
    if outcome.marker {
        set(headers, DELETE_MARKER, "true");
    }
    if let Some(version) = outcome.version {
        set(headers, VERSION_ID, &version.to_string());
    }
    Ok(answer)
}

/// Asked for, and by somebody who may.
pub(crate) async fn bypasses_governance(request: &Permitted<'_>) -> Result<bool, S3Error> {
    let asked = request.header("x-amz-bypass-governance-retention");
    let is_asked = asked.is_some_and(|value| value.eq_ignore_ascii_case(b"true"));
    if is_asked {
        request.require("s3:BypassGovernanceRetention").await?;
    }
    Ok(is_asked)
}
