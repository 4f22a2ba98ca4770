//! Why a request was refused: the one shape of errors.

use http::StatusCode;
use s3_api::{Busy, CallRefusal};
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;

/// A refusal, before it is known what the request is called.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
    /// The field of the request that is at fault.
    pub(crate) field: Option<String>,
    pub(crate) retry_after_seconds: Option<u64>,
}

/// What every refusal is answered with.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ErrorAnswer {
    error: ErrorBody,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ErrorBody {
    /// Tells programs what went wrong. Where S3 or IAM refused, its own code.
    code: String,
    /// Tells people.
    message: String,
    /// The field of the request that is at fault, where it is one.
    field: Option<String>,
    /// Finds the request in logs and in the audit log.
    request_id: String,
}

impl Refused {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            field: None,
            retry_after_seconds: None,
        }
    }

    /// A field that cannot be taken as it is.
    pub(crate) fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(StatusCode::BAD_REQUEST, "InvalidField", message)
        }
    }

    pub(crate) fn denied(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", message)
    }

    pub(crate) fn unauthenticated(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    pub(crate) fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// Something of ours went wrong: the log says what, the client learns only that.
    pub(crate) fn failure(what: &'static str, error: &dyn std::fmt::Display) -> Self {
        tracing::error!(what, %error, "an admin request failed");
        Self::internal()
    }

    /// The same where the log says it already.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalError",
            "We encountered an internal error. Please try again; the server's log says more.",
        )
    }

    pub(crate) fn render(&self, request_id: &str) -> ErrorAnswer {
        ErrorAnswer {
            error: ErrorBody {
                code: self.code.clone().into_owned(),
                message: self.message.clone(),
                field: self.field.clone(),
                request_id: request_id.to_owned(),
            },
        }
    }
}

impl From<Busy> for Refused {
    fn from(busy: Busy) -> Self {
        Self {
            retry_after_seconds: Some(busy.retry_seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "SlowDown", busy.sentence())
        }
    }
}

impl From<CallRefusal> for Refused {
    fn from(refusal: CallRefusal) -> Self {
        Self::new(refusal.status, refusal.code, refusal.message)
    }
}

impl From<identity::Error> for Refused {
    fn from(error: identity::Error) -> Self {
        CallRefusal::from(error).into()
    }
}

impl From<storage_engine::Error> for Refused {
    fn from(error: storage_engine::Error) -> Self {
        match error {
            storage_engine::Error::NoSuchBucket { .. } => {
                Self::not_found("NoSuchBucket", "The specified bucket does not exist")
            }
            error => Self::failure("the store", &error),
        }
    }
}
