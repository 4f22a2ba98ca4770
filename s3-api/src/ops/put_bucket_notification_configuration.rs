//! PutBucketNotificationConfiguration: whom to tell of what. Each target is told once that it will
//! be, so that a mistake shows at once and not when something has happened.

use super::shared::configuration;
use crate::body::document::Proof;
use crate::body::payload::Payload;
use crate::bucket::notification::unknown_target;
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::within::OnlyTried;
use http::StatusCode;
use pipeline::events::{Configuration, test_message};
use std::collections::HashSet;
use std::time::UNIX_EPOCH;
use storage_engine::ids::Timestamp;

const SKIP: &str = "x-amz-skip-destination-validation";

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let skips = match request.header_text(SKIP)? {
        None => false,
        Some(text) if text.eq_ignore_ascii_case("true") => true,
        Some(text) if text.eq_ignore_ascii_case("false") => false,
        Some(other) => return Err(S3Error::invalid_argument(SKIP, other)),
    };
    let configuration: Configuration =
        configuration::read(request, &mut payload, Proof::Optional).await?;
    if !skips {
        validate(request, &configuration).await?;
    }
    if request.extension::<OnlyTried>().is_none() {
        configuration::store(request, &configuration).await?;
    }
    Ok(response::empty(StatusCode::OK))
}

/// Tells every target that is not told anything yet.
async fn validate(request: &Permitted<'_>, new: &Configuration) -> Result<(), S3Error> {
    let courier = &request.settings().courier;
    let known: HashSet<String> = courier.targets().into_iter().collect();
    let arns = new.rules.iter().map(|rule| (rule, rule.target.text()));
    for (rule, arn) in arns.clone() {
        if !known.contains(rule.target.target()) {
            let reason = "The destination does not exist: the server has no webhook of this name";
            return Err(unknown_target(&arn, reason));
        }
    }
    let old = request.settings_of_bucket()?.notifications.as_ref();
    let old = old.map_or(&[][..], |old| &old.rules);
    let mut told: HashSet<&str> = old.iter().map(|rule| rule.target.target()).collect();
    let elapsed = UNIX_EPOCH.elapsed().unwrap_or_default();
    let now = Timestamp(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
    for (rule, arn) in arns {
        let target = rule.target.target();
        if !told.insert(target) {
            continue;
        }
        let (request_id, host_id) = (request.request_id(), &request.settings().host_id);
        let message = test_message(request.bucket(), request_id, host_id, now);
        let sent = courier.send(target, message).await;
        sent.map_err(|failure| unknown_target(&arn, &failure.to_string()))?;
    }
    Ok(())
}
