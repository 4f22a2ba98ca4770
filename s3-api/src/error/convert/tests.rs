use super::*;
use storage_engine::ids::VersionId;

fn converted(error: Error) -> S3Error {
    from_engine(
        error,
        Subject {
            bucket: "b",
            key: b"k",
            upload: "u",
        },
    )
}

#[test]
fn conditions_of_the_engine_have_their_code() {
    let table = [
        (
            Error::NoSuchBucket { name: "b".into() },
            Code::NoSuchBucket,
            404,
        ),
        (
            Error::BucketNotEmpty { name: "b".into() },
            Code::BucketNotEmpty,
            409,
        ),
        (Error::NoSuchKey { marker: None }, Code::NoSuchKey, 404),
        (
            Error::NoSuchVersion {
                version: VersionId::Null,
            },
            Code::NoSuchVersion,
            404,
        ),
        (
            Error::IsMarker {
                version: VersionId::Null,
            },
            Code::MethodNotAllowed,
            405,
        ),
        (Error::NoSuchUpload, Code::NoSuchUpload, 404),
        (Error::InvalidPart { number: 2 }, Code::InvalidPart, 400),
        (Error::PartOrder, Code::InvalidPartOrder, 400),
        (
            Error::PartTooSmall {
                number: 1,
                size: 1,
                min: 2,
            },
            Code::EntityTooSmall,
            400,
        ),
        (
            Error::Condition {
                condition: "If-Match",
            },
            Code::PreconditionFailed,
            412,
        ),
        (Error::DigestMismatch, Code::BadDigest, 400),
        (Error::Conflict, Code::ConditionalRequestConflict, 409),
        (
            Error::NoSpace {
                free: 1,
                reserve: 2,
            },
            Code::StorageFull,
            507,
        ),
        (
            Error::Stopped { reason: "x".into() },
            Code::ServiceUnavailable,
            503,
        ),
        (Error::Index("x".into()), Code::InternalError, 500),
    ];
    for (error, code, status) in table {
        let answer = converted(error);
        assert_eq!(
            (answer.code(), answer.code().status().as_u16()),
            (code, status)
        );
    }
}

#[test]
fn a_delete_marker_is_told_in_the_headers() {
    let mut answer = converted(Error::NoSuchKey {
        marker: Some(VersionId::Null),
    });
    let headers = answer.take_headers().unwrap();
    assert_eq!(headers["x-amz-delete-marker"], "true");
    assert_eq!(headers["x-amz-version-id"], "null");
}

#[test]
fn a_failure_of_the_store_tells_nothing() {
    let answer = converted(Error::Index("secret detail".into()));
    assert!(!answer.to_string().contains("secret"));
}
