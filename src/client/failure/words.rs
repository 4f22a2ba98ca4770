//! Refusals that say too little where they come from, in plain words and with what was asked for.

use http::StatusCode;

use super::{Asked, By, policy};

/// What is typed wrong is the command line's fault, wherever it is found.
pub(super) fn is_usage(code: &str) -> bool {
    code == "InvalidBucketName"
}

/// Nothing where the interface's own message says it.
pub(super) fn of(code: &str, message: &str, asked: Asked<'_>) -> Option<String> {
    let words = match code {
        "NoSuchBucket" => format!("there is no bucket {:?}", bucket(asked)?),
        "InvalidBucketName" => format!(
            "{:?} is no name for a bucket: 3 to 63 small letters, digits, hyphens and dots, with a \
             letter or digit at both ends",
            bucket(asked)?
        ),
        "BucketAlreadyExists" | "BucketAlreadyOwnedByYou" => {
            format!("there is a bucket {:?} already", bucket(asked)?)
        }
        "BucketNotEmpty" => format!("bucket {:?} is not empty", bucket(asked)?),
        "MalformedXML" => {
            let kind = configuration(asked)?;
            format!(
                "this is no {kind} configuration: a field that it must have is missing, or one has \
                 a value that it cannot have"
            )
        }
        "Unauthenticated" | "LoginRequired" if asked.by == By::DataFolder => {
            "this is somebody's own, and who asks on the machine itself is nobody in particular"
                .to_owned()
        }
        "Unauthenticated" => "there was no token to ask with".to_owned(),
        "MalformedPolicy" | "MalformedPolicyDocument" => policy::fault(asked)?,
        // An answer of S3 without a body has no words for it.
        _ if Some(message) == StatusCode::FORBIDDEN.canonical_reason() => {
            format!("you may not do this with bucket {:?}", bucket(asked)?)
        }
        _ => return None,
    };
    Some(words)
}

/// The bucket in the path, or the one to be made.
fn bucket(asked: Asked<'_>) -> Option<String> {
    if asked.part(0)? != "buckets" {
        return asked.body?["bucket"].as_str().map(str::to_owned);
    }
    match asked.part(1) {
        Some(name) => Some(name),
        None => asked.body?["name"].as_str().map(str::to_owned),
    }
}

fn configuration(asked: Asked<'_>) -> Option<String> {
    (asked.part(2)? == "config")
        .then(|| asked.part(3))
        .flatten()
}
