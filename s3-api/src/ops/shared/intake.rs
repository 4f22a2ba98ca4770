//! Taking in a body: into the engine, verified, and not yet visible to anybody.

use super::largest;
use crate::body::integrity::Integrity;
use crate::body::payload::Payload;
use crate::error::{Code, S3Error};
use crate::limits::UPLOAD_BYTES_MAX;
use crate::request::Permitted;
use storage_engine::hash::Algorithm;
use storage_engine::{Becoming, Encryption, StageOptions, Staged};

/// Stages the whole body. `wanted` is the checksum to keep; the client's own is verified even if
/// it is another one. A body that is not what was announced or signed leaves nothing behind, and
/// so does dropping the future.
pub(crate) async fn stage(
    request: &Permitted<'_>,
    payload: &mut Payload<'_>,
    integrity: &Integrity,
    wanted: Algorithm,
    encryption: Option<Encryption>,
    becoming: Becoming,
) -> Result<Staged, S3Error> {
    let length = announced_length(payload)?;
    largest::check(request, length.unwrap_or_default())?;
    if let Some(length) = length {
        let room = request
            .engine()
            .check_room(request.bucket(), &becoming, length);
        room.await.map_err(|error| request.refusal(error))?;
    }
    let mut checksums = vec![wanted];
    checksums.extend(
        integrity
            .algorithm()
            .filter(|algorithm| *algorithm != wanted),
    );
    let bucket = request.bucket().to_owned();
    let options = StageOptions {
        bucket,
        length,
        checksums,
        encryption,
    };
    let staging = request.engine().stage(options).await;
    let mut staging = staging.map_err(|error| request.refusal(error))?;
    let mut come = 0;
    while let Some(data) = payload.next().await? {
        come += data.len() as u64;
        // Of what nothing announces it is only known now.
        largest::check(request, come)?;
        staging
            .write(data)
            .await
            .map_err(|error| request.refusal(error))?;
    }
    let staged = staging
        .seal()
        .await
        .map_err(|error| request.refusal(error))?;
    let digests = staged.digests();
    integrity.check(payload, Some(digests.md5), &digests.checksums)?;
    Ok(staged)
}

/// A body that nothing announces is refused. One that only its end ends is counted as it comes:
/// the file of a form, and what HTTP itself brings in chunks.
fn announced_length(payload: &Payload<'_>) -> Result<Option<u64>, S3Error> {
    if payload.is_bounded() {
        return Ok(None);
    }
    let length = payload
        .length()
        .ok_or_else(|| S3Error::new(Code::MissingContentLength))?;
    if length > UPLOAD_BYTES_MAX {
        return Err(S3Error::new(Code::EntityTooLarge)
            .extra("ProposedSize", length.to_string())
            .extra("MaxSizeAllowed", UPLOAD_BYTES_MAX.to_string()));
    }
    Ok(Some(length))
}
