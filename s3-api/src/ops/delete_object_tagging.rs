//! DeleteObjectTagging: a version without tags. There need not have been any.

use super::put_object_tagging::replace;
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::Answer;
use http::StatusCode;
use pipeline::events::EventName;

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let event = EventName::TaggingDelete;
    replace(request, Vec::new(), event, StatusCode::NO_CONTENT).await
}
