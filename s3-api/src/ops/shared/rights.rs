//! Rights that a new object needs beside the one to write it, because of what comes with it.

use crate::error::{Code, S3Error};
use crate::op::Access;
use crate::request::{Deed, Permitted};

/// Headers with the action that whoever sends one must be allowed.
const BESIDE: [(&str, &str); 5] = [
    ("x-amz-tagging", "s3:PutObjectTagging"),
    ("x-amz-object-lock-mode", "s3:PutObjectRetention"),
    (
        "x-amz-object-lock-retain-until-date",
        "s3:PutObjectRetention",
    ),
    ("x-amz-object-lock-legal-hold", "s3:PutObjectLegalHold"),
    ("x-amz-acl", "s3:PutObjectAcl"),
];

pub(crate) async fn check_beside(request: &Permitted<'_>) -> Result<(), S3Error> {
    for (header, action) in BESIDE {
        if request.header(header).is_some() {
            require(request, action).await?;
        }
    }
    let mut names = request.headers().keys();
    match names.any(|name| name.as_str().starts_with("x-amz-grant-")) {
        true => require(request, "s3:PutObjectAcl").await,
        false => Ok(()),
    }
}

/// Whoever a list lets write into the bucket says as well what comes with the object.
async fn require(request: &Permitted<'_>, action: &'static str) -> Result<(), S3Error> {
    let deed = Deed {
        access: Access::to_write(action),
        bucket: request.settings_of_bucket()?,
        key: &request.key(),
        version: None,
        known: &[],
    };
    match request.may(deed).await? {
        true => Ok(()),
        false => Err(S3Error::new(Code::AccessDenied)),
    }
}
