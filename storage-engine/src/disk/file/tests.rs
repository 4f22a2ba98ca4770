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

#[tokio::test]
async fn a_closed_disk_changes_nothing_any_more_and_reads_on() {
    let (disk, folder) = disk();
    let file = disk.create("a", Access::Buffered).unwrap();
    file.write_at(&[io::IoSlice::new(b"body")], 0).unwrap();
    disk.close();
    disk.close();
    let block = crate::disk::BlockPool::new(4096, 0).take().share();
    let refused = [
        disk.create("b", Access::Buffered).map(|_| ()),
        disk.rename("a", "b"),
        disk.remove("a"),
        file.write_at(&[io::IoSlice::new(b"late")], 0),
        file.write(block, 4096, 0).await,
        file.set_len(0),
        file.allocate(10_000),
    ];
    for (at, outcome) in refused.into_iter().enumerate() {
        let error = outcome.expect_err("a closed disk takes no changes");
        assert!(!crate::disk::is_fatal(&error), "{at}: {error}");
        assert!(error.to_string().contains("closed"), "{at}: {error}");
    }
    let mut found = [0; 4];
    file.read_at(&mut found, 0).unwrap();
    assert_eq!(&found, b"body");
    assert_eq!(disk.list().unwrap(), ["a"]);
    assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"body");
}
