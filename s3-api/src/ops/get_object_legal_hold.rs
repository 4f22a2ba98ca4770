//! GetObjectLegalHold. A version that never had one is told like one it was taken off again.

use super::get_object::target;
use super::shared::lock::check_lockable;
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    check_lockable(request)?;
    let found = request.engine().head(target(request)?).await;
    let info = found.map_err(|error| request.refusal(error))?;
    let detail = info.row.detail.as_ref();
    let is_held = detail.is_some_and(|detail| detail.lock.legal_hold);
    let mut xml = Writer::document("LegalHold");
    xml.text("Status", if is_held { "ON" } else { "OFF" });
    Ok(response::document(xml))
}
