use super::*;

fn user_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().uid()
}

fn taken(path: &Path) -> Option<Held> {
    Held::take(path, user_of(path)).ok().flatten()
}

/// As a server leaves it that is killed.
fn left(place: &Path) -> PathBuf {
    let held = Held::make(place).unwrap();
    fs::write(held.path().join("data"), "x").unwrap();
    held.path().to_owned()
}

#[test]
fn what_is_held_is_not_taken_and_what_is_left_is() {
    let place = tempfile::tempdir().unwrap();
    let held = Held::make(place.path()).unwrap();
    let path = held.path().to_owned();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
    assert!(taken(&path).is_none());
    drop(held);
    let again = taken(&path).unwrap();
    assert!(taken(&path).is_none());
    again.remove().unwrap();
    assert!(!path.exists());
}

/// At each moment of making one, it is not there or not to be had.
#[test]
fn one_that_is_being_made_is_not_taken() {
    let place = tempfile::tempdir().unwrap();
    let path = left(place.path());
    let (marker, new) = (path.join(MARKER), path.join(MARKER_NEW));
    fs::rename(&marker, &new).unwrap();
    assert!(taken(&path).is_none(), "no marker");
    let file = File::options().write(true).open(&new).unwrap();
    file.lock().unwrap();
    fs::rename(&new, &marker).unwrap();
    assert!(taken(&path).is_none(), "locked");
    drop(file);
    assert!(taken(&path).is_some());
}

#[test]
fn what_only_looks_like_one_stays() {
    let place = tempfile::tempdir().unwrap();
    let path = left(place.path());
    // A link to one, a copy under another name, a marker of another one, a marker that is a link,
    // and names that such a folder never has.
    let named = |random: &str| place.path().join(format!("{PREFIX}{random}"));
    let link = named("linked");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(taken(&link).is_none());
    for name in ["copied", "toolong", "cut", "..abcd"] {
        let copy = named(name);
        fs::create_dir(&copy).unwrap();
        fs::copy(path.join(MARKER), copy.join(MARKER)).unwrap();
        assert!(taken(&copy).is_none(), "{name}");
    }
    let other = place.path().join("another");
    fs::create_dir(&other).unwrap();
    fs::write(other.join(MARKER), text(&other)).unwrap();
    assert!(taken(&other).is_none());
    let pointed = named("points");
    fs::create_dir(&pointed).unwrap();
    fs::write(place.path().join("marker"), text(&pointed)).unwrap();
    std::os::unix::fs::symlink(place.path().join("marker"), pointed.join(MARKER)).unwrap();
    assert!(taken(&pointed).is_none());
    let file = named("afile1");
    fs::write(&file, "").unwrap();
    assert!(taken(&file).is_none());
    // Somebody else's.
    let another_user = user_of(&path) + 1;
    assert!(matches!(Held::take(&path, another_user), Ok(None)));
    assert!(taken(&path).is_some());
}

/// Two find the same; one removes it, and a new one has its name before the other locks.
#[test]
fn a_folder_that_has_come_in_its_place_is_not_taken() {
    let place = tempfile::tempdir().unwrap();
    let path = left(place.path());
    let user = user_of(&path);
    let seen = File::options()
        .read(true)
        .write(true)
        .open(path.join(MARKER))
        .unwrap();
    taken(&path).unwrap().remove().unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(path.join(MARKER), text(&path)).unwrap();
    assert!(Held::locked(&path, seen, user).unwrap().is_none());
    assert!(path.join(MARKER).exists());
}

#[test]
fn links_in_it_are_removed_and_not_followed() {
    let place = tempfile::tempdir().unwrap();
    let path = left(place.path());
    let kept = place.path().join("kept");
    fs::create_dir(&kept).unwrap();
    fs::write(kept.join("file"), "x").unwrap();
    std::os::unix::fs::symlink(&kept, path.join("link")).unwrap();
    taken(&path).unwrap().remove().unwrap();
    assert!(!path.exists() && kept.join("file").exists());
}

/// Threads of a store that has failed may write to the end: what they have written is found later.
#[test]
fn what_comes_while_it_is_removed_is_a_left_over() {
    let place = tempfile::tempdir().unwrap();
    let path = left(place.path());
    let held = taken(&path).unwrap();
    let failed = held.remove_emptied().unwrap_err();
    assert_eq!(failed.kind(), io::ErrorKind::DirectoryNotEmpty);
    drop(held);
    taken(&path).unwrap().remove().unwrap();
    assert!(!path.exists());
}
