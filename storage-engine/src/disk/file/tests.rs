use super::super::conformance::conformance_suite;
use super::*;

fn disk_with(async_io: AsyncIo) -> (FileDisk, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let disk = FileDisk::open(folder.path(), async_io).unwrap();
    (disk, folder)
}

fn disk() -> (FileDisk, tempfile::TempDir) {
    disk_with(AsyncIo::Threads)
}

conformance_suite!(with_threads, disk_with(AsyncIo::Threads));
// Where the kernel refuses a ring this runs with threads: that the fall-back conforms as well.
conformance_suite!(with_ring, disk_with(AsyncIo::Ring));

#[test]
fn a_missing_folder_and_a_file_are_named_errors() {
    let (_, folder) = disk();
    let missing = folder.path().join("missing");
    let error = FileDisk::open(&missing, AsyncIo::Ring).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert!(error.to_string().contains("missing"));
    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    let error = FileDisk::open(&file, AsyncIo::Ring).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
}

#[test]
fn what_others_put_into_the_folder_is_passed_over() {
    let (disk, folder) = disk();
    fs::create_dir(folder.path().join("folder")).unwrap();
    fs::write(folder.path().join(".lock"), b"").unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
    disk.create("file", Access::Buffered).unwrap();
    assert_eq!(disk.list().unwrap(), ["file"]);
}

#[test]
fn renaming_without_kernel_help_does_not_replace_either() {
    let (disk, folder) = disk();
    let path = |name: &str| folder.path().join(name);
    disk.create("a", Access::Buffered).unwrap();
    disk.create("b", Access::Buffered).unwrap();
    let error = rename_after_check(&path("a"), &path("b")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    rename_after_check(&path("a"), &path("c")).unwrap();
    assert_eq!(disk.list().unwrap(), ["b", "c"]);
    let error = rename_after_check(&path("a"), &path("d")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}
