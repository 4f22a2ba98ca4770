//! The lines of the log that tell of a request.

use http::StatusCode;
use tracing::{debug, error, warn};

use super::clock::Spent;
use super::{Answer, Record};
use crate::telemetry::printable::Printable;

/// One line for every request, at `debug`; failures of the server at any level.
pub(super) fn ended(record: &Record, answer: &Answer, spent: &Spent, ending: &str) {
    // One macro call for each level, because a level is part of a call's static data.
    macro_rules! line {
        ($level:ident) => {
            $level!(
                request_id = %record.id.as_str(),
                method = %record.method,
                path = %Printable(&record.target()),
                operation = answer.outcome.operation,
                status = answer.status.as_u16(),
                error = error(answer),
                sent = answer.sent,
                total_us = number(spent.total.as_micros()),
                "{ending}"
            )
        };
    }
    match answer.status {
        _ if answer.failure.is_some() => line!(error),
        // Answers of a healthy server: not built, come back later, and no room on the drive.
        StatusCode::NOT_IMPLEMENTED
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::INSUFFICIENT_STORAGE => line!(debug),
        status if status.is_server_error() => line!(error),
        _ => line!(debug),
    }
}

/// Where the time went of a request that the server took long for.
pub(super) fn slow(record: &Record, answer: &Answer, spent: &Spent) {
    warn!(
        request_id = %record.id.as_str(),
        method = %record.method,
        path = %Printable(&record.target()),
        operation = answer.outcome.operation,
        status = answer.status.as_u16(),
        error = error(answer),
        received = record.clock.received_bytes(),
        sent = answer.sent,
        total_ms = number(spent.total.as_millis()),
        receiving_ms = number(spent.receiving.as_millis()),
        working_ms = number(spent.working.as_millis()),
        reading_ms = number(spent.reading.as_millis()),
        sending_ms = number(spent.sending.as_millis()),
        "slow request"
    );
}

/// The code of a refusal, if it was one.
fn error(answer: &Answer) -> Option<&str> {
    Some(answer.outcome.error).filter(|code| !code.is_empty())
}

/// Longer numbers would be texts in JSON.
fn number(wide: u128) -> u64 {
    u64::try_from(wide).unwrap_or(u64::MAX)
}
