//! What commands about users and their keys have in common.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use identity::model::{Account, Secret};
use identity::{Identity, RootAccount};

use crate::credentials;
use crate::limits::POLICY_FILE_BYTES_MAX;
use crate::server::{ROOT_ID, ROOT_NAME};
use crate::stopped::{StoppedError, with_store};

#[derive(Debug, thiserror::Error)]
pub(crate) enum AccountError {
    #[error(transparent)]
    Stopped(#[from] StoppedError),
    #[error(transparent)]
    Identity(#[from] identity::Error),
    #[error("there is no user {0:?}")]
    Unknown(String),
    #[error("--access-key and --secret-key go together")]
    HalfAKey,
    #[error("{path}: {source}", path = path.display())]
    File { path: PathBuf, source: io::Error },
    #[error(
        "{0:?} is an account with a number, whose root may do everything in it: policies are given \
         to its users, through IAM"
    )]
    Root(String),
}

/// What was asked for goes to standard output, what kept the command from it to standard error.
pub(crate) fn report(done: Result<Vec<String>, AccountError>) -> ExitCode {
    match done {
        Ok(lines) => {
            let mut out = io::stdout().lock();
            for line in lines {
                // If nobody listens there is nobody to tell; the exit code tells all the same.
                let _ = writeln!(out, "{line}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

pub(crate) fn with_identity<T>(
    data: &Path,
    work: impl AsyncFnOnce(Identity) -> Result<T, AccountError>,
) -> Result<T, AccountError> {
    with_store(data, async |engine, master| {
        let root = credentials::load(data).map_err(StoppedError::SecretFile)?;
        // A server whose root comes from its environment has none in the folder.
        let (access_key, secret) = match &root {
            Some(root) => (root.user(), root.password()),
            None => ("", ""),
        };
        let root = RootAccount {
            canonical_id: ROOT_ID.into(),
            display_name: ROOT_NAME.into(),
            email: None,
            access_key: access_key.into(),
            secret: Secret::new(secret),
        };
        work(Identity::open(engine, &master, root).await?).await
    })
}

pub(crate) fn account(identity: &Identity, name: &str) -> Result<Arc<Account>, AccountError> {
    let account = identity.account_by_name(name);
    account.ok_or_else(|| AccountError::Unknown(name.to_owned()))
}

/// Both halves of a key are given, or none.
pub(crate) fn check_key(key: Option<&str>, secret: Option<&str>) -> Result<(), AccountError> {
    match key.is_some() == secret.is_some() {
        true => Ok(()),
        false => Err(AccountError::HalfAKey),
    }
}

/// A policy document in a file.
pub(crate) fn read_policy(path: &Path) -> Result<String, AccountError> {
    let failed = |source| AccountError::File {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    let mut file = file.take(POLICY_FILE_BYTES_MAX + 1);
    let read = file.read_to_string(&mut text).map_err(failed)?;
    match read as u64 <= POLICY_FILE_BYTES_MAX {
        true => Ok(text),
        false => Err(failed(io::Error::other("this is too long for a policy"))),
    }
}
