//! GetBucketVersioning: no status at all where versioning was never enabled.

use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;
use storage_engine::row::Versioning;

pub(crate) fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let mut xml = Writer::document("VersioningConfiguration");
    match request.settings_of_bucket()?.row.versioning {
        Versioning::Off => {}
        Versioning::Enabled => xml.text("Status", "Enabled"),
        Versioning::Suspended => xml.text("Status", "Suspended"),
    }
    Ok(response::document(xml))
}
