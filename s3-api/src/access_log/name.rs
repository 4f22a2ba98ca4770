//! What operations are called in the log: `REST.`, the method, and what it is done to.

use crate::op::{Level, Marker, Operation};
use http::Method;

/// One key of a DeleteObjects.
pub(crate) const DELETE_OF_BATCH: &str = "BATCH.DELETE.OBJECT";

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

/// The reading of a copy's source.
pub(crate) fn of_source(operation: &Operation) -> &'static str {
    match operation.name {
        "UploadPartCopy" => "REST.COPY.PART_GET",
        _ => "REST.COPY.OBJECT_GET",
    }
}

/// A look at a page of a website.
pub(super) fn of_visit(method: &Method) -> String {
    format!("WEBSITE.{method}.OBJECT")
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
