//! What would happen, without doing it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use storage_engine::ids::Timestamp;
use storage_engine::{Engine, Error};

use super::calendar::Day;
use super::configuration::{Configuration, KIND};
use super::walk::{Planned, Position, Walk};

/// A place in what would be done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCursor {
    /// Everything before it has been told.
    position: Position,
    /// So much of what comes behind it, too.
    told: usize,
}

/// A piece of what would be done.
#[derive(Debug, Clone)]
pub struct PlanPage {
    pub planned: Vec<Planned>,
    pub looked_at: u64,
    /// Where to go on; absent at the end.
    pub next: Option<PlanCursor>,
}

/// Tells what the rules of a bucket would do at `now`, in pages. A bucket without rules is refused
/// with [`Error::NoSuchDocument`]. A page ends with `limit` things to be
/// done, or when so many versions and uploads have been looked at that somebody who waits for it
/// should hear of it: it may have nothing to tell and not be the last.
///
/// What changes between two pages may be told twice or not at all.
pub async fn plan_page(
    engine: &Arc<Engine>,
    bucket: &str,
    now: Timestamp,
    day: Day,
    from: PlanCursor,
    limit: usize,
    looked_at_max: u64,
) -> Result<PlanPage, Error> {
    let PlanCursor { position, mut told } = from;
    let mut walk = walk(engine, bucket, day, position).await?;
    let mut page = PlanPage {
        planned: Vec::new(),
        looked_at: 0,
        next: None,
    };
    // What comes behind the position and has been passed, in this page or earlier ones.
    let mut passed = 0;
    let begin = walk.position().clone();
    let mut position = begin.clone();
    while let Some(step) = walk.next(now).await? {
        page.looked_at += step.looked_at;
        let count = step.planned.len();
        let news = told.min(count);
        let room = limit - page.planned.len();
        let is_full = count - news > room;
        let mut keys: Vec<_> = step.planned.iter().map(|it| it.key.clone()).collect();
        page.planned
            .extend(step.planned.into_iter().skip(news).take(room));
        told -= news;
        if is_full {
            // Comes to the same place again, since nothing before it can have ended.
            let told = passed + news + room;
            page.next = Some(PlanCursor { position, told });
            return Ok(page);
        }
        if *walk.position() != position {
            let is_other = walk.position().stage != position.stage;
            position = walk.position().clone();
            keys.retain(|key| !is_other && key[..] > position.after[..]);
            passed = 0;
        }
        passed += keys.len();
        // A page that comes no further would be asked for again and again.
        let is_long = page.looked_at >= looked_at_max && position != begin;
        if is_long || page.planned.len() == limit {
            // All that was to be skipped has been, or still lies ahead.
            let told = passed + told;
            page.next = Some(PlanCursor { position, told });
            return Ok(page);
        }
    }
    Ok(page)
}

async fn walk(engine: &Arc<Engine>, bucket: &str, day: Day, from: Position) -> Result<Walk, Error> {
    let row = engine.bucket(bucket).await?;
    let document = engine.document(bucket, KIND).await?;
    let rules = Configuration::from_stored(&document).ok_or_else(unreadable)?;
    Ok(Walk::new(
        Arc::clone(engine),
        row,
        Arc::new(rules),
        day,
        from,
    ))
}

pub(super) fn unreadable() -> Error {
    Error::Invalid {
        what: "lifecycle rules",
        detail: "the stored document cannot be read".into(),
    }
}
