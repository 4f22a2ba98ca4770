use super::*;

#[test]
fn bodies_and_index_are_closed_to_others_in_a_folder_that_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let open = Permissions::from_mode(0o755);
    fs::set_permissions(folder.path(), open.clone()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    drop(Folder::open(folder.path()).unwrap());
    let both = [Folder::SEGMENTS, Folder::INDEX].map(|name| folder.path().join(name));
    assert_eq!(both.each_ref().map(|path| mode(path)), [0o700; 2]);
    // As an earlier version made them.
    fs::set_permissions(&both[0], open).unwrap();
    drop(Folder::open(folder.path()).unwrap());
    assert_eq!(both.each_ref().map(|path| mode(path)), [0o700; 2]);
    // What whoever made the folder meant it to be.
    assert_eq!(mode(folder.path()), 0o755);
}
