//! Doing what a walk has planned. Each change is its own, and happens only if what it is about
//! still is what the walk saw.

use futures_util::stream::{self, StreamExt};
use storage_engine::row::BucketRow;
use storage_engine::{
    Engine, Error, ExpireVersion, Expired, Notes, Target, UpdateObject, UploadTarget,
};

use super::report::Counts;
use super::walk::{Planned, Task};
use crate::events::{self, Configuration, EventName, KIND, Origin};
use crate::limits::{ERRORS_LOGGED_MAX, STEP_CHANGES_AT_ONCE_MAX};

/// Whom Amazon names in the place of a principal.
const SERVICE: &str = "s3.amazonaws.com";

/// What became of one task.
#[derive(Debug)]
enum Outcome {
    Expired,
    Marked,
    Transitioned,
    Aborted,
    Locked,
    /// It is not what it was any more.
    LeftAlone,
}

/// Does all of it and counts what became of it. Fails only where going on makes no sense.
///
/// Dropped before it returns, any part of it may have happened.
pub(super) async fn perform(
    engine: &Engine,
    bucket: &BucketRow,
    planned: Vec<Planned>,
    counts: &mut Counts,
) -> Result<(), Error> {
    if planned.is_empty() {
        return Ok(());
    }
    let asked = &asked(engine, bucket).await?;
    let mut under_way = stream::iter(planned)
        .map(|planned| async move {
            let outcome = one(engine, bucket, asked, &planned).await;
            (planned, outcome)
        })
        .buffer_unordered(STEP_CHANGES_AT_ONCE_MAX);
    while let Some((planned, outcome)) = under_way.next().await {
        match outcome {
            Ok(Outcome::Expired) => counts.expired += 1,
            Ok(Outcome::Marked) => counts.marked += 1,
            Ok(Outcome::Transitioned) => counts.transitioned += 1,
            Ok(Outcome::Aborted) => counts.aborted += 1,
            Ok(Outcome::Locked) => counts.locked += 1,
            Ok(Outcome::LeftAlone) => counts.left_alone += 1,
            Err(error @ (Error::Stopped { .. } | Error::NoSuchBucket { .. })) => return Err(error),
            Err(error) => {
                counts.errors += 1;
                if counts.errors <= ERRORS_LOGGED_MAX {
                    let (bucket, rule) = (&bucket.name, &planned.rule);
                    tracing::warn!(bucket, rule, %error, "lifecycle: something was not done");
                }
            }
        }
    }
    Ok(())
}

/// What the bucket's owner wants to be told. What cannot be read was said to be so elsewhere.
async fn asked(engine: &Engine, bucket: &BucketRow) -> Result<Configuration, Error> {
    match engine.document(&bucket.name, KIND).await {
        Ok(stored) => Ok(Configuration::from_stored(&stored).unwrap_or_default()),
        Err(Error::NoSuchDocument) => Ok(Configuration::default()),
        Err(error) => Err(error),
    }
}

/// The notes for a change that nobody has sent.
fn notes_of(asked: &Configuration, bucket: &BucketRow, key: &[u8], events: &[EventName]) -> Notes {
    events::notes(asked, key, events, || Origin {
        bucket: bucket.name.clone(),
        bucket_owner: bucket.owner.clone(),
        principal: SERVICE.to_owned(),
        address: SERVICE.to_owned(),
        request_id: String::new(),
        host_id: String::new(),
    })
}

async fn one(
    engine: &Engine,
    bucket: &BucketRow,
    asked: &Configuration,
    planned: &Planned,
) -> Result<Outcome, Error> {
    let notes = |events: &[EventName]| notes_of(asked, bucket, &planned.key, events);
    let done = match &planned.task {
        Task::Expire(seen) | Task::DeleteNoncurrent(seen) | Task::RemoveMarker(seen) => {
            let request = ExpireVersion {
                bucket: bucket.name.clone(),
                key: planned.key.clone(),
                seen: seen.clone(),
                owner: bucket.owner.clone(),
                notes: notes(&[EventName::ExpirationDelete, EventName::ExpirationMarker]),
            };
            engine
                .expire_version(request)
                .await
                .map(|expired| match expired {
                    Expired::Deleted => Outcome::Expired,
                    Expired::Hidden => Outcome::Marked,
                })
        }
        Task::Move(seen, class) => {
            let target = Target {
                bucket: bucket.name.clone(),
                key: planned.key.clone(),
                version: Some(seen.version),
            };
            let change = UpdateObject {
                label: Some(class.name().to_owned()),
                seen: Some(seen.clone()),
                notes: notes(&[EventName::Transition]),
                ..UpdateObject::default()
            };
            let moved = engine.update_object(target, change).await;
            moved.map(|_| Outcome::Transitioned)
        }
        Task::Abort(upload) => {
            let target = UploadTarget {
                bucket: bucket.name.clone(),
                key: planned.key.clone(),
                upload: *upload,
            };
            let aborted = engine.abort_upload(&target).await;
            aborted.map(|()| Outcome::Aborted)
        }
    };
    match done {
        Err(Error::Locked { .. }) => Ok(Outcome::Locked),
        Err(
            Error::Condition { .. }
            | Error::NoSuchVersion { .. }
            | Error::NoSuchKey { .. }
            | Error::NoSuchUpload
            | Error::IsMarker { .. },
        ) => Ok(Outcome::LeftAlone),
        other => other,
    }
}
