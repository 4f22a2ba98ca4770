//! PutObjectAcl: a list in headers or in a document becomes that of one version.

use super::get_object;
use super::shared::{acl_input, notices, version};
use crate::acl;
use crate::body::payload::Payload;
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer, VERSION_ID, set};
use http::StatusCode;
use pipeline::events::EventName;
use storage_engine::{Notes, ObjectInfo, UpdateObject};

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let bucket = request.settings_of_bucket()?;
    let target = get_object::target(request)?;
    let found = request.engine().head(target.clone()).await;
    let info = found.map_err(|error| request.refusal(error))?;
    let owner = info.row.summary.owner.as_str();
    let acl = acl_input::replacement(request, &mut payload, owner).await?;
    if !bucket.lists_count() {
        return Err(S3Error::new(Code::AccessControlListNotSupported));
    }
    acl_input::check_public(bucket, &acl)?;
    let value = (!acl.is_private(owner)).then(|| acl.to_bytes());
    let notes = match value.as_deref() == stored(&info) {
        // Amazon tells of no change that is none.
        true => Notes::none(),
        false => notices::notes(request, &request.key(), &[EventName::AclPut]),
    };
    let change = UpdateObject {
        notes,
        single_attributes: vec![(acl::ATTRIBUTE.to_owned(), value)],
        ..UpdateObject::default()
    };
    let updated = request.engine().update_object(target, change).await;
    let info = updated.map_err(|error| request.refusal(error))?;
    let mut answer = response::empty(StatusCode::OK);
    if let Some(version) = version::shown(&info) {
        set(answer.headers_mut(), VERSION_ID, &version.to_string());
    }
    Ok(answer)
}

/// The list the version has so far, unless that is the usual one.
fn stored(info: &ObjectInfo) -> Option<&[u8]> {
    let attributes = info.row.detail.iter().flat_map(|detail| &detail.attributes);
    let mut lists = attributes.filter(|attribute| attribute.name == acl::ATTRIBUTE);
    lists.next().map(|attribute| attribute.value.as_slice())
}
