//! Writes a golden store: `cargo run -p storage-engine --example golden_store -- FOLDER`.
//!
//! Done once for each format, with the version that introduces it; the folder is then committed as
//! `storage-engine/tests/golden/v1` and never written again. It is packed as a power cut would
//! leave it: the index is older than the log, so that opening it has to replay.

#[path = "../tests/golden/archive.rs"]
mod archive;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/golden/story.rs"]
mod story;

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use storage_engine::Engine;

/// Longer than it takes until the index is made durable by itself.
const SETTLE: Duration = Duration::from_millis(2500);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let to = PathBuf::from(env::args().nth(1).ok_or("usage: golden_store FOLDER")?);
    if to.exists() {
        return Err(format!(
            "{} exists: a golden store is never written again",
            to.display()
        )
        .into());
    }
    let work = tempfile::tempdir()?;
    let folder = work.path().join("store");
    write(&folder, |engine| async move {
        story::write_early(&engine).await?;
        Ok(engine)
    })
    .await?;
    // Segments of the log can be compacted once a later one is in use and the index is durable.
    write(&folder, |engine| async move {
        engine
            .put_document("plain", "later", bytes::Bytes::from_static(b"row"))
            .await?;
        tokio::time::sleep(SETTLE).await;
        engine.compact().await?;
        Ok(engine)
    })
    .await?;
    let index = work.path().join("index");
    copy_index(&folder.join("index"), &index)?;
    write(&folder, |engine| async move {
        story::write_late(&engine).await?;
        Ok(engine)
    })
    .await?;
    archive::pack(&index, &to.join("index"))?;
    archive::pack(&folder.join("segments"), &to.join("segments"))?;
    let marker = zstd::bulk::compress(&fs::read(folder.join("cairn.toml"))?, 1)?;
    fs::write(to.join("cairn.toml.zst"), marker)?;
    Ok(())
}

/// Opens the store, does something to it and closes it.
async fn write<F>(folder: &Path, work: impl FnOnce(Engine) -> F) -> storage_engine::Result<()>
where
    F: Future<Output = storage_engine::Result<Engine>>,
{
    let engine = work(Engine::open_folder(&story::config(folder))?).await?;
    engine.shutdown().await
}

/// What the index needs, without locks and without what RocksDB notes of the machine it runs on.
fn copy_index(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let left_out = ["LOG", "LOCK", "OPTIONS", "."]
            .iter()
            .any(|start| name.starts_with(start));
        if !left_out {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}
