//! UploadPart: a body becomes a part; sending it again replaces it.

use super::shared::{encryption, intake, object_input, upload};
use crate::body::integrity::Integrity;
use crate::body::payload::Payload;
use crate::checksum::{DEFAULT_ALGORITHM, names, value_text};
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer, set, set_etag};
use http::StatusCode;
use storage_engine::hash::Algorithm;
use storage_engine::{Becoming, UploadInfo};

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    object_input::check_unsupported(request.headers())?;
    let number = upload::part_number(request)?;
    let target = upload::target(request)?;
    let integrity = Integrity::from_headers(request.headers(), payload.announced_trailers())?;
    // Asked before the body is read: no byte is taken in for an upload that is not there.
    let found = request.engine().upload(&target).await;
    let found = found.map_err(|error| request.refusal(error))?;
    let wanted = wanted_checksum(&found, integrity.algorithm())?;
    let part = encryption::for_part(request, &found).await?;
    let becoming = Becoming::Part(target.clone(), number);
    let staged = intake::stage(
        request,
        &mut payload,
        &integrity,
        wanted,
        part.encryption,
        becoming,
    );
    let staged = staged.await?;
    // The client's own, which was verified, beside the one that is kept.
    let given = staged.digests().checksums.last().copied();
    let outcome = request.engine().upload_part(target, number, staged).await;
    let outcome = outcome.map_err(|error| request.refusal(error))?;
    let mut answer = response::empty(StatusCode::OK);
    let headers = answer.headers_mut();
    part.shown.describe(headers);
    set_etag(headers, &outcome.etag);
    for checksum in outcome.checksum.iter().chain(&given) {
        set(
            headers,
            names(checksum.algorithm()).header(),
            &value_text(checksum),
        );
    }
    Ok(answer)
}

/// The upload's algorithm. A client that said nothing when it began may send any with its parts;
/// one that chose has to keep to it.
fn wanted_checksum(upload: &UploadInfo, given: Option<Algorithm>) -> Result<Algorithm, S3Error> {
    let chosen = upload
        .checksum
        .map_or(DEFAULT_ALGORITHM, |(algorithm, _)| algorithm);
    match given {
        Some(given) if given != chosen && chosen != DEFAULT_ALGORITHM => {
            let wire = |algorithm| names(algorithm).wire.to_lowercase();
            Err(S3Error::new(Code::InvalidRequest).message(format!(
                "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum \
                 Type: {}",
                wire(chosen),
                wire(given)
            )))
        }
        _ => Ok(chosen),
    }
}
