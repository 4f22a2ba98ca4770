use super::*;

#[test]
fn a_folder_has_one_owner_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let lock = FolderLock::acquire(folder.path()).unwrap();
    // A lock belongs to the open file, so a second opening stands for a second process.
    let error = FolderLock::acquire(folder.path()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    assert!(error.to_string().contains(folder.path().to_str().unwrap()));
    drop(lock);
    FolderLock::acquire(folder.path()).unwrap();
}

#[test]
fn a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap().path().join("gone");
    let error = FolderLock::acquire(&folder).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert!(error.to_string().contains(folder.to_str().unwrap()));
}
