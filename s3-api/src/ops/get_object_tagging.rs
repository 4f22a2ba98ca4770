//! GetObjectTagging: the tags of a version. One without tags has an empty set.

use super::get_object::target;
use super::shared::{tags, version};
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer, VERSION_ID, set};
use crate::xml::writer::Writer;

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let found = request.engine().head(target(request)?).await;
    let info = found.map_err(|error| request.refusal(error))?;
    let mut xml = Writer::document("Tagging");
    let detail = info.row.detail.as_ref();
    let own = detail.map(|detail| detail.tags.as_slice());
    tags::write(&mut xml, own.unwrap_or_default());
    let mut answer = response::document(xml);
    if let Some(version) = version::shown(&info) {
        set(answer.headers_mut(), VERSION_ID, &version.to_string());
    }
    Ok(answer)
}
