//! Why a command could not do what was asked, and what to do next.

mod advice;
mod policy;
mod words;

use std::fmt::Display;
use std::path::PathBuf;

use http::StatusCode;
use serde_json::{Value, json};
use storage_engine::Error;

use crate::config::Fault;
use crate::exit;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// By the interface.
    #[error(transparent)]
    Refused(Box<Refusal>),
    #[error("{0}")]
    Usage(String),
    #[error("the configuration of the folder's server is at fault")]
    Configuration(Vec<Fault>),
    #[error("{path}: {what}", path = .path.display())]
    File { path: PathBuf, what: String },
    /// Something here, before anybody was asked.
    #[error("{0}")]
    Local(String),
    #[error("{0}: there is no such folder")]
    NoFolder(String),
    #[error(transparent)]
    Store(#[from] storage_engine::Error),
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// Whoever answers there does not show a certificate that is trusted.
    #[error("the server cannot be trusted: {0}")]
    Untrusted(String),
    #[error("the answer is not understood: {0}")]
    Odd(String),
    /// By a signal.
    #[error("interrupted before the end")]
    Interrupted,
    /// And what was done before it could not be undone.
    #[error("{failure}; {left}")]
    Left { failure: Box<Failure>, left: String },
}

/// What the interface has said, and what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{message} ({code})")]
pub(crate) struct Refusal {
    status: StatusCode,
    code: String,
    message: String,
    /// The field of the request that is at fault.
    field: Option<String>,
    /// Where it was asked for.
    place: String,
    by: By,
    /// It is about what was typed, as clap finds it too.
    is_usage: bool,
}

impl Failure {
    pub(super) fn odd(what: &(impl Display + ?Sized)) -> Failure {
        Failure::Odd(what.to_string())
    }

    /// What the interface says of a refusal, in plain words where it has none.
    pub(super) fn refused(status: StatusCode, answer: &Value, asked: Asked<'_>) -> Failure {
        let error = &answer["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let (code, field) = (
            text("code"),
            Some(text("field")).filter(|it| !it.is_empty()),
        );
        let message = match (words::of(&code, &text("message"), asked), &field) {
            (Some(words), _) => words,
            (None, Some(field)) => format!("{field}: {}", text("message")),
            (None, None) => text("message"),
        };
        Failure::Refused(Box::new(Refusal {
            status,
            message,
            field,
            place: asked.place.to_owned(),
            by: asked.by,
            is_usage: words::is_usage(&code),
            code,
        }))
    }

    /// A field that the interface has refused is a flag here: that is named, as it was typed.
    pub(crate) fn of_flag(self, wanted: &str, flag: &str, typed: &str, words: &str) -> Failure {
        match self {
            Failure::Refused(mut refusal) if refusal.field.as_deref() == Some(wanted) => {
                let said = refusal.message.split_once(": ").map(|(_, said)| said);
                let said = match words {
                    "" => said.unwrap_or(&refusal.message),
                    words => words,
                };
                refusal.message = format!("{flag} {typed}: {said}");
                refusal.is_usage = true;
                Failure::Refused(refusal)
            }
            other => other,
        }
    }

    pub(crate) fn is_code(&self, wanted: &str) -> bool {
        matches!(self, Failure::Refused(refusal) if refusal.code == wanted)
    }

    /// There is nothing where it was looked for.
    pub(crate) fn is_absence(&self) -> bool {
        matches!(self, Failure::Refused(refusal) if refusal.status == StatusCode::NOT_FOUND)
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage(_) | Failure::Configuration(_) => exit::USAGE,
            Failure::Refused(refusal) if refusal.is_usage => exit::USAGE,
            Failure::Interrupted | Failure::Store(Error::Interrupted) => exit::INTERRUPTED,
            Failure::Left { failure, .. } => failure.exit_code(),
            _ => exit::FAILED,
        }
    }

    /// For programs: the interface's code, or one of the command's own.
    fn code(&self) -> &str {
        match self {
            Failure::Refused(refusal) => &refusal.code,
            Failure::Usage(_) => "InvalidArguments",
            Failure::Configuration(_) => "InvalidConfiguration",
            Failure::File { .. } => "InvalidFile",
            Failure::NoFolder(_) => "NoSuchFolder",
            Failure::Unreachable(_) => "Unreachable",
            Failure::Untrusted(_) => "Untrusted",
            Failure::Odd(_) => "UnknownAnswer",
            Failure::Interrupted | Failure::Store(Error::Interrupted) => "Interrupted",
            Failure::Local(_) | Failure::Store(_) => "Failed",
            Failure::Left { failure, .. } => failure.code(),
        }
    }

    /// The same for programs.
    pub(crate) fn json(&self) -> Value {
        let (message, next) = match self {
            Failure::Configuration(faults) => {
                let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
                (faults.join("; "), None)
            }
            // Its code stands beside it.
            Failure::Refused(refusal) => (refusal.message.clone(), self.advice()),
            other => (other.to_string(), self.advice()),
        };
        json!({ "error": { "code": self.code(), "message": message, "next": next } })
    }

    /// What to do next, where that is known.
    pub(crate) fn advice(&self) -> Option<String> {
        let advice = match self {
            Failure::Refused(refusal) => {
                return advice::of(refusal);
            }
            Failure::Unreachable(_) => "look whether it runs: cairn health --endpoint URL",
            Failure::Untrusted(_) => {
                "give the server's certificate, or that of whoever has issued it: --certificate \
                 FILE, or CAIRN_CERTIFICATE"
            }
            Failure::Odd(_) => {
                "--server names the address of the console and the admin interface, which is 9001 \
                 and not the one of S3, unless a setting says otherwise"
            }
            Failure::Interrupted | Failure::Store(Error::Interrupted) => "run the command again",
            Failure::NoFolder(_) => "name the data folder of the server: --data DIR",
            Failure::Left { failure, .. } => return failure.advice(),
            _ => return None,
        };
        Some(advice.to_owned())
    }
}

/// By which way the interface was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The machine itself: nobody has logged in, and everything may be done but what is somebody's.
    DataFolder,
    /// Another machine, by the server's address.
    Address,
}

/// What was asked of the interface.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) by: By,
    /// Beneath `/api/v1`, with its query.
    pub(super) place: &'a str,
    pub(super) body: Option<&'a Value>,
}

impl Asked<'_> {
    /// The name at a place in the path, as it was typed.
    fn part(self, at: usize) -> Option<String> {
        part(self.place, at)
    }
}

/// The first part of `/buckets/photos` is at 0.
fn part(place: &str, at: usize) -> Option<String> {
    let path = place.split('?').next()?;
    let part = path.trim_start_matches('/').split('/').nth(at)?;
    let part = percent_encoding::percent_decode_str(part).decode_utf8_lossy();
    Some(part.into_owned())
}

#[cfg(test)]
mod tests;
