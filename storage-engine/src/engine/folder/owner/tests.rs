use super::*;
use crate::engine::folder::{Folder, MARKER};
use std::os::unix::fs::chown;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn whoever_made_a_folder_may_work_with_it() {
    let folder = tempfile::tempdir().unwrap();
    drop(Folder::open(folder.path()).unwrap());
    // Of a process that was killed in between.
    fs::write(folder.path().join(PROBE), "").unwrap();
    drop(Folder::open(folder.path()).unwrap());
    assert!(!folder.path().join(PROBE).exists());
}

#[test]
fn nobody_leaves_files_in_a_folder_of_somebody_else() {
    let folder = tempfile::tempdir().unwrap();
    drop(Folder::open(folder.path()).unwrap());
    let marker = folder.path().join(MARKER);
    if chown(&marker, Some(65_534), None).is_err() {
        // Only root can give a file away, and only root could leave one in such a folder.
        return;
    }
    let before = names(folder.path());
    let error = Folder::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("sudo -u '#65534'"), "{error}");
    assert!(error.contains("number 65534"), "{error}");
    assert_eq!(names(folder.path()), before);
}
