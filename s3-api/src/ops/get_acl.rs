//! GetBucketAcl and GetObjectAcl.

use super::get_object;
use super::shared::version;
use crate::acl::{Acl, write_document};
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer, VERSION_ID, set};

pub(crate) fn bucket(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let bucket = request.settings_of_bucket()?;
    let owner = &bucket.row.owner;
    let xml = write_document(&bucket.acl, owner, request.identity());
    Ok(response::document(xml))
}

pub(crate) async fn object(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let found = request.engine().head(get_object::target(request)?).await;
    let info = found.map_err(|error| request.refusal(error))?;
    let owner = request.settings_of_bucket()?.owner_of(&info.row.summary);
    let acl = match request.settings_of_bucket()?.lists_count() {
        true => Acl::of_object(&info.row),
        false => Acl::private(owner),
    };
    let mut answer = response::document(write_document(&acl, owner, request.identity()));
    if let Some(version) = version::shown(&info) {
        set(answer.headers_mut(), VERSION_ID, &version.to_string());
    }
    Ok(answer)
}
