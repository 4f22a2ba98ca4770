//! DeleteObjects: up to a thousand deletes, each with its own outcome in a 200.

use super::shared::conditions::{DeleteConditions, failed};
use super::shared::lock::bypasses_governance;
use super::shared::notices::{self, REMOVALS};
use super::shared::version;
use crate::access_log::{Beside, DELETE_OF_BATCH, Done};
use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::error::{Code, S3Error, Subject, from_engine};
use crate::limits::{DELETE_KEYS_MAX, LARGE_DOCUMENT_BYTES_MAX};
use crate::op::Access;
use crate::request::{Deed, Permitted};
use crate::response::{self, Answer};
use crate::target::check_key;
use crate::xml::reader::Element;
use crate::xml::writer::Writer;
use bytes::Bytes;
use http::StatusCode;
use storage_engine::ids::VersionId;
use storage_engine::{DeleteObject, DeleteOutcome, Error, Target};

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let limit = LARGE_DOCUMENT_BYTES_MAX;
    let body = document::read(&mut payload, request.headers(), limit, Proof::Required).await?;
    let mut input = Input::parse(&body)?;
    for entry in &mut input.entries {
        check_permitted(request, entry).await?;
    }
    let bypass = bypasses_governance(request).await?;
    let log = Beside::begin(request, request.settings_of_bucket()?, DELETE_OF_BATCH);
    let results = delete(request, &input.entries, bypass).await;
    if let Some(log) = log {
        write_log(&log, &input.entries, &results);
    }
    let mut xml = Writer::with_capacity("DeleteResult", 512 + 96 * results.len());
    for (entry, result) in input.entries.iter().zip(&results) {
        match result {
            Ok(outcome) if !input.quiet => write_deleted(&mut xml, entry, outcome),
            Ok(_) => {}
            Err(error) => write_error(&mut xml, entry, error),
        }
    }
    Ok(response::document(xml))
}

pub(crate) struct Input {
    quiet: bool,
    entries: Vec<Entry>,
}

/// One delete. What is wrong with it is told beside it and does not touch the others.
struct Entry {
    key: Bytes,
    version_text: Option<String>,
    wanted: Result<Wanted, S3Error>,
}

/// What is to be deleted, and when.
struct Wanted {
    version: Option<VersionId>,
    conditions: DeleteConditions,
}

impl Input {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, S3Error> {
        let root = document::parse(body, "Delete")?;
        let objects = root
            .children()
            .iter()
            .filter(|child| child.name() == "Object");
        let entries = objects.map(Entry::parse).collect::<Result<Vec<_>, _>>()?;
        if entries.is_empty() || entries.len() > DELETE_KEYS_MAX {
            return Err(S3Error::new(Code::MalformedXML));
        }
        Ok(Self {
            quiet: root.child_text("Quiet") == Some("true"),
            entries,
        })
    }
}

impl Entry {
    fn parse(object: &Element<'_>) -> Result<Self, S3Error> {
        // A key's white space belongs to it.
        let key = object.child("Key").map(Element::text).unwrap_or_default();
        if key.is_empty() {
            return Err(S3Error::new(Code::MalformedXML));
        }
        let text = object
            .child_text("VersionId")
            .filter(|text| !text.is_empty());
        Ok(Self {
            key: Bytes::copy_from_slice(key.as_bytes()),
            version_text: text.map(str::to_owned),
            wanted: check_key(key.as_bytes()).and_then(|()| Wanted::parse(object, text)),
        })
    }
}

impl Wanted {
    fn parse(object: &Element<'_>, version: Option<&str>) -> Result<Self, S3Error> {
        Ok(Self {
            version: parse_version(version)?,
            conditions: DeleteConditions::new(
                object.child_text("ETag"),
                object.child_text("LastModifiedTime"),
                object.child_text("Size"),
            )?,
        })
    }
}

