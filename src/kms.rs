//! `cairn kms key`: the keys of encrypted objects, looked after while no server runs on them.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use s3_api::kms::{BadKeyId, KeyDescription, KeyId, KeyState, KmsError, LocalKeyRing};
use storage_engine::{Engine, EngineConfig};

use crate::cli::{KeyArgs, KeyCommand};
use crate::master_key;
use crate::secret_file::SecretFileError;

#[derive(Debug, thiserror::Error)]
enum KeyError {
    #[error("{0}: there is no such folder")]
    NoFolder(String),
    #[error(transparent)]
    BadId(#[from] BadKeyId),
    #[error(transparent)]
    MasterKey(#[from] SecretFileError),
    #[error(transparent)]
    Kms(#[from] KmsError),
    #[error(transparent)]
    Store(#[from] storage_engine::Error),
    #[error("cannot start threads: {0}")]
    Threads(io::Error),
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

/// Opens the folder, works with its keys and closes it in order.
fn with_ring<T>(
    data: &Path,
    work: impl AsyncFnOnce(&LocalKeyRing) -> Result<T, KmsError>,
) -> Result<T, KeyError> {
    // A command that looks after a folder must not make one where a path is mistyped.
    if !data.is_dir() {
        return Err(KeyError::NoFolder(data.display().to_string()));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(KeyError::Threads)?;
    let _entered = runtime.enter();
    let engine = Arc::new(Engine::open_folder(&EngineConfig::new(data))?);
    runtime.block_on(async {
        let master = master_key::load_or_create(data)?;
        let ring = LocalKeyRing::open(Arc::clone(&engine), &master).await?;
        let worked = work(&ring).await;
        engine.shutdown().await?;
        Ok(worked?)
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
