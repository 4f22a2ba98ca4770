//! Commands that change a data folder while no server runs on it.

use std::io;
use std::path::Path;
use std::sync::Arc;

use storage_engine::{Engine, EngineConfig};

use crate::master_key;
use crate::secret_file::SecretFileError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum StoppedError {
    #[error("{0}: there is no such folder")]
    NoFolder(String),
    #[error(transparent)]
    SecretFile(#[from] SecretFileError),
    #[error(transparent)]
    Store(#[from] storage_engine::Error),
    #[error("cannot start threads: {0}")]
    Threads(io::Error),
}

/// Opens the folder, works with what is in it and closes it in order.
pub(crate) fn with_store<T, E: From<StoppedError>>(
    data: &Path,
    work: impl AsyncFnOnce(Arc<Engine>, [u8; 32]) -> Result<T, E>,
) -> Result<T, E> {
    // A command that looks after a folder must not make one where a path is mistyped.
    if !data.is_dir() {
        return Err(StoppedError::NoFolder(data.display().to_string()).into());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(StoppedError::Threads)?;
    let _entered = runtime.enter();
    let engine = Engine::open_folder(&EngineConfig::new(data)).map_err(StoppedError::Store)?;
    let engine = Arc::new(engine);
    runtime.block_on(async {
        let master = master_key::load_or_create(data).map_err(StoppedError::SecretFile)?;
        let worked = work(Arc::clone(&engine), master).await;
        engine.shutdown().await.map_err(StoppedError::Store)?;
        worked
    })
}