/// A version that cannot exist is told like one that does not.
fn parse_version(text: Option<&str>) -> Result<Option<VersionId>, S3Error> {
    let version = text.map(version::parse).transpose();
    version.map_err(|_| S3Error::new(Code::NoSuchVersion))
}

/// Each key is a delete of its own, also for who may do it.
async fn check_permitted(request: &Permitted<'_>, entry: &mut Entry) -> Result<(), S3Error> {
    let Ok(Wanted { version, .. }) = entry.wanted else {
        return Ok(());
    };
    let deed = Deed {
        access: Access::to_delete(),
        bucket: request.settings_of_bucket()?,
        key: &entry.key,
        version,
        known: &[],
    };
    if !request.may(deed).await? {
        entry.wanted = Err(S3Error::new(Code::AccessDenied));
    }
    Ok(())
}
/// There was nothing to delete.
const NOTHING_DELETED: DeleteOutcome = DeleteOutcome {
    marker: false,
    version: None,
};

/// One call for all that can be tried, its outcomes in the order of the entries.
async fn delete(
    request: &Permitted<'_>,
    entries: &[Entry],
    bypass_governance: bool,
) -> Vec<Result<DeleteOutcome, S3Error>> {
    let valid = entries.iter().filter_map(|entry| {
        let wanted = entry.wanted.as_ref().ok()?;
        let (bucket, key) = (request.bucket().to_owned(), entry.key.clone());
        Some(DeleteObject {
            target: Target {
                bucket,
                key,
                version: wanted.version,
            },
            owner: request.owner(),
            conditions: wanted.conditions.list.clone(),
            bypass_governance,
            notes: notices::notes(request, &entry.key, &REMOVALS),
        })
    });
    let mut outcomes = request
        .engine()
        .delete_objects(valid.collect())
        .await
        .into_iter();
    let outcome = |entry: &Entry| match &entry.wanted {
        Err(error) => Err(error.clone()),
        Ok(wanted) => match outcomes.next() {
            Some(Err(error)) if wanted.conditions.is_satisfied_by(&error) => Ok(NOTHING_DELETED),
            Some(outcome) => outcome.map_err(|error| refusal(request, entry, error)),
            // The engine answers each; without an answer nothing may be claimed.
            None => Err(S3Error::new(Code::InternalError)),
        },
    };
    entries.iter().map(outcome).collect()
}

fn refusal(request: &Permitted<'_>, entry: &Entry, error: Error) -> S3Error {
    match error {
        Error::Condition { .. } => failed("If-Match"),
        error => {
            let bucket = request.bucket();
            from_engine(
                error,
                Subject {
                    bucket,
                    key: &entry.key,
                    upload: "",
                },
            )
        }
    }
}

fn write_log(log: &Beside<'_>, entries: &[Entry], results: &[Result<DeleteOutcome, S3Error>]) {
    for (entry, result) in entries.iter().zip(results) {
        let wanted = entry.wanted.as_ref().ok();
        log.write(&Done {
            key: &entry.key,
            version: wanted.and_then(|wanted| wanted.version),
            size: None,
            outcome: result.as_ref().map(|_| StatusCode::NO_CONTENT),
        });
    }
}

fn write_deleted(xml: &mut Writer, entry: &Entry, outcome: &DeleteOutcome) {
    xml.element("Deleted", |xml| {
        xml.bytes("Key", &entry.key);
        if let Some(version) = &entry.version_text {
            xml.text("VersionId", version);
        }
        if outcome.marker {
            xml.boolean("DeleteMarker", true);
            if let Some(version) = outcome.version {
                xml.text("DeleteMarkerVersionId", &version.to_string());
            }
        }
    });
}

fn write_error(xml: &mut Writer, entry: &Entry, error: &S3Error) {
    xml.element("Error", |xml| {
        xml.bytes("Key", &entry.key);
        if let Some(version) = &entry.version_text {
            xml.text("VersionId", version);
        }
        xml.text("Code", error.code().name());
        xml.text("Message", error.sentence());
    });
}
