use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn the_key_is_made_once_and_only_its_owner_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let made = load_or_create(folder.path()).unwrap();
    assert_eq!(load_or_create(folder.path()).unwrap(), made);
    let metadata = fs::metadata(folder.path().join(FILE)).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    let other = tempfile::tempdir().unwrap();
    assert_ne!(load_or_create(other.path()).unwrap(), made);
}

#[test]
fn what_is_no_key_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    load_or_create(folder.path()).unwrap();
    for text in ["", "abc", &"x".repeat(64), &"0".repeat(66)] {
        let path = folder.path().join(FILE);
        fs::write(&path, text).unwrap();
        let refused = load_or_create(folder.path()).unwrap_err();
        assert!(
            refused.to_string().contains("restore it from a backup"),
            "{refused}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
