//! `cairn user`: accounts that own buckets, looked after while no server runs on them.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use identity::iam::KeyRequest;
use identity::model::{Account, Secret};
use identity::{Identity, NewAccount, Number, RootAccount};

use crate::cli::{UserAddArgs, UserCommand};
use crate::credentials;
use crate::server::{ROOT_ID, ROOT_NAME};
use crate::stopped::{StoppedError, with_store};

#[derive(Debug, thiserror::Error)]
enum UserError {
    #[error(transparent)]
    Stopped(#[from] StoppedError),
    #[error(transparent)]
    Identity(#[from] identity::Error),
    #[error("there is no user {0:?}")]
    Unknown(String),
    #[error("--access-key and --secret-key go together")]
    HalfAKey,
}

/// What was asked for goes to standard output, what kept the command from it to standard error.
pub(crate) fn run(command: &UserCommand) -> ExitCode {
    let done = match command {
        UserCommand::Add(args) => add(args),
        UserCommand::List(args) => with_identity(&args.data, async |identity| {
            Ok(identity.list_accounts().iter().map(|a| line(a)).collect())
        }),
        UserCommand::Remove(args) => with_identity(&args.data, async |identity| {
            let account = identity.account_by_name(&args.name);
            let account = account.ok_or_else(|| UserError::Unknown(args.name.clone()))?;
            identity.remove_account(&account.id).await?;
            Ok(Vec::new())
        }),
    };
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

fn add(args: &UserAddArgs) -> Result<Vec<String>, UserError> {
    if args.access_key.is_some() != args.secret_key.is_some() {
        return Err(UserError::HalfAKey);
    }
    with_identity(&args.data, async |identity| {
        let new = NewAccount {
            name: &args.name,
            canonical_id: args.id.as_deref(),
            number: args.number.as_deref().map_or(Number::None, Number::Given),
            display_name: args.display_name.as_deref(),
            email: args.email.as_deref(),
            key: KeyRequest {
                id: args.access_key.as_deref(),
                secret: args.secret_key.as_deref(),
                ..KeyRequest::default()
            },
        };
        let (account, key) = identity.add_account(new).await?;
        // A secret that was given is known already; one that was made is shown this once.
        let secret = match args.secret_key {
            Some(_) => String::new(),
            None => format!("\t{}", key.secret.expose()),
        };
        Ok(vec![format!("{}\t{}{secret}", line(&account), key.key.id)])
    })
}

fn with_identity<T>(
    data: &Path,
    work: impl AsyncFnOnce(Identity) -> Result<T, UserError>,
) -> Result<T, UserError> {
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

fn line(account: &Account) -> String {
    let email = account.email.as_deref().unwrap_or("-");
    let (name, id) = (&account.name, &account.id);
    format!("{name}\t{id}\t{}\t{email}", account.display_name)
}
