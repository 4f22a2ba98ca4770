//! `docs/S3.md` is made from the table of operations and from the bounds, as far as it is about
//! them. The test fails where the document says anything else. To write it anew:
//! `CAIRN_WRITE_DOCS=1 cargo test -p s3-api document`.

use super::super::table::{Access, Disposition, Operation, Right};
use super::OPERATIONS;
use crate::error::Code;
use crate::limits;
use std::fmt::Write;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/S3.md");

/// Makes a part of the document.
type Made = fn() -> String;

/// Each stands between two lines that name it.
const PARTS: [(&str, Made); 2] = [("operations", operations), ("limits", bounds)];

#[test]
fn the_document_says_what_the_table_says() {
    let found = std::fs::read_to_string(PATH).unwrap();
    let mut expected = found.clone();
    for (name, made) in PARTS {
        expected = replaced(&expected, name, &made());
    }
    if std::env::var_os("CAIRN_WRITE_DOCS").is_some() {
        std::fs::write(PATH, &expected).unwrap();
    } else {
        assert!(
            found == expected,
            "docs/S3.md is stale: CAIRN_WRITE_DOCS=1 cargo test -p s3-api document"
        );
    }
}

fn replaced(document: &str, name: &str, made: &str) -> String {
    let (begin, end) = (
        format!("<!-- generated: {name} -->\n"),
        format!("<!-- end: {name} -->\n"),
    );
    let (front, rest) = document.split_once(&begin).unwrap();
    let (_, back) = rest.split_once(&end).unwrap();
    format!("{front}{begin}\n{made}\n{end}{back}")
}

fn operations() -> String {
    let mut rows: Vec<&Operation> = OPERATIONS.iter().collect();
    rows.sort_by_key(|row| row.name);
    let is_served = |row: &&&Operation| {
        let same = |name| named_row(name).disposition;
        let served = |disposition| matches!(disposition, Disposition::Served(_));
        match row.disposition {
            Disposition::SameAs(name) => served(same(name)),
            disposition => served(disposition),
        }
    };
    let refused = |row: &&&Operation| row.disposition == Disposition::NotImplemented;
    let (all, served, refused) = (
        rows.len(),
        rows.iter().filter(is_served).count(),
        rows.iter().filter(refused).count(),
    );
    let mut text = format!(
        "{all} operations: {served} are served, {refused} are refused with 501, and the other \
         {} read or delete what cannot be set, and say so as Amazon does of what is not set.\n\n\
         | operation | request | action | list | answer |\n| --- | --- | --- | --- | --- |\n",
        all - served - refused
    );
    for row in rows {
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} | {} |",
            row.name,
            request(row),
            action(&row.access),
            row.access.right.map_or("", right),
            answer(row)
        );
    }
    text
}

fn named_row(name: &str) -> &'static Operation {
    OPERATIONS.iter().find(|row| row.name == name).unwrap()
}

fn request(row: &Operation) -> String {
    let example = row.example("BUCKET", "KEY");
    let mut text = format!("{} {}", example.method, example.target);
    if !example.headers.is_empty() {
        let _ = write!(text, " with {}", example.headers.join(", "));
    }
    text
}

fn action(access: &Access) -> String {
    match access.versioned {
        None => format!("`{}`", access.action),
        Some(versioned) => format!("`{}`, of a version `{versioned}`", access.action),
    }
}

fn right(right: Right) -> &'static str {
    match right {
        Right::BucketRead => "bucket READ",
        Right::BucketWrite => "bucket WRITE",
        Right::BucketReadAcl => "bucket READ_ACP",
        Right::BucketWriteAcl => "bucket WRITE_ACP",
        Right::ObjectRead => "object READ",
        Right::ObjectReadAcl => "object READ_ACP",
        Right::ObjectWriteAcl => "object WRITE_ACP",
    }
}

fn answer(row: &Operation) -> String {
    let refusal = |code: Code| format!("{} `{}`", code.status().as_u16(), code.name());
    match row.disposition {
        Disposition::Served(_) => "served".into(),
        Disposition::SameAs(name) => format!("as {name}"),
        Disposition::Unset(code) => refusal(code),
        Disposition::Default(document) => format!("an empty `{}`", document.root),
        Disposition::NothingToDelete => "204".into(),
        Disposition::NotImplemented => format!("501: {}", reason(row.name)),
    }
}

