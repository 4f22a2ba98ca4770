//! CopyObject: a new object from one that is here. The engine shares the bytes, unless they have
//! to be encrypted anew, which may take long.

use super::shared::conditions::{WriteConditions, later_refusal, refusal};
use super::shared::copy_source::{CopySource, FoundSource};
use super::shared::object_headers::parts_of;
use super::shared::patience::{self, Waited};
use super::shared::recoding::{self, Bytes};
use super::shared::{acl_input, encryption, expiry, lock, notices, object_input, rights, version};
use crate::acl;
use crate::checksum::{kind_text, names, object_value_text, parse_algorithm};
use crate::error::{Code, S3Error};
use crate::limits::COPY_BYTES_MAX;
use crate::request::Permitted;
use crate::response::{self, Answer, VERSION_ID, set};
use crate::sse;
use crate::xml::writer::Writer;
use http::HeaderName;
use pipeline::events::EventName;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use storage_engine::row::{Attribute, Summary, Tag};
use storage_engine::{CopyEncryption, CopyObject};

pub(crate) const SOURCE_VERSION_ID: HeaderName =
    HeaderName::from_static("x-amz-copy-source-version-id");

const REDIRECT: &str = "x-amz-website-redirect-location";

/// What a copy has of its own or not at all.
const NEVER_COPIED: [&str; 3] = [REDIRECT, acl::ATTRIBUTE, sse::ATTRIBUTE];

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    object_input::check_unsupported(request.headers())?;
    rights::check_beside(request).await?;
    let owned = acl_input::for_new_object(request)?;
    let source = CopySource::from_request(request)?;
    let directives = Directives::parse(request)?;
    let label = object_input::storage_class(request)?;
    let conditions = WriteConditions::parse(request)?;
    let checksum = asked_checksum(request)?;
    let lock = lock::from_headers(request)?;
    let mut found = source.find(request).await?;
    check_source(request, &source, &directives, &found, &label)?;
    let size = found.info.row.summary.size;
    found.check_largest(request, size)?;

    let keys = encryption::for_copy(request, &found.info).await?;
    let bytes = match &keys.encryption {
        CopyEncryption::Anew(new) if new.is_some() || keys.source_key.is_some() => Bytes::Recoded,
        _ => Bytes::Shared,
    };
    let source_version = found.target.version;
    let name = conditions.name();
    let tags = directives.tags.clone();
    let copy = CopyObject {
        attributes: new_attributes(
            directives,
            owned.acl.into_iter().chain(keys.attribute),
            &found,
            label,
        ),
        source: found.target,
        source_conditions: found.pinned,
        bucket: request.bucket().to_owned(),
        key: request.key(),
        owner: owned.owner,
        tags,
        lock,
        conditions: conditions.list,
        checksum,
        source_key: keys.source_key,
        encryption: keys.encryption,
        notes: notices::notes(request, &request.key(), &[EventName::CreatedCopy]),
    };
    let name = if name.is_empty() {
        "x-amz-copy-source-If-Match"
    } else {
        name
    };
    let held = recoding::hold(request, bytes, size).await?;
    let engine = Arc::clone(request.engine());
    let copying = async move {
        let _held = held;
        let copied = engine.copy_object(copy).await;
        copied.map_err(encryption::changed_meanwhile)
    };
    let mut answer = match patience::wait(request, copying).await {
        Waited::Soon(outcome) => {
            let outcome = outcome.map_err(|error| refusal(name, request, error))?;
            let mut answer = response::document(result(&outcome.summary));
            if let Some(version) = version::written(&outcome) {
                set(answer.headers_mut(), VERSION_ID, &version.to_string());
            }
            expiry::tell_of_new(request, &outcome, answer.headers_mut()).await;
            answer
        }
        // Headers that depend on what comes of it are missing then.
        Waited::Late(copying) => {
            let refuse = later_refusal(name, request);
            patience::answer(request, async move {
                let outcome = copying.await.map_err(refuse)?;
                Ok(result(&outcome.summary).finish())
            })
        }
    };
    let headers = answer.headers_mut();
    if let Some(version) = source_version {
        set(headers, SOURCE_VERSION_ID, &version.to_string());
    }
    keys.shown.describe_new(headers);
    Ok(answer)
}

/// What is taken over from the source, and what is replaced.
struct Directives {
    /// New metadata, or the source's.
    metadata: Option<Vec<Attribute>>,
    /// New tags, or the source's.
    tags: Option<Vec<Tag>>,
    /// Never taken over: it is given anew or gone.
    redirect: Option<Attribute>,
}

