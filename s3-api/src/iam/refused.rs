//! Refusals, as IAM and STS write them.

use super::answer::namespace;
use crate::auth::Service;
use crate::error::{Code, S3Error};
use crate::response::{Answer, document_bytes};
use crate::xml::writer::Writer;
use http::StatusCode;
use identity::Error;

#[derive(Debug)]
pub(super) struct Refused {
    code: &'static str,
    status: StatusCode,
    message: String,
}

/// Of a value that is shown to whoever sent it.
const SHOWN_CHARS_MAX: usize = 256;

impl Refused {
    fn new(code: &'static str, status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            code,
            status,
            message: message.into(),
        }
    }

    /// A parameter that is wrong or missing, in Amazon's words.
    pub(super) fn invalid(name: &str, value: Option<&str>, constraint: &str) -> Self {
        let value = match value {
            Some(text) => {
                let shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
                format!("'{shown}'")
            }
            None => "null".to_owned(),
        };
        let mut member = name.to_owned();
        if let Some(first) = member.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        let message = format!(
            "1 validation error detected: Value {value} at '{member}' failed to satisfy \
             constraint: {constraint}"
        );
        Self::new("ValidationError", StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn no_such_action(action: &str, version: &str) -> Self {
        let shown: String = action.chars().take(SHOWN_CHARS_MAX).collect();
        let version: String = version.chars().take(SHOWN_CHARS_MAX).collect();
        let message = format!("Could not find operation {shown} for version {version}");
        Self::new("InvalidAction", StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn no_action() -> Self {
        Self::new(
            "MissingAction",
            StatusCode::BAD_REQUEST,
            "The request is missing an action or a required parameter.",
        )
    }

    pub(super) fn malformed(message: &'static str) -> Self {
        Self::new("MalformedQueryString", StatusCode::NOT_FOUND, message)
    }

    pub(super) fn no_such_entity(message: String) -> Self {
        Self::from(Error::NoSuchEntity(message))
    }

    pub(super) fn invalid_input(message: String) -> Self {
        Self::from(Error::InvalidInput(message))
    }

    pub(super) fn access_denied(message: &str) -> Self {
        Self::from(Error::AccessDenied(message.to_owned()))
    }

    pub(super) fn unsigned() -> Self {
        Self::new(
            "MissingAuthenticationToken",
            StatusCode::FORBIDDEN,
            "Request is missing Authentication Token",
        )
    }

    pub(super) fn too_large(bytes_max: usize) -> Self {
        Self::new(
            "RequestEntityTooLarge",
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("A request may have {bytes_max} bytes at most."),
        )
    }

    pub(super) fn failure() -> Self {
        Self::new(
            "ServiceFailure",
            StatusCode::INTERNAL_SERVER_ERROR,
            "The request processing has failed because of an unknown error, exception or failure.",
        )
    }

    /// What S3 calls otherwise.
    pub(super) fn of_signature(error: &S3Error) -> Self {
        let sentence = error.sentence().to_owned();
        let (code, status, message) = match error.code() {
            Code::InvalidAccessKeyId | Code::InvalidToken => (
                "InvalidClientTokenId",
                StatusCode::FORBIDDEN,
                "The security token included in the request is invalid.".to_owned(),
            ),
            Code::ExpiredToken => (
                "ExpiredToken",
                StatusCode::FORBIDDEN,
                "The security token included in the request is expired".to_owned(),
            ),
            Code::SignatureDoesNotMatch | Code::RequestTimeTooSkewed => {
                ("SignatureDoesNotMatch", StatusCode::FORBIDDEN, sentence)
            }
            Code::AuthorizationHeaderMalformed
            | Code::AuthorizationQueryParametersError
            | Code::InvalidArgument
            | Code::InvalidRequest
            | Code::AccessDenied => ("IncompleteSignature", StatusCode::BAD_REQUEST, sentence),
            // As their clients know it.
            Code::SlowDown => ("Throttling", StatusCode::BAD_REQUEST, sentence),
            Code::InvalidURI => ("MalformedQueryString", StatusCode::NOT_FOUND, sentence),
            code => (code.name(), code.status(), sentence),
        };
        Self::new(code, status, message)
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn into_message(self) -> String {
        self.message
    }

    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    pub(super) fn render(&self, service: Service, request_id: &str) -> Answer {
        let fault = match self.status.is_server_error() {
            true => "Receiver",
            false => "Sender",
        };
        let mut xml = Writer::in_namespace("ErrorResponse", namespace(service));
        xml.element("Error", |xml| {
            xml.text("Type", fault);
            xml.text("Code", self.code);
            xml.text("Message", &self.message);
        });
        xml.text("RequestId", request_id);
        document_bytes(self.status, xml.finish())
    }
}

/// Failures of the store itself are logged here, once, and tell the client nothing.
impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::NoSuchEntity(_) => StatusCode::NOT_FOUND,
            Error::EntityAlreadyExists(_)
            | Error::DeleteConflict(_)
            | Error::LimitExceeded(_)
            | Error::ConcurrentModification => StatusCode::CONFLICT,
            Error::AccessDenied(_) => StatusCode::FORBIDDEN,
            Error::Cryptography(_) | Error::Damaged { .. } | Error::Storage(_) => {
                tracing::error!(%error, "a call failed");
                return Self::failure();
            }
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(error.code(), status, error.to_string())
    }
}
