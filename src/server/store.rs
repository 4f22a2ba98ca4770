//! What a server opens before it serves: the store, its root credential, identities and keys.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use identity::model::Secret;
use identity::{Identity, RootAccount};
use s3_api::kms::LocalKeyRing;
use storage_engine::{Engine, EngineConfig};
use tokio::task;
use tracing::warn;

use super::error::{RunError, system_error};
use super::{ROOT_ID, ROOT_NAME};
use crate::config::ServerConfig;
use crate::credentials::{self, RootCredential};
use crate::folder;
use crate::limits::DRIVE_BYTES_MIN;

pub(super) async fn open(data: &Path) -> Result<Arc<Engine>, RunError> {
    let path = data.to_owned();
    let opening = task::spawn_blocking(move || {
        if let Err(source) = folder::create_durably(&path) {
            return Err(RunError::Folder { path, source });
        }
        let engine = Engine::open_folder(&EngineConfig::new(&path));
        engine
            .map(Arc::new)
            .map_err(|source| RunError::Open { path, source })
    });
    opening
        .await
        .map_err(|e| system_error("open the store")(e.into()))?
}

/// Said once at the start: who finds uploads refused looks here first.
pub(super) async fn warn_of_the_drive(engine: &Engine) {
    let Ok(stats) = engine.stats().await else {
        return;
    };
    if stats.total_bytes < DRIVE_BYTES_MIN {
        warn!(
            mib = stats.total_bytes >> 20,
            least_mib = DRIVE_BYTES_MIN >> 20,
            "the drive is small: the reserve takes much of it, and what is deleted makes room late \
             or not at all"
        );
    }
    let left = stats.free_bytes.saturating_add(stats.idle_bytes);
    if left < stats.reserve_bytes {
        warn!(
            free_mib = left >> 20,
            reserve_mib = stats.reserve_bytes >> 20,
            "the drive is full but for what is kept for deletes and compaction: uploads are refused"
        );
    }
}

/// The root credential, and whether it was made now. Called with the store open, hence locked: no
/// other process makes one at the same time.
pub(super) fn root_credential_of(
    config: &ServerConfig,
) -> Result<(RootCredential, bool), RunError> {
    match &config.root {
        Some(root) => Ok((root.clone(), false)),
        None => Ok(credentials::load_or_create(&config.data)?),
    }
}

pub(super) fn show_once(root: &RootCredential, data: &Path) {
    let shown = writeln!(
        io::stdout(),
        "Root credential of this store, made now and shown only once:\n\n    \
         access key  {}\n    secret key  {}\n\nIt is kept in {}.\n",
        root.user(),
        root.password(),
        data.join(credentials::FILE).display(),
    );
    if let Err(e) = shown {
        warn!(error = %e, "cannot show the new root credential; it is in the data folder");
    }
}

pub(super) async fn identities(
    engine: &Arc<Engine>,
    master: &[u8; 32],
    root: &RootCredential,
) -> Result<Identity, RunError> {
    let root = RootAccount {
        canonical_id: ROOT_ID.into(),
        display_name: ROOT_NAME.into(),
        email: None,
        access_key: root.user().to_owned(),
        secret: Secret::new(root.password()),
    };
    Ok(Identity::open(Arc::clone(engine), master, root).await?)
}

pub(super) async fn key_ring(
    engine: &Arc<Engine>,
    master: &[u8; 32],
) -> Result<Arc<LocalKeyRing>, RunError> {
    Ok(Arc::new(
        LocalKeyRing::open(Arc::clone(engine), master).await?,
    ))
}
