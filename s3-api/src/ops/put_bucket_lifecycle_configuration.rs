//! PutBucketLifecycleConfiguration: all rules at once, in place of those before.

use super::shared::configuration;
use crate::body::document::Proof;
use crate::body::payload::Payload;
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer, set};
use http::{HeaderMap, HeaderName, StatusCode};
use pipeline::lifecycle::{Configuration, TransitionMinimum};

const MINIMUM: &str = "x-amz-transition-default-minimum-object-size";

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let minimum = minimum(request)?;
    let read = configuration::read(request, &mut payload, Proof::Required).await?;
    let rules = Configuration { minimum, ..read };
    configuration::store(request, &rules).await?;
    let mut answer = response::empty(StatusCode::OK);
    describe_minimum(minimum, answer.headers_mut());
    Ok(answer)
}

fn minimum(request: &Permitted<'_>) -> Result<TransitionMinimum, S3Error> {
    match request.header_text(MINIMUM)? {
        None => Ok(TransitionMinimum::default()),
        Some(asked) => [
            TransitionMinimum::AllClasses,
            TransitionMinimum::VariesByClass,
        ]
        .into_iter()
        .find(|minimum| name(*minimum) == asked)
        .ok_or_else(|| S3Error::invalid_argument(MINIMUM, asked)),
    }
}

pub(crate) fn describe_minimum(minimum: TransitionMinimum, headers: &mut HeaderMap) {
    set(headers, HeaderName::from_static(MINIMUM), name(minimum));
}

fn name(minimum: TransitionMinimum) -> &'static str {
    match minimum {
        TransitionMinimum::AllClasses => "all_storage_classes_128K",
        TransitionMinimum::VariesByClass => "varies_by_storage_class",
    }
}
