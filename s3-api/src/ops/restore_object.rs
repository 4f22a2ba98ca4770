//! RestoreObject: nothing is ever archived here, so there is nothing to bring back.

use super::get_object::target;
use super::list_objects::class;
use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::error::{Code, S3Error};
use crate::limits::SMALL_DOCUMENT_BYTES_MAX;
use crate::request::Permitted;
use crate::response::Answer;

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let limit = SMALL_DOCUMENT_BYTES_MAX;
    let body = document::read(&mut payload, request.headers(), limit, Proof::Optional).await?;
    document::parse(&body, "RestoreRequest")?;
    let found = request.engine().head(target(request)?).await;
    let info = found.map_err(|error| request.refusal(error))?;
    Err(S3Error::new(Code::InvalidObjectState)
        .message("Restore is not allowed for the object's current storage class")
        .extra("StorageClass", class(&info.row.summary)))
}
