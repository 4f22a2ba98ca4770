//! CreateBucket.

use super::shared::tags;
use crate::acl::{self, Acl, Given, given};
use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::bucket::document::{Document, to_bytes};
use crate::bucket::object_lock::ObjectLock;
use crate::bucket::ownership::Ownership;
use crate::error::{Code, S3Error};
use crate::limits::TAGS_DOCUMENT_BYTES_MAX;
use crate::request::Permitted;
use crate::response::{self, Answer, set};
use bytes::Bytes;
use http::StatusCode;
use http::header::LOCATION;
use storage_engine::row::Tag;
use storage_engine::{CreateBucket, Error};

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let mut documents = documents(request)?;
    let lockable = object_lock(request)?;
    let limit = TAGS_DOCUMENT_BYTES_MAX;
    let body = document::read(&mut payload, request.headers(), limit, Proof::Optional).await?;
    let tags = parse(&body, &request.settings().region)?;
    if lockable {
        let lock = to_bytes(&ObjectLock::default());
        documents.push((ObjectLock::KIND.to_owned(), lock));
    }
    let bucket = CreateBucket {
        name: request.bucket().to_owned(),
        owner: request.owner(),
        lockable,
        tags,
        documents,
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

/// Ownership and list, as documents of the new bucket.
fn documents(request: &Permitted<'_>) -> Result<Vec<(String, Bytes)>, S3Error> {
    let ownership = match request.header_text("x-amz-object-ownership")? {
        None => request.settings().ownership,
        Some(name) => Ownership::parse(name)
            .ok_or_else(|| S3Error::invalid_argument("x-amz-object-ownership", name))?,
    };
    let owner = request.owner();
    let acl = match given(request.headers(), request.identity())? {
        Given::Nothing => Acl::private(&owner),
        Given::Canned(canned) => canned.acl(&owner, &owner),
        Given::Grants(grants) => Acl { grants },
    };
    let mut documents = Vec::new();
    // What is nowhere said is that objects belong to their writers.
    if ownership != Ownership::ObjectWriter || request.header("x-amz-object-ownership").is_some() {
        documents.push((Ownership::KIND.to_owned(), to_bytes(&ownership)));
    }
    if !acl.is_private(&owner) {
        if ownership == Ownership::BucketOwnerEnforced {
            return Err(S3Error::new(Code::InvalidBucketAclWithObjectOwnership));
        }
        documents.push((acl::KIND.to_owned(), acl.to_bytes().into()));
    }
    Ok(documents)
}

/// Whether its versions may be locked, from the first one on.
fn object_lock(request: &Permitted<'_>) -> Result<bool, S3Error> {
    const NAME: &str = "x-amz-bucket-object-lock-enabled";
    match request.header_text(NAME)? {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(other) => Err(S3Error::invalid_argument(NAME, other)),
    }
}

/// Checks the place the bucket is to be at, and gives its tags.
pub(crate) fn parse(body: &[u8], region: &str) -> Result<Vec<Tag>, S3Error> {
    let mut tags = Vec::new();
    if body.trim_ascii().is_empty() {
        return Ok(tags);
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
            "Tags" => tags = tags::of_new_bucket(child)?,
            "Bucket" | "Location" => {
                return Err(S3Error::new(Code::NotImplemented)
                    .message(format!("{} is not implemented.", child.name())));
            }
            _ => return Err(S3Error::new(Code::MalformedXML)),
        }
    }
    Ok(tags)
}
