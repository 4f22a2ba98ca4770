//! GetObjectRetention: until when a version cannot be deleted, and how strictly.

use super::get_object::target;
use super::shared::lock::{check_lockable, mode_text, until};
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    check_lockable(request)?;
    let found = request.engine().head(target(request)?).await;
    let info = found.map_err(|error| request.refusal(error))?;
    let lock = info.row.detail.as_ref().map(|detail| &detail.lock);
    let retention = lock.and_then(|lock| lock.retention);
    let retention = retention.ok_or_else(|| S3Error::new(Code::NoSuchObjectLockConfiguration))?;
    let mut xml = Writer::document("Retention");
    xml.text("Mode", mode_text(retention.mode));
    xml.time("RetainUntilDate", until(&retention));
    Ok(response::document(xml))
}
