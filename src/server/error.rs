//! What keeps a server from starting or going on, and what to do about it.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use s3_api::kms::KmsError;
use storage_engine::disk::with_advice;

use crate::declare::DeclareError;
use crate::master_key::MasterKeyError;
use crate::secret_file::SecretFileError;
use crate::tls::TlsError;
use crate::webhook::WebhookError;

#[derive(Debug, thiserror::Error)]
pub(super) enum RunError {
    #[error("{path}: cannot make the data folder: {what}", path = path.display(), what = with_advice(source))]
    Folder { path: PathBuf, source: io::Error },
    #[error("cannot open the store: {}", explain(path, source))]
    Open {
        path: PathBuf,
        source: storage_engine::Error,
    },
    #[error(transparent)]
    SecretFile(#[from] SecretFileError),
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    #[error("cannot read the identities: {0}")]
    Identity(#[from] identity::Error),
    #[error(transparent)]
    Declare(#[from] DeclareError),
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    #[error("cannot read who is logged in: {0}")]
    Admin(#[from] admin::OpenError),
    #[error("cannot read the keys of encrypted objects: {0}")]
    Keys(#[from] KmsError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot listen on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("cannot {what}: {source}")]
    System {
        what: &'static str,
        source: io::Error,
    },
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    #[error(
        "the store has stopped: {reason}. Nothing acknowledged rests on what failed. \
         Look at the drive (kernel log, free space, SMART), then start again: the store recovers \
         what was acknowledged from its log"
    )]
    Stopped { reason: String },
    #[error("the store did not close: {0}. The next start recovers")]
    Close(storage_engine::Error),
    #[error("told to stop again: requests in flight were cut off. The next start recovers")]
    Impatient,
}

/// Names the folder, once, and what to do where that is known.
pub(super) fn explain(path: &Path, error: &storage_engine::Error) -> String {
    let path = path.display();
    match error {
        storage_engine::Error::Folder(_) => error.to_string(),
        error if wants_room(error) => format!(
            "{path}: {error}. A start takes a new segment of the log and files of the index: make \
             room on the drive (df, df -i), then start again"
        ),
        _ => format!("{path}: {error}"),
    }
}

/// The index tells its errors as text only.
fn wants_room(error: &storage_engine::Error) -> bool {
    match error {
        storage_engine::Error::NoSpace { .. } => true,
        storage_engine::Error::Index(what) => what.contains("No space left on device"),
        _ => false,
    }
}

pub(super) fn system_error(what: &'static str) -> impl FnOnce(io::Error) -> RunError {
    move |source| RunError::System { what, source }
}