impl Directives {
    fn parse(request: &Permitted<'_>) -> Result<Self, S3Error> {
        let metadata = match directive(request, "x-amz-metadata-directive", "Metadata")? {
            true => Some(object_input::attributes(request.parts())?),
            false => None,
        };
        let tags = match directive(request, "x-amz-tagging-directive", "Tagging")? {
            true => Some(object_input::given_tags(request)?.unwrap_or_default()),
            false => None,
        };
        let redirect = request.header(REDIRECT).map(|value| Attribute {
            name: REDIRECT.to_owned(),
            value: value.to_vec(),
        });
        Ok(Self {
            metadata,
            tags,
            redirect,
        })
    }
}

/// True for `REPLACE`.
fn directive(
    request: &Permitted<'_>,
    header: &'static str,
    what: &'static str,
) -> Result<bool, S3Error> {
    match request.header_text(header)? {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(other) => Err(S3Error::invalid_argument(header, other)
            .message(format!("Unknown {} directive.", what.to_lowercase()))),
    }
}

fn asked_checksum(
    request: &Permitted<'_>,
) -> Result<Option<storage_engine::hash::Algorithm>, S3Error> {
    let Some(text) = request.header_text("x-amz-checksum-algorithm")? else {
        return Ok(None);
    };
    let algorithm = parse_algorithm(text).ok_or_else(|| {
        S3Error::new(Code::InvalidRequest)
            .message("Value for x-amz-checksum-algorithm header is invalid.")
    })?;
    Ok(Some(algorithm))
}

fn check_source(
    request: &Permitted<'_>,
    source: &CopySource,
    directives: &Directives,
    found: &FoundSource,
    label: &str,
) -> Result<(), S3Error> {
    let summary = &found.info.row.summary;
    let onto_itself = source.bucket == request.bucket()
        && source.key == request.key()
        && source.version.is_none();
    let changes_something = directives.metadata.is_some()
        || directives.tags.is_some()
        || directives.redirect.is_some()
        || request.header("x-amz-checksum-algorithm").is_some()
        || sse::is_asked(request.headers())
        || label != summary.label;
    if onto_itself && !changes_something {
        return Err(S3Error::new(Code::InvalidRequest).message(
            "This copy request is illegal because it is trying to copy an object to itself \
             without changing the object's metadata, storage class, website redirect location \
             or encryption attributes.",
        ));
    }
    if summary.size > COPY_BYTES_MAX {
        return Err(S3Error::new(Code::InvalidRequest).message(format!(
            "The specified copy source is larger than the maximum allowable size for a copy \
             source: {COPY_BYTES_MAX}"
        )));
    }
    Ok(())
}

/// None leaves class and metadata to the engine, which takes them from the very version it copies.
fn new_attributes(
    directives: Directives,
    own: impl Iterator<Item = Attribute>,
    found: &FoundSource,
    label: String,
) -> Option<(String, Vec<Attribute>)> {
    if let Some(mut attributes) = directives.metadata {
        attributes.extend(own);
        return Some((label, attributes));
    }
    let detail = found.info.row.detail.as_ref();
    let kept = detail
        .map(|detail| detail.attributes.as_slice())
        .unwrap_or_default();
    let is_given_anew = |attribute: &Attribute| NEVER_COPIED.contains(&attribute.name.as_str());
    let mut given = directives.redirect.into_iter().chain(own).peekable();
    let keeps_all = given.peek().is_none() && !kept.iter().any(is_given_anew);
    if label == found.info.row.summary.label && keeps_all {
        return None;
    }
    let kept = kept.iter().filter(|attribute| !is_given_anew(attribute));
    Some((label, kept.cloned().chain(given).collect()))
}

fn result(summary: &Summary) -> Writer {
    let mut xml = Writer::document("CopyObjectResult");
    xml.time(
        "LastModified",
        UNIX_EPOCH + Duration::from_millis(summary.modified.0),
    );
    if let Some(etag) = &summary.etag {
        xml.etag("ETag", etag);
    }
    if let Some(checksum) = &summary.checksum {
        xml.text("ChecksumType", kind_text(checksum.kind));
        let names = names(checksum.checksum.algorithm());
        xml.text(
            names.element,
            &object_value_text(checksum, parts_of(summary)),
        );
    }
    xml
}