/// Why an operation is not served.
fn reason(name: &str) -> &'static str {
    match name {
        "CreateSession" => "belongs to directory buckets, which there are none of",
        "PutBucketAbac" => "access is not decided by a bucket's tags",
        "PutBucketAccelerateConfiguration" => "there are no edge locations to send requests to",
        "PutBucketAnalyticsConfiguration" | "PutBucketMetricsConfiguration" => {
            "figures come from the server's own metrics"
        }
        "PutBucketIntelligentTieringConfiguration" => "there are no tiers to move objects between",
        "PutBucketInventoryConfiguration" => "no inventories are written",
        "PutBucketReplication" => "nothing is replicated",
        "SelectObjectContent" => "no SQL is run; Amazon has closed it to new customers",
        "UpdateObjectEncryption" => "a copy onto itself does the same",
        "WriteGetObjectResponse" => "there are no functions that answer for the store",
        name if name.contains("Annotation") && !name.contains("Bucket") => {
            "objects have no documents beside them"
        }
        name if name.contains("Metadata") => "no tables of metadata are kept",
        other => panic!("say why {other} is not served"),
    }
}

/// The bounds that clients meet.
#[rustfmt::skip]
const BOUNDS: &[(&str, u64, &str)] = &[
    ("length of a key", limits::KEY_BYTES_MAX as u64, "bytes"),
    ("body of one PutObject or UploadPart", limits::UPLOAD_BYTES_MAX, "bytes"),
    ("source of one CopyObject or UploadPartCopy", limits::COPY_BYTES_MAX, "bytes"),
    ("parts of an upload", limits::PART_NUMBER_MAX as u64, ""),
    ("smallest part but the last (at least)", limits::PART_BYTES_MIN, "bytes"),
    ("user metadata, names and values", limits::USER_METADATA_BYTES_MAX as u64, "bytes"),
    ("tags of an object", limits::OBJECT_TAGS_MAX as u64, ""),
    ("tags of a bucket", limits::BUCKET_TAGS_MAX as u64, ""),
    ("key of a tag", limits::TAG_KEY_CHARACTERS_MAX as u64, "characters"),
    ("value of a tag", limits::TAG_VALUE_CHARACTERS_MAX as u64, "characters"),
    ("entries of a page of a listing", limits::LIST_ENTRIES_MAX as u64, ""),
    ("buckets of a page of ListBuckets", limits::LIST_BUCKETS_MAX as u64, ""),
    ("keys of one DeleteObjects", limits::DELETE_KEYS_MAX as u64, ""),
    ("grants of a list", limits::GRANTS_MAX as u64, ""),
    ("bucket policy", limits::POLICY_BYTES_MAX as u64, "bytes"),
    ("rules of a CORS configuration", limits::CORS_RULES_MAX as u64, ""),
    ("routing rules of a website", limits::ROUTING_RULES_MAX as u64, ""),
    ("default retention", limits::RETENTION_DAYS_MAX, "days"),
    ("document of DeleteObjects or CompleteMultipartUpload", limits::LARGE_DOCUMENT_BYTES_MAX as u64, "bytes"),
    ("lifecycle configuration", limits::LIFECYCLE_DOCUMENT_BYTES_MAX as u64, "bytes"),
    ("other documents", limits::SMALL_DOCUMENT_BYTES_MAX as u64, "bytes"),
    ("elements of a document", limits::DOCUMENT_ELEMENTS_MAX as u64, ""),
    ("depth of a document", limits::DOCUMENT_DEPTH_MAX as u64, ""),
    ("fields of a form before its file", limits::FORM_FIELDS_BYTES_MAX as u64, "bytes"),
    ("parameters of a query", limits::QUERY_PARAMETERS_MAX as u64, ""),
    ("signed headers", limits::SIGNED_HEADERS_MAX as u64, ""),
    ("difference between clocks", limits::CLOCK_SKEW_SECONDS_MAX, "seconds"),
    ("life of a presigned link", limits::PRESIGNED_SECONDS_MAX, "seconds"),
    ("encryption context", limits::KMS_CONTEXT_BYTES_MAX as u64, "bytes"),
    ("silence during a long copy", limits::SILENCE_SECONDS_MAX, "seconds"),
];

fn bounds() -> String {
    let mut text = "| what | at most |\n| --- | ---: |\n".to_owned();
    for (what, most, unit) in BOUNDS {
        let _ = writeln!(text, "| {what} | {} |", format!("{most} {unit}").trim_end());
    }
    text
}
