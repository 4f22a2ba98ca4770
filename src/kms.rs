//! `cairn kms key`: the keys of encrypted objects, looked after while no server runs on them.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::UNIX_EPOCH;

use s3_api::kms::{BadKeyId, KeyDescription, KeyId, KeyState, KmsError, LocalKeyRing};

use crate::cli::{KeyArgs, KeyCommand};
use crate::stopped::{StoppedError, with_store};

#[derive(Debug, thiserror::Error)]
enum KeyError {
    #[error(transparent)]
    Stopped(#[from] StoppedError),
    #[error(transparent)]
    BadId(#[from] BadKeyId),
    #[error(transparent)]
    Kms(#[from] KmsError),
}

/// Findings go to standard output, what kept the command from its end to standard error.
pub(crate) fn run(command: &KeyCommand) -> ExitCode {
    match done(command) {
        Ok(keys) => {
            let mut out = io::stdout().lock();
            for key in keys {
                // If nobody listens there is nobody to tell; the exit code tells all the same.
                let _ = writeln!(out, "{}", line(&key));
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn done(command: &KeyCommand) -> Result<Vec<KeyDescription>, KeyError> {
    match command {
        KeyCommand::List(args) => with_ring(&args.data, async |ring| Ok(ring.list())),
        KeyCommand::Create(args) => change(args, async |ring, id| ring.create(id).await),
        KeyCommand::Rotate(args) => change(args, async |ring, id| ring.rotate(id).await),
        KeyCommand::Disable(args) => change(args, async |ring, id| {
            ring.set_state(id, KeyState::Disabled).await
        }),
        KeyCommand::Enable(args) => change(args, async |ring, id| {
            ring.set_state(id, KeyState::Enabled).await
        }),
    }
}

fn change(
    args: &KeyArgs,
    work: impl AsyncFnOnce(&LocalKeyRing, &KeyId) -> Result<KeyDescription, KmsError>,
) -> Result<Vec<KeyDescription>, KeyError> {
    let id = KeyId::parse(&args.id)?;
    with_ring(&args.data, async |ring| Ok(vec![work(ring, &id).await?]))
}

fn with_ring<T>(
    data: &Path,
    work: impl AsyncFnOnce(&LocalKeyRing) -> Result<T, KmsError>,
) -> Result<T, KeyError> {
    with_store(data, async |engine, master| {
        let ring = LocalKeyRing::open(engine, &master).await?;
        Ok(work(&ring).await?)
    })
}

fn line(key: &KeyDescription) -> String {
    let state = match key.state {
        KeyState::Enabled => "enabled",
        KeyState::Disabled => "disabled",
    };
    let since = key.created.duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{}\t{state}\t{}\t{}", key.id, key.versions, since.as_secs())
}
