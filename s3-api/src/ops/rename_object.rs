//! RenameObject: one key becomes another in one step. Amazon has it in directory buckets only.

use super::shared::conditions::{RENAME_SOURCE, ReadConditions, Verdict, WriteConditions};
use super::shared::conditions::{failed, refusal};
use super::shared::notices::{self, REMOVALS};
use super::shared::version;
use crate::encoding::percent_decode;
use crate::error::{Code, S3Error};
use crate::op::Access;
use crate::request::{Deed, Permitted};
use crate::response::{self, Answer, VERSION_ID, set};
use crate::target::check_key;
use bytes::Bytes;
use http::StatusCode;
use pipeline::events::EventName;
use storage_engine::row::Summary;
use storage_engine::{Condition, RenameObject, Target};

const SOURCE: &str = "x-amz-rename-source";

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let source = source(request)?;
    check_permitted(request, &source).await?;
    let conditions = destination(request)?;
    let source_conditions = source_conditions(request, &source).await?;
    let name = conditions.name();
    let source_notes = notices::notes(request, &source, &REMOVALS);
    let rename = RenameObject {
        bucket: request.bucket().to_owned(),
        source,
        key: request.key(),
        owner: request.owner(),
        source_conditions,
        conditions: conditions.list,
        notes: notices::notes(request, &request.key(), &[EventName::CreatedCopy]),
        source_notes,
    };
    let outcome = request.engine().rename_object(rename).await;
    let name = if name.is_empty() {
        "x-amz-rename-source-If-Match"
    } else {
        name
    };
    let outcome = outcome.map_err(|error| refusal(name, request, error))?;
    let mut answer = response::empty(StatusCode::OK);
    if let Some(version) = version::written(&outcome) {
        set(answer.headers_mut(), VERSION_ID, &version.to_string());
    }
    Ok(answer)
}

/// A key, percent-encoded; some clients put the bucket in front of it, as in a copy source.
fn source(request: &Permitted<'_>) -> Result<Bytes, S3Error> {
    let header = request.header(SOURCE).unwrap_or_default();
    let decoded = percent_decode(header);
    let front = format!("/{}/", request.bucket());
    let key = decoded.strip_prefix(front.as_bytes()).unwrap_or(&decoded);
    let invalid = || S3Error::invalid_argument(SOURCE, String::from_utf8_lossy(header));
    if key.is_empty() {
        return Err(invalid().message("Rename Source must mention the source key"));
    }
    check_key(key)?;
    if *key == *request.key() {
        return Err(invalid().message("An object cannot be renamed to itself"));
    }
    Ok(Bytes::copy_from_slice(key))
}

/// The source is read, and gone afterwards.
async fn check_permitted(request: &Permitted<'_>, source: &Bytes) -> Result<(), S3Error> {
    for access in [Access::to_read(), Access::to_delete()] {
        let deed = Deed {
            access,
            bucket: request.settings_of_bucket()?,
            key: source,
            version: None,
            known: &[],
        };
        if !request.may(deed).await? {
            return Err(S3Error::new(Code::AccessDenied));
        }
    }
    Ok(())
}

/// Conditions on the time of what the new key holds are not known here, and may not be ignored.
fn destination(request: &Permitted<'_>) -> Result<WriteConditions, S3Error> {
    for name in ["if-modified-since", "if-unmodified-since"] {
        if request.header(name).is_some() {
            return Err(S3Error::new(Code::NotImplemented).extra("Header", name));
        }
    }
    WriteConditions::parse(request)
}

/// Holds the client's conditions against the source, and gives those that keep the engine from
/// renaming another one.
async fn source_conditions(
    request: &Permitted<'_>,
    source: &Bytes,
) -> Result<Vec<Condition>, S3Error> {
    let conditions = ReadConditions::parse(request, RENAME_SOURCE)?;
    if conditions.is_empty() {
        return Ok(Vec::new());
    }
    let target = Target {
        bucket: request.bucket().to_owned(),
        key: source.clone(),
        version: None,
    };
    let found = request.engine().head(target).await;
    let summary = found.map_err(|error| request.refusal(error))?.row.summary;
    match conditions.evaluate(&summary) {
        Verdict::Proceed => Ok(pinned(&summary)),
        Verdict::Failed(name) => Err(failed(name)),
        Verdict::NotModified => Err(failed("x-amz-rename-source-If-None-Match")),
    }
}

fn pinned(summary: &Summary) -> Vec<Condition> {
    let etag = summary.etag.map(Condition::Etag);
    let second = Condition::ModifiedSecond(summary.modified.seconds());
    etag.into_iter().chain([second]).collect()
}
