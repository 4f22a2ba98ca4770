//! The audit log as a file, read as the client takes it: lines of JSON, or CSV for spreadsheets.

mod csv;

use super::{AuditLog, AuditQuery, Entry, Filter, Outcome, STEP};
use crate::answer::{Answer, with_type};
use crate::body::{AdminBody, BodyError};
use crate::call::Call;
use crate::refused::Refused;
use bytes::Bytes;
use futures_util::stream;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportQuery {
    /// Lines of JSON unless given.
    #[serde(default)]
    format: Format,
    /// What the ARN of who did it contains.
    who: Option<String>,
    /// What its credential contains: the number of a session or a token, or an access key.
    credential: Option<String>,
    /// An `operationId`, `DeleteBucket`.
    action: Option<String>,
    /// What its target begins with.
    target: Option<String>,
    outcome: Option<Outcome>,
    /// What the address it came from begins with.
    address: Option<String>,
    /// The id of the request, whole.
    request_id: Option<String>,
    /// The first moment, RFC 3339.
    from: Option<String>,
    /// The last moment, RFC 3339.
    to: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// An entry a line.
    #[default]
    Ndjson,
    /// RFC 4180, with a line of names. No cell of it is a formula to a spreadsheet.
    Csv,
}

impl Format {
    fn media_type(self) -> &'static str {
        match self {
            Format::Ndjson => "application/x-ndjson",
            Format::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    /// What stands before the first entry.
    fn head(self) -> Result<Vec<u8>, BodyError> {
        match self {
            Format::Ndjson => Ok(Vec::new()),
            Format::Csv => csv::head(),
        }
    }

    fn lines(self, entries: &[Entry]) -> Result<Vec<u8>, BodyError> {
        match self {
            Format::Ndjson => ndjson(entries),
            Format::Csv => csv::lines(entries),
        }
    }
}

/// Where an export is.
struct Exporting {
    log: Arc<AuditLog>,
    filter: Filter,
    format: Format,
    /// What is written, but for what comes of the next step.
    begun: Vec<u8>,
    after: Option<Bytes>,
}

/// All that fits.
pub(crate) async fn export(call: &Call<'_>, query: ExportQuery) -> Result<Answer, Refused> {
    call.permit("cairn:ReadAudit")?;
    let format = query.format;
    let exporting = Exporting {
        log: Arc::clone(&call.admin.audit),
        filter: Filter::of(&query.into())?,
        format,
        begun: format
            .head()
            .map_err(|error| Refused::failure("an export", &error))?,
        after: None,
    };
    // What cannot be read on breaks off, so that nobody takes a part for the whole.
    let pieces = stream::try_unfold(Some(exporting), |state| async move {
        match state {
            Some(exporting) => exporting.step().await.map(Some),
            None => Ok(None),
        }
    });
    let mut answer = with_type(Bytes::new(), format.media_type());
    *answer.body_mut() = AdminBody::parts(Box::pin(pieces));
    Ok(answer)
}

impl Exporting {
    async fn step(mut self) -> Result<(Bytes, Option<Self>), BodyError> {
        let read = self.log.read(&self.filter, self.after.take(), STEP).await;
        let (entries, next) = read.map_err(|refused| BodyError::other(&refused.message))?;
        let mut text = std::mem::take(&mut self.begun);
        text.extend(self.format.lines(&entries)?);
        let rest = next.map(|next| Self {
            after: Some(next),
            ..self
        });
        Ok((text.into(), rest))
    }
}

impl From<ExportQuery> for AuditQuery {
    fn from(query: ExportQuery) -> Self {
        Self {
            who: query.who,
            credential: query.credential,
            action: query.action,
            target: query.target,
            outcome: query.outcome,
            address: query.address,
            request_id: query.request_id,
            from: query.from,
            to: query.to,
            limit: None,
            cursor: None,
        }
    }
}

fn ndjson(entries: &[Entry]) -> Result<Vec<u8>, BodyError> {
    let mut lines = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut lines, entry).map_err(|error| BodyError::other(&error))?;
        lines.push(b'\n');
    }
    Ok(lines)
}
