//! Why a command could not do what was asked, and what to do next.

use std::fmt::Display;
use std::path::PathBuf;

use http::StatusCode;
use serde_json::Value;
use storage_engine::Error;

use crate::config::Fault;
use crate::exit;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// By the interface.
    #[error("{message} ({code})")]
    Refused {
        status: StatusCode,
        code: String,
        message: String,
    },
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
    #[error("the answer is not understood: {0}")]
    Odd(String),
    /// By a signal.
    #[error("interrupted before the end")]
    Interrupted,
}

impl Failure {
    pub(super) fn odd(what: &(impl Display + ?Sized)) -> Failure {
        Failure::Odd(what.to_string())
    }

    /// What the interface says of a refusal.
    pub(super) fn refused(status: StatusCode, answer: &Value) -> Failure {
        let error = &answer["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let message = match (text("field"), text("message")) {
            (field, message) if field.is_empty() => message,
            (field, message) => format!("{field}: {message}"),
        };
        Failure::Refused {
            status,
            code: text("code"),
            message,
        }
    }

    pub(crate) fn is_code(&self, wanted: &str) -> bool {
        matches!(self, Failure::Refused { code, .. } if code == wanted)
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage(_) | Failure::Configuration(_) => exit::USAGE,
            Failure::Interrupted | Failure::Store(Error::Interrupted) => exit::INTERRUPTED,
            _ => exit::FAILED,
        }
    }

    /// What to do next, where that is known.
    pub(crate) fn advice(&self) -> Option<String> {
        let advice = match self {
            Failure::Refused { code, status, .. } => return of_code(code, *status),
            Failure::Unreachable(_) => "look whether it runs: cairn health --endpoint URL",
            Failure::Odd(_) => {
                "--server names the address of the console and the admin interface, which is 9001 \
                 and not the one of S3, unless a setting says otherwise"
            }
            Failure::Interrupted | Failure::Store(Error::Interrupted) => "run the command again",
            Failure::NoFolder(_) => "name the data folder of the server: --data DIR",
            _ => return None,
        };
        Some(advice.to_owned())
    }
}

fn of_code(code: &str, status: StatusCode) -> Option<String> {
    let advice = match code {
        "NoSuchBucket" => "cairn bucket list shows the buckets there are",
        "NoSuchEntity" => {
            "cairn user list, group list, policy list and account list show what there is"
        }
        "EntityAlreadyExists" | "BucketAlreadyExists" | "BucketAlreadyOwnedByYou" => {
            "choose another name, or look at the one there is with show"
        }
        "BucketNotEmpty" => {
            "delete what is in it, all versions and unfinished uploads too: cairn bucket show \
             counts them"
        }
        "DeleteConflict" => "take away first what it is attached to: cairn policy detach",
        "NoSuchConfiguration" => "cairn bucket config get --help names them all",
        "ServiceQuotaExceeded" | "LimitExceeded" => "remove one that is not needed any more",
        "NoSuchLifecycleConfiguration" => {
            "cairn bucket config set BUCKET lifecycle FILE gives a bucket rules"
        }
        "NoSuchWebhook" => "cairn events list shows the webhooks there are",
        "NoSuchKmsKey" => "cairn kms key list shows the keys there are",
        "KmsKeyExists" => "choose another name, or look at the one there is with show",
        "TooManyKmsKeyVersions" => "cairn kms key create makes a new one",
        "KmsKeyChanged" => "run the command again",
        "NoSuchToken" => "cairn token list shows the tokens there are, --user USER those of others",
        "TooManyTokens" => "cairn token list shows which are used, cairn token delete makes room",
        "NoRootCredential" => {
            "start the server once, or give CAIRN_ROOT_USER and CAIRN_ROOT_PASSWORD as it has \
             them; or make a token of a user: --user USER"
        }
        "LoginRequired" => {
            "ask on the machine itself with --data DIR, or with the access token of a login"
        }
        "JobRunning" => "wait until it has ended, or cancel it in the console or with DELETE /jobs",
        "AccessDenied" => {
            "ask with a token of somebody who may, or on the machine itself with --data DIR"
        }
        "Unauthenticated" | "InvalidToken" | "ExpiredToken" | "SessionEnded" => {
            "give a token that is good: --token or CAIRN_TOKEN"
        }
        _ if status.is_server_error() => "the log of the server says more",
        _ => return None,
    };
    Some(advice.to_owned())
}
