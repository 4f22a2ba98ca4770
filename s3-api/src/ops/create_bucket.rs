//! CreateBucket.

use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::error::{Code, S3Error};
use crate::limits::SMALL_DOCUMENT_BYTES_MAX;
use crate::request::Permitted;
use crate::response::{self, Answer, set};
use http::StatusCode;
use http::header::LOCATION;
use storage_engine::{CreateBucket, Error};

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    check_headers(request)?;
    let limit = SMALL_DOCUMENT_BYTES_MAX;
    let body = document::read(&mut payload, request.headers(), limit, Proof::Optional).await?;
    check_document(&body, &request.settings().region)?;
    let name = request.bucket().to_owned();
    let bucket = CreateBucket {
        name,
        owner: request.owner(),
        lockable: false,
        ..CreateBucket::default()
    };
    match request.engine().create_bucket(bucket).await {
        Ok(_) => {}
        Err(Error::BucketExists { name, owner }) => check_existing(request, &name, &owner)?,
        Err(error) => return Err(request.refusal(error)),
    }
    let mut answer = response::empty(StatusCode::OK);
    set(
        answer.headers_mut(),
        LOCATION,
        &format!("/{}", request.bucket()),
    );
    Ok(answer)
}

/// Creating one's own bucket again is no error in the oldest region, and one everywhere else.
fn check_existing(request: &Permitted<'_>, name: &str, owner: &str) -> Result<(), S3Error> {
    let code = if owner != request.owner() {
        Code::BucketAlreadyExists
    } else if request.settings().region == "us-east-1" {
        return Ok(());
    } else {
        Code::BucketAlreadyOwnedByYou
    };
    Err(S3Error::new(code).extra("BucketName", name))
}

/// Settings that can come along in headers, of which only the defaults exist so far.
fn check_headers(request: &Permitted<'_>) -> Result<(), S3Error> {
    for (name, value) in request.headers() {
        let is_default = match name.as_str() {
            "x-amz-acl" => value == "private",
            name if name.starts_with("x-amz-grant-") => false,
            "x-amz-object-ownership" => value == "BucketOwnerEnforced",
            "x-amz-bucket-object-lock-enabled" => value.as_bytes().eq_ignore_ascii_case(b"false"),
            _ => true,
        };
        if !is_default {
            return Err(match name.as_str() {
                "x-amz-object-ownership" | "x-amz-bucket-object-lock-enabled" => {
                    S3Error::new(Code::NotImplemented).extra("Header", name.as_str())
                }
                _ => S3Error::new(Code::InvalidBucketAclWithObjectOwnership),
            });
        }
    }
    Ok(())
}

pub(crate) fn check_document(body: &[u8], region: &str) -> Result<(), S3Error> {
    if body.trim_ascii().is_empty() {
        return Ok(());
    }
    let root = document::parse(body, "CreateBucketConfiguration")?;
    for child in root.children() {
        let asked = child.text().trim();
        match child.name() {
            "LocationConstraint" if asked.is_empty() || asked == region => {}
            "LocationConstraint" => {
                return Err(
                    S3Error::new(Code::IllegalLocationConstraintException).message(format!(
                        "The {asked} location constraint is incompatible for the region specific \
                         endpoint this request was sent to."
                    )),
                );
            }
            "Tags" | "Bucket" | "Location" => {
                return Err(S3Error::new(Code::NotImplemented)
                    .message(format!("{} is not implemented.", child.name())));
            }
            _ => return Err(S3Error::new(Code::MalformedXML)),
        }
    }
    Ok(())
}
