use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn missing_folders_are_made_for_the_owner_alone() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("a/b/c");
    create_durably(&folder).unwrap();
    let mode = fs::metadata(&folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    create_durably(&folder).unwrap();
    create_durably(&folder.join("../d")).unwrap();
    assert!(place.path().join("a/b/d").is_dir());
}

#[test]
fn an_existing_folder_keeps_its_mode() {
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o750)).unwrap();
    create_durably(place.path()).unwrap();
    let mode = fs::metadata(place.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o750);
}

#[test]
fn a_file_in_the_way_is_an_error() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "").unwrap();
    let refused = create_durably(&file).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
    let refused = create_durably(&file.join("below")).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::NotADirectory);
}
