use super::*;

fn left(place: &Path) -> std::path::PathBuf {
    Held::make(place).unwrap().path().to_owned()
}

#[test]
fn what_was_left_goes_and_all_else_stays() {
    let place = tempfile::tempdir().unwrap();
    let own = Held::make(place.path()).unwrap();
    let other = Held::make(place.path()).unwrap();
    fs::write(place.path().join("file"), "x").unwrap();
    let left = [left(place.path()), left(place.path())];
    assert_eq!(remove_beside(own.path()).unwrap(), 2);
    assert!(!left.iter().any(|path| path.exists()));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 3);
    assert_eq!(remove_beside(other.path()).unwrap(), 0);
}

/// Whoever looks into one with another server has its folder's lock.
#[test]
fn one_that_is_looked_into_stays() {
    let place = tempfile::tempdir().unwrap();
    let own = Held::make(place.path()).unwrap();
    let left = left(place.path());
    let lock = FolderLock::acquire(&left).unwrap();
    assert_eq!(remove_beside(own.path()).unwrap(), 0);
    drop(lock);
    assert_eq!(remove_beside(own.path()).unwrap(), 1);
}

#[test]
fn one_start_removes_no_more_than_its_share() {
    let place = tempfile::tempdir().unwrap();
    let own = Held::make(place.path()).unwrap();
    for _ in 0..=EPHEMERAL_LEFT_OVERS_MAX {
        left(place.path());
    }
    assert_eq!(remove_beside(own.path()).unwrap(), EPHEMERAL_LEFT_OVERS_MAX);
    assert_eq!(remove_beside(own.path()).unwrap(), 1);
}
