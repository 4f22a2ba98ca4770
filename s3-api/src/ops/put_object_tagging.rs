//! PutObjectTagging: new tags in the place of all old ones.

use super::get_object::target;
use super::shared::{notices, tags, version};
use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::error::S3Error;
use crate::limits::SMALL_DOCUMENT_BYTES_MAX;
use crate::request::Permitted;
use crate::response::{self, Answer, VERSION_ID, set};
use http::StatusCode;
use pipeline::events::EventName;
use storage_engine::UpdateObject;
use storage_engine::row::Tag;

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let limit = SMALL_DOCUMENT_BYTES_MAX;
    // Amazon's model asks for a digest here, Amazon's servers do not insist.
    let body = document::read(&mut payload, request.headers(), limit, Proof::Optional).await?;
    let tags = tags::of_object(&body)?;
    replace(request, tags, EventName::TaggingPut, StatusCode::OK).await
}

/// Gives a version these tags and no others.
pub(crate) async fn replace(
    request: &Permitted<'_>,
    tags: Vec<Tag>,
    event: EventName,
    status: StatusCode,
) -> Result<Answer, S3Error> {
    let change = UpdateObject {
        tags: Some(tags),
        notes: notices::notes(request, &request.key(), &[event]),
        ..UpdateObject::default()
    };
    let updated = request.engine().update_object(target(request)?, change);
    let info = updated.await.map_err(|error| request.refusal(error))?;
    let mut answer = response::empty(status);
    if let Some(version) = version::shown(&info) {
        set(answer.headers_mut(), VERSION_ID, &version.to_string());
    }
    Ok(answer)
}
