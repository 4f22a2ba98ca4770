//! What operations are called in the log: `REST.`, the method, and what it is done to.

use crate::op::{Level, Marker, Operation};

/// Those that are not called after their method and sub-resource.
const NAMES: [(&str, &str); 15] = [
    ("AbortMultipartUpload", "DELETE.UPLOAD"),
    ("CompleteMultipartUpload", "POST.UPLOAD"),
    ("CopyObject", "COPY.OBJECT"),
    ("CreateMultipartUpload", "POST.UPLOADS"),
    ("DeleteObjects", "POST.MULTI_OBJECT_DELETE"),
    ("GetBucketLogging", "GET.LOGGING_STATUS"),
    ("ListMultipartUploads", "GET.UPLOADS"),
    ("ListObjectVersions", "GET.BUCKETVERSIONS"),
    ("ListObjectsV2", "GET.BUCKET"),
    ("ListParts", "GET.UPLOAD"),
    ("PutBucketLogging", "PUT.LOGGING_STATUS"),
    ("UploadPart", "PUT.PART"),
    ("UploadPartCopy", "COPY.PART"),
    ("PostObject", "POST.OBJECT"),
    ("Preflight", "OPTIONS.PREFLIGHT"),
];

pub(super) fn of(operation: &Operation) -> String {
    let known = NAMES.iter().find(|(name, _)| *name == operation.name);
    if let Some((_, name)) = known {
        return format!("REST.{name}");
    }
    let mut name = format!("REST.{}.", operation.method);
    let whole = match operation.level {
        Level::Service => "SERVICE",
        Level::Bucket => "BUCKET",
        Level::Object => "OBJECT",
    };
    let subresource = operation.markers.iter().find_map(|marker| match marker {
        Marker::Query(name) => Some(*name),
        Marker::Value(..) | Marker::Header(_) => None,
    });
    match subresource {
        None => name.push_str(whole),
        Some(subresource) => {
            if operation.level == Level::Object {
                name.push_str("OBJECT_");
            }
            push_in_capitals(&mut name, subresource);
        }
    }
    name
}

/// `publicAccessBlock` and `object-lock` in capitals, words apart.
fn push_in_capitals(out: &mut String, name: &str) {
    for letter in name.chars() {
        match letter {
            '-' => out.push('_'),
            'A'..='Z' => {
                out.push('_');
                out.push(letter);
            }
            _ => out.push(letter.to_ascii_uppercase()),
        }
    }
}
