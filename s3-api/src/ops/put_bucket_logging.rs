//! PutBucketLogging: which bucket takes the log of the requests to this one, or none.

use super::shared::configuration;
use crate::access_log::{can_be_written, may_deliver};
use crate::body::document::Proof;
use crate::body::payload::Payload;
use crate::bucket::logging::{LogTarget, Logging};
use crate::bucket::request_payment::Payer;
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;
use storage_engine::Error;

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    // A policy cannot give this away.
    let source = request.settings_of_bucket()?;
    let is_owner = request.caller().account().id == source.row.owner;
    if !is_owner && !request.caller().is_administrator() {
        return Err(S3Error::new(Code::AccessDenied));
    }
    let logging: Logging = configuration::read(request, &mut payload, Proof::Required).await?;
    match &logging.target {
        None => return configuration::delete::<Logging>(request).await.map(as_ok),
        Some(target) => check(request, target).await?,
    }
    configuration::store(request, &logging).await?;
    Ok(response::empty(StatusCode::OK))
}

fn as_ok(mut answer: Answer) -> Answer {
    *answer.status_mut() = StatusCode::OK;
    answer
}

/// Whether the bucket can take logs, and lets them in.
async fn check(request: &Permitted<'_>, to: &LogTarget) -> Result<(), S3Error> {
    let source = request.settings_of_bucket()?;
    let found = request.other_bucket(&to.bucket).await;
    let target = found.map_err(|error| match error {
        Error::NoSuchBucket { .. } => {
            S3Error::new(Code::InvalidTargetBucketForLogging).extra("TargetBucket", &*to.bucket)
        }
        error => request.refusal(error),
    })?;
    let refuse = |message: &'static str| {
        Err(S3Error::invalid_argument("TargetBucket", &*to.bucket).message(message))
    };
    if !can_be_written(&target) {
        return refuse("Logs cannot be delivered to a bucket whose default encryption is aws:kms.");
    }
    if target.document() == Some(Payer::Requester) {
        return refuse("Logs cannot be delivered to a bucket whose requester pays.");
    }
    if target.row.default_retention.is_some() {
        return refuse("Logs cannot be delivered to a bucket with a default retention.");
    }
    match may_deliver(request.identity(), source, &target, &to.prefix) {
        true => Ok(()),
        false => Err(S3Error::new(Code::AccessDenied)),
    }
}
