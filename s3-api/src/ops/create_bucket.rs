//! CreateBucket.

use super::put_bucket_acl;
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
use crate::within::OnlyNew;
use bytes::Bytes;
use http::StatusCode;
use http::header::LOCATION;
use storage_engine::row::Tag;
use storage_engine::{CreateBucket, Error, HOLDER};

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let given = Settings::parse(request)?;
    given.check_rights(request)?;
    let limit = TAGS_DOCUMENT_BYTES_MAX;
    let body = document::read(&mut payload, request.headers(), limit, Proof::Optional).await?;
    let tags = parse(&body, &request.settings().region)?;
    let mut documents = given.documents();
    if let Some(holder) = request.caller().bucket_holder() {
        documents.push((HOLDER.to_owned(), Bytes::copy_from_slice(holder.as_bytes())));
    }
    let bucket = CreateBucket {
        name: request.bucket().to_owned(),
        owner: request.owner(),
        lockable: given.lockable,
        tags,
        documents,
    };
    match request.engine().create_bucket(bucket).await {
        Ok(_) => {}
        Err(Error::BucketExists { name, owner }) => {
            check_existing(request, &name, &owner)?;
            reset_acl(request, &name, &given.acl).await?;
        }
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
    let is_new_wanted = request.extension::<OnlyNew>().is_some();
    let code = if owner != request.owner() {
        Code::BucketAlreadyExists
    } else if request.settings().region == "us-east-1" && !is_new_wanted {
        return Ok(());
    } else {
        Code::BucketAlreadyOwnedByYou
    };
    Err(S3Error::new(code).extra("BucketName", name))
}

/// A bucket that is created again gets the list that was asked for, and keeps all else.
async fn reset_acl(request: &Permitted<'_>, name: &str, acl: &Acl) -> Result<(), S3Error> {
    let bucket = request.other_bucket(name).await;
    let bucket = bucket.map_err(|error| request.refusal(error))?;
    match (bucket.lists_count(), acl.is_private(&bucket.row.owner)) {
        (false, true) => Ok(()),
        (false, false) => Err(S3Error::new(Code::InvalidBucketAclWithObjectOwnership)),
        (true, _) => put_bucket_acl::store(request, &bucket, acl).await,
    }
}

/// What the headers say of the new bucket.
struct Settings {
    owner: String,
    acl: Acl,
    ownership: Ownership,
    is_ownership_given: bool,
    /// Its versions may be locked, from the first one on.
    lockable: bool,
}

impl Settings {
    fn parse(request: &Permitted<'_>) -> Result<Self, S3Error> {
        let given_ownership = request.header_text("x-amz-object-ownership")?;
        let ownership = match given_ownership {
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
        if ownership == Ownership::BucketOwnerEnforced && !acl.is_private(&owner) {
            return Err(S3Error::new(Code::InvalidBucketAclWithObjectOwnership));
        }
        Ok(Self {
            owner,
            acl,
            ownership,
            is_ownership_given: given_ownership.is_some(),
            lockable: object_lock(request)?,
        })
    }

    /// Whoever sets more than the name must be allowed to.
    fn check_rights(&self, request: &Permitted<'_>) -> Result<(), S3Error> {
        let beside: [(bool, &[&'static str]); 3] = [
            (!self.acl.is_private(&self.owner), &["s3:PutBucketAcl"]),
            (self.is_ownership_given, &["s3:PutBucketOwnershipControls"]),
            (
                self.lockable,
                &[
                    "s3:PutBucketObjectLockConfiguration",
                    "s3:PutBucketVersioning",
                ],
            ),
        ];
        let asked = beside.iter().filter(|(is_asked, _)| *is_asked);
        let mut actions = asked.flat_map(|(_, actions)| *actions);
        actions.try_for_each(|action| request.require_of_new_bucket(action))
    }

    fn documents(&self) -> Vec<(String, Bytes)> {
        let mut documents = Vec::new();
        // What is nowhere said is that objects belong to their writers.
        if self.ownership != Ownership::ObjectWriter || self.is_ownership_given {
            documents.push((Ownership::KIND.to_owned(), to_bytes(&self.ownership)));
        }
        if !self.acl.is_private(&self.owner) {
            documents.push((acl::KIND.to_owned(), self.acl.to_bytes().into()));
        }
        if self.lockable {
            let lock = to_bytes(&ObjectLock::default());
            documents.push((ObjectLock::KIND.to_owned(), lock));
        }
        documents
    }
}

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
