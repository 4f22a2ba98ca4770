//! What would happen, without doing it.

use std::ops::ControlFlow;
use std::sync::Arc;

use storage_engine::ids::Timestamp;
use storage_engine::{Engine, Error};

use super::calendar::Day;
use super::configuration::{Configuration, KIND};
use super::walk::{Planned, Position, Walk};

/// Tells everything the rules of a bucket would do at `now`, step by step, each with how many
/// versions and uploads have been looked at by then; returns how many there were. A bucket without
/// rules is refused with [`Error::NoSuchDocument`]; `Break` ends it with [`Error::Interrupted`].
pub async fn plan(
    engine: &Arc<Engine>,
    bucket: &str,
    now: Timestamp,
    day: Day,
    tell: &mut (dyn FnMut(u64, &[Planned]) -> ControlFlow<()> + Send),
) -> Result<u64, Error> {
    let row = engine.bucket(bucket).await?;
    let document = engine.document(bucket, KIND).await?;
    let rules = Configuration::from_stored(&document).ok_or_else(unreadable)?;
    let (engine, from) = (Arc::clone(engine), Position::default());
    let mut walk = Walk::new(engine, row, Arc::new(rules), day, from);
    let mut looked_at = 0;
    while let Some(step) = walk.next(now).await? {
        looked_at += step.looked_at;
        if tell(looked_at, &step.planned).is_break() {
            return Err(Error::Interrupted);
        }
    }
    Ok(looked_at)
}

pub(super) fn unreadable() -> Error {
    Error::Invalid {
        what: "lifecycle rules",
        detail: "the stored document cannot be read".into(),
    }
}
