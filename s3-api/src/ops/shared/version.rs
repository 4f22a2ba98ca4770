//! Version identifiers in requests and answers.

use crate::error::S3Error;
use crate::query::Query;
use crate::request::Permitted;
use storage_engine::ids::VersionId;
use storage_engine::row::Versioning;
use storage_engine::{ObjectInfo, PutOutcome};

/// The version the query asks for; none for the current one.
pub(crate) fn asked(request: &Permitted<'_>) -> Result<Option<VersionId>, S3Error> {
    asked_of(request.query())
}

pub(crate) fn asked_of(query: &Query) -> Result<Option<VersionId>, S3Error> {
    query.text("versionId")?.map(parse).transpose()
}

pub(crate) fn parse(text: &str) -> Result<VersionId, S3Error> {
    let message = match text {
        "" => "Version id cannot be the empty string",
        _ => "Invalid version id specified",
    };
    text.parse()
        .map_err(|_| S3Error::invalid_argument("versionId", text).message(message))
}

/// The version to tell the writer, who is told none where it has no name of its own.
pub(crate) fn written(outcome: &PutOutcome) -> Option<VersionId> {
    outcome
        .version
        .filter(|version| *version != VersionId::Null)
}

/// The version to tell the reader, who is told none where versioning was never on.
pub(crate) fn shown(info: &ObjectInfo) -> Option<VersionId> {
    (info.versioning != Versioning::Off).then(|| info.row.summary.version_id())
}
