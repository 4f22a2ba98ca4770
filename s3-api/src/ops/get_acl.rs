//! GetBucketAcl and GetObjectAcl. Access control lists cannot be changed, so each says that the
//! owner may do everything.

use super::shared::version;
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer, VERSION_ID, set};
use crate::xml::writer::Writer;
use storage_engine::Target;

pub(crate) fn bucket(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let owner = &request.settings_of_bucket()?.row.owner;
    Ok(response::document(full_control(request, owner)))
}

pub(crate) async fn object(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let version = version::asked(request)?;
    let target = Target {
        bucket: request.bucket().to_owned(),
        key: request.key(),
        version,
    };
    let found = request.engine().head(target).await;
    let info = found.map_err(|error| request.refusal(error))?;
    let mut answer = response::document(full_control(request, &info.row.summary.owner));
    if let Some(version) = version::shown(&info) {
        set(answer.headers_mut(), VERSION_ID, &version.to_string());
    }
    Ok(answer)
}

fn full_control(request: &Permitted<'_>, owner: &str) -> Writer {
    let name = display_name(request, owner);
    let person = |xml: &mut Writer| {
        xml.text("ID", owner);
        if let Some(name) = &name {
            xml.text("DisplayName", name);
        }
    };
    let mut xml = Writer::document("AccessControlPolicy");
    xml.element("Owner", person);
    xml.element("AccessControlList", |xml| {
        xml.element("Grant", |xml| {
            xml.typed("Grantee", "CanonicalUser", person);
            xml.text("Permission", "FULL_CONTROL");
        });
    });
    xml
}

fn display_name(request: &Permitted<'_>, owner: &str) -> Option<String> {
    let principal = request.principal();
    (*principal.id == *owner).then(|| principal.display_name.as_ref().to_owned())
}
