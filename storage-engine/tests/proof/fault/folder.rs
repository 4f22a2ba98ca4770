//! Data folders that are not ours, not of our time, in use, or not to be had.

use std::fs;
use std::path::Path;

use storage_engine::disk::AsyncIo;
use storage_engine::{CreateBucket, Engine, EngineConfig, Error};

fn config(folder: &Path) -> EngineConfig {
    EngineConfig {
        log_segment_bytes: 1 << 20,
        bulk_segment_bytes: 4 << 20,
        reserve_bytes: 1 << 20,
        memtable_bytes: 1 << 20,
        async_io: AsyncIo::Threads,
        ..EngineConfig::new(folder)
    }
}

/// The message a person gets to read.
fn refused(folder: &Path) -> String {
    match Engine::open_folder(&config(folder)) {
        Err(Error::Folder(message)) => message,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// A folder with a store in it that nobody has open.
async fn made(folder: &Path) {
    let engine = Engine::open_folder(&config(folder)).unwrap();
    let (name, owner) = ("kept".to_owned(), "owner".to_owned());
    engine
        .create_bucket(CreateBucket {
            name,
            owner,
            lockable: false,
            ..CreateBucket::default()
        })
        .await
        .unwrap();
    engine.shutdown().await.unwrap();
}

fn block_on(work: impl Future<Output = ()>) {
    crate::run::on_runtime(work);
}

#[test]
fn a_second_process_is_refused() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open_folder(&config(folder.path())).unwrap();
        let message = refused(folder.path());
        assert!(
            message.contains(&folder.path().display().to_string()),
            "{message}"
        );
        engine.shutdown().await.unwrap();
    });
}

#[test]
fn a_folder_of_a_later_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    block_on(made(folder.path()));
    let marker = folder.path().join("cairn.toml");
    let text = fs::read_to_string(&marker).unwrap();
    assert!(text.contains("format = 1\n"), "{text}");
    fs::write(&marker, text.replace("format = 1\n", "format = 2\n")).unwrap();
    block_on(async {
        let message = refused(folder.path());
        assert!(message.contains("format 2"), "{message}");
    });
    fs::write(&marker, text).unwrap();
    block_on(async {
        let engine = Engine::open_folder(&config(folder.path())).unwrap();
        engine.bucket("kept").await.unwrap();
    });
}

#[test]
fn segments_of_another_store_are_refused() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    block_on(made(one.path()));
    block_on(made(two.path()));
    for entry in fs::read_dir(two.path().join("segments")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(
            entry.path(),
            one.path().join("segments").join(entry.file_name()),
        )
        .unwrap();
    }
    block_on(async {
        let message = refused(one.path());
        assert!(message.contains("another store"), "{message}");
    });
}

#[test]
fn a_folder_with_other_things_in_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.odt"), "precious").unwrap();
    block_on(async {
        let message = refused(folder.path());
        assert!(message.contains("other files"), "{message}");
    });
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "something was put there: {left:?}");
}

/// Whoever runs this may be allowed everything, so that a folder without the right to write would
/// not stop them: a path that no right helps with stands for it.
#[test]
fn a_folder_that_cannot_be_made_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    block_on(async {
        for path in [
            file.clone(),
            file.join("below"),
            "/proc/cairn-no-such-folder".into(),
        ] {
            let message = refused(&path);
            assert!(message.contains(&path.display().to_string()), "{message}");
        }
    });
}

#[test]
fn a_damaged_marker_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    block_on(made(folder.path()));
    let marker = folder.path().join("cairn.toml");
    let text = fs::read_to_string(&marker).unwrap();
    for damaged in [
        String::new(),
        text.replace("store", "shore"),
        text.replace("secret = \"", "secret = \"x"),
        text.replace("format = 1", "format = one"),
        text.chars().take(text.len() / 2).collect(),
    ] {
        fs::write(&marker, &damaged).unwrap();
        block_on(async {
            let message = refused(folder.path());
            assert!(message.contains("cairn.toml"), "{message}");
        });
    }
}
