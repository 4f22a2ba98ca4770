//! The one place where the engine's conditions become S3's.

use super::{Code, S3Error};
use http::HeaderName;
use storage_engine::Error;

/// What the request was about, for the elements an error document names.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Subject<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a [u8],
    pub(crate) upload: &'a str,
}

const DELETE_MARKER: HeaderName = HeaderName::from_static("x-amz-delete-marker");
const VERSION_ID: HeaderName = HeaderName::from_static("x-amz-version-id");

/// Converts a refusal of the engine. Failures of the store itself are logged here, once, and tell
/// the client nothing. A full drive and a store that has stopped say so in the log themselves, once
/// and not for each request.
pub(crate) fn from_engine(error: Error, subject: Subject<'_>) -> S3Error {
    match client_error(&error, subject) {
        Some(answer) => answer,
        None => {
            if matches!(error, Error::NoSpace { .. } | Error::Stopped { .. }) {
                tracing::debug!(bucket = subject.bucket, %error, "refused a request");
                return S3Error::new(failure_code(&error));
            }
            tracing::error!(bucket = subject.bucket, %error, "store failed a request");
            S3Error::new(failure_code(&error))
        }
    }
}

/// What the client asked for and cannot have; `None` where the fault is ours.
fn client_error(error: &Error, subject: Subject<'_>) -> Option<S3Error> {
    let key = || String::from_utf8_lossy(subject.key).into_owned();
    let answer = match error {
        Error::NoSuchBucket { name } => {
            S3Error::new(Code::NoSuchBucket).extra("BucketName", name.as_str())
        }
        // Whoever creates buckets compares the owner first and says which of the two it is.
        Error::BucketExists { name, .. } => {
            S3Error::new(Code::BucketAlreadyExists).extra("BucketName", name.as_str())
        }
        Error::BucketNotEmpty { name } => {
            S3Error::new(Code::BucketNotEmpty).extra("BucketName", name.as_str())
        }
        // Amazon leaves the header out; it tells those who look that no marker is why.
        Error::NoSuchKey { marker: None } => S3Error::new(Code::NoSuchKey)
            .extra("Key", key())
            .header(DELETE_MARKER, "false"),
        Error::NoSuchKey {
            marker: Some(version),
        } => S3Error::new(Code::NoSuchKey)
            .extra("Key", key())
            .header(DELETE_MARKER, "true")
            .header(VERSION_ID, &version.to_string()),
        Error::NoSuchVersion { version } => S3Error::new(Code::NoSuchVersion)
            .extra("Key", key())
            .extra("VersionId", version.to_string()),
        Error::IsMarker { version } => S3Error::new(Code::MethodNotAllowed)
            .extra("ResourceType", "DeleteMarker")
            .header(DELETE_MARKER, "true")
            .header(VERSION_ID, &version.to_string()),
        Error::NoSuchUpload => S3Error::new(Code::NoSuchUpload).extra("UploadId", subject.upload),
        Error::InvalidPart { number } => S3Error::new(Code::InvalidPart)
            .extra("UploadId", subject.upload)
            .extra("PartNumber", number.to_string()),
        Error::PartOrder => S3Error::new(Code::InvalidPartOrder).extra("UploadId", subject.upload),
        Error::PartTooSmall { number, size, min } => S3Error::new(Code::EntityTooSmall)
            .extra("ProposedSize", size.to_string())
            .extra("MinSizeAllowed", min.to_string())
            .extra("PartNumber", number.to_string()),
        Error::Condition { condition } => {
            S3Error::new(Code::PreconditionFailed).extra("Condition", *condition)
        }
        Error::WrongKey => S3Error::new(Code::InvalidRequest).message(
            "The object was stored using a form of Server Side Encryption. \
             The correct parameters must be provided to retrieve the object.",
        ),
        Error::DigestMismatch => S3Error::new(Code::BadDigest),
        Error::Locked { .. } => S3Error::new(Code::AccessDenied)
            .message("Access Denied because object protected by object lock."),
        Error::VersioningRequired => S3Error::new(Code::InvalidBucketState).message(
            "An Object Lock configuration is present on this bucket, \
             so the versioning state cannot be changed.",
        ),
        Error::NotLockable => S3Error::new(Code::ObjectLockMissing),
        Error::Quota { limit, unit } => S3Error::new(Code::QuotaExceeded)
            .message(format!("The quota of {limit} {unit} would be exceeded.")),
        Error::Allowance { limit, unit } => S3Error::new(Code::QuotaExceeded).message(format!(
            "The limit of {limit} {unit} in all buckets of the user who made this one would be \
             exceeded."
        )),
        Error::TooLarge { what, size, limit } => S3Error::new(Code::EntityTooLarge)
            .message(format!(
                "Your proposed {what} exceeds the maximum allowed size"
            ))
            .extra("ProposedSize", size.to_string())
            .extra("MaxSizeAllowed", limit.to_string()),
        Error::Invalid { what: "length", .. } => S3Error::new(Code::IncompleteBody),
        Error::Invalid { what, detail } => {
            S3Error::new(Code::InvalidArgument).message(format!("Invalid {what}: {detail}"))
        }
        Error::Conflict => S3Error::new(Code::ConditionalRequestConflict),
        _ => return None,
    };
    Some(answer)
}

fn failure_code(error: &Error) -> Code {
    match error {
        Error::NoSpace { .. } => Code::StorageFull,
        Error::Stopped { .. } => Code::ServiceUnavailable,
        _ => Code::InternalError,
    }
}

#[cfg(test)]
mod tests;
