//! Access control lists that come with a request, for what exists and for what is made.

use crate::acl::{self, Acl, Canned, Given, given};
use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::bucket::Bucket;
use crate::bucket::ownership::Ownership;
use crate::error::{Code, S3Error};
use crate::limits::SMALL_DOCUMENT_BYTES_MAX;
use crate::request::Permitted;
use storage_engine::row::Attribute;

/// The list that is to replace another one.
pub(crate) async fn replacement(
    request: &Permitted<'_>,
    payload: &mut Payload<'_>,
    owner: &str,
) -> Result<Acl, S3Error> {
    let limit = SMALL_DOCUMENT_BYTES_MAX;
    let body = document::read(payload, request.headers(), limit, Proof::Optional).await?;
    let given = given(request.headers(), request.identity())?;
    match (given, body.trim_ascii().is_empty()) {
        (Given::Nothing, true) => {
            Err(S3Error::new(Code::MissingSecurityHeader).extra("MissingHeaderName", "x-amz-acl"))
        }
        (Given::Nothing, false) => acl::parse_document(&body, owner, request.identity()),
        (_, false) => Err(S3Error::new(Code::UnexpectedContent)),
        (Given::Canned(canned), true) => {
            Ok(canned.acl(owner, &request.settings_of_bucket()?.row.owner))
        }
        (Given::Grants(grants), true) => Ok(Acl { grants }),
    }
}

/// Refuses a list that grants strangers something where the bucket's owner has ruled that out.
pub(crate) fn check_public(bucket: &Bucket, acl: &Acl) -> Result<(), S3Error> {
    match bucket.public_access.block_acls && acl.is_public() {
        true => Err(S3Error::new(Code::AccessDenied)),
        false => Ok(()),
    }
}

/// Whose a new object is, and the list it has if that is not the usual one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) owner: String,
    pub(crate) acl: Option<Attribute>,
}

/// Where lists do not count, one that says the same as none is taken all the same: many programs
/// send `private` with all that they write.
pub(crate) fn for_new_object(request: &Permitted<'_>) -> Result<Owned, S3Error> {
    let bucket = request.settings_of_bucket()?;
    let given = given(request.headers(), request.identity())?;
    let bucket_owner = bucket.row.owner.as_str();
    let hands_over = given == Given::Canned(Canned::BucketOwnerFullControl);
    let owner = match bucket.ownership() {
        Ownership::BucketOwnerEnforced => {
            let says_nothing = given == Given::Nothing || hands_over;
            let writer = request.owner();
            if !says_nothing && !list_of_new(given, &writer, bucket_owner).is_private(bucket_owner)
            {
                return Err(S3Error::new(Code::AccessControlListNotSupported));
            }
            return Ok(Owned {
                owner: bucket_owner.to_owned(),
                acl: None,
            });
        }
        Ownership::BucketOwnerPreferred if hands_over => bucket_owner.to_owned(),
        Ownership::BucketOwnerPreferred | Ownership::ObjectWriter => request.owner(),
    };
    let acl = list_of_new(given, &owner, bucket_owner);
    check_public(bucket, &acl)?;
    let attribute = (!acl.is_private(&owner)).then(|| Attribute {
        name: acl::ATTRIBUTE.to_owned(),
        value: acl.to_bytes(),
    });
    Ok(Owned {
        owner,
        acl: attribute,
    })
}

/// The list of a new object of that owner.
fn list_of_new(given: Given, owner: &str, bucket_owner: &str) -> Acl {
    match given {
        Given::Nothing => Acl::private(owner),
        Given::Canned(canned) => canned.acl(owner, bucket_owner),
        Given::Grants(grants) => Acl { grants },
    }
}
