//! Lines beside the one of the request as a whole: of each key of a DeleteObjects, and of the source
//! of a copy, which may lie in another bucket.
//!
//! As with Amazon they say neither what was sent nor how long it took: that is said of the request.

use super::collector::Place;
use super::sender::Sender;
use super::text::{NOTHING, encoded, log_time, or_nothing};
use crate::bucket::Bucket;
use crate::error::S3Error;
use crate::request::Permitted;
use http::StatusCode;
use std::time::SystemTime;
use storage_engine::ids::VersionId;

/// A line that is yet to be written, or several.
pub(crate) struct Beside<'a> {
    request: &'a Permitted<'a>,
    operation: &'static str,
    place: Place,
    time: SystemTime,
    sender: Sender,
}

/// What was done to one object.
pub(crate) struct Done<'a> {
    pub(crate) key: &'a [u8],
    /// As the client has named it.
    pub(crate) version: Option<VersionId>,
    pub(crate) size: Option<u64>,
    pub(crate) outcome: Result<StatusCode, &'a S3Error>,
}

impl<'a> Beside<'a> {
    /// None where the bucket's owner wants no log.
    pub(crate) fn begin(
        request: &'a Permitted<'a>,
        bucket: &Bucket,
        operation: &'static str,
    ) -> Option<Self> {
        let time = SystemTime::now();
        let place = Place::of(bucket, time)?;
        let mut sender = Sender::of(request.parts(), request.query());
        sender.is(request.caller());
        Some(Self {
            request,
            operation,
            place,
            time,
            sender,
        })
    }

    pub(crate) fn write(&self, done: &Done<'_>) {
        let Self {
            request,
            operation,
            place,
            sender,
            ..
        } = self;
        let settings = request.settings();
        let (status, error) = match done.outcome {
            Ok(status) => (status, NOTHING),
            Err(error) => (error.code().status(), error.code().name()),
        };
        let line = format!(
            "{} {} [{}] {} {} {} {operation} {} - {} {error} - {} - - - - {} {} {}\n",
            place.owner,
            place.source,
            log_time(self.time),
            sender.address,
            sender.requester,
            request.request_id(),
            encoded(done.key),
            status.as_u16(),
            or_nothing(done.size),
            or_nothing(done.version),
            settings.host_id,
            sender.signature_and_host(),
        );
        settings.collector.add(place.clone(), self.time, &line);
    }
}
