use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use storage_engine::TableWrite;

fn empty_store() -> Engine {
    let clock = std::sync::Arc::new(storage_engine::clock::SystemClock);
    Engine::in_memory(clock).unwrap()
}

#[tokio::test]
async fn the_key_is_made_once_and_only_its_owner_reads_it() {
    let store = empty_store();
    let folder = tempfile::tempdir().unwrap();
    let made = load_or_create(&store, folder.path()).await.unwrap();
    assert_eq!(load_or_create(&store, folder.path()).await.unwrap(), made);
    let metadata = fs::metadata(folder.path().join(FILE)).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    let other = tempfile::tempdir().unwrap();
    assert_ne!(load_or_create(&store, other.path()).await.unwrap(), made);
}

#[tokio::test]
async fn what_is_no_key_is_refused_and_left_alone() {
    let store = empty_store();
    let folder = tempfile::tempdir().unwrap();
    load_or_create(&store, folder.path()).await.unwrap();
    for text in ["", "abc", &"x".repeat(64), &"0".repeat(66)] {
        let path = folder.path().join(FILE);
        fs::write(&path, text).unwrap();
        let refused = load_or_create(&store, folder.path()).await.unwrap_err();
        assert!(
            refused.to_string().contains("restore it from a backup"),
            "{refused}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[tokio::test]
async fn none_is_made_where_something_is_sealed_already() {
    for table in SEALED {
        let store = empty_store();
        let write = TableWrite::Put(b"row".as_slice().into(), b"sealed".as_slice().into());
        store
            .table_commit(table, Vec::new(), vec![write])
            .await
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let refused = load_or_create(&store, folder.path()).await.unwrap_err();
        assert!(
            refused.to_string().contains("master.key is not there"),
            "{refused}"
        );
        assert!(!folder.path().join(FILE).exists());
    }
}
