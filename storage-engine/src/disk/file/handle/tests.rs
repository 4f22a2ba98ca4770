use super::*;
use crate::disk::{BlockPool, is_fatal};

fn device(path: &str) -> File {
    OpenOptions::new().write(true).open(path).unwrap()
}

/// The kernel moves at most 2 GiB less one page in one call, so this takes two.
#[test]
fn a_short_write_is_continued() {
    let piece = vec![1; 4 << 20];
    let pieces = vec![IoSlice::new(&piece); 600];
    let null = device("/dev/null");
    let once = sys::write_vectored_at(&null, &pieces, 0).unwrap();
    assert!(once < 600 * piece.len(), "the condition of this test");
    for unit in [1, DIRECT_ALIGN_BYTES] {
        write_all(&null, &pieces, 0, unit).unwrap();
    }
}

/// Part of a unit that is smaller than what one call takes is not progress.
#[test]
fn a_write_without_progress_is_an_error() {
    let error = write_all(&device("/dev/null"), &[IoSlice::new(b"abc")], 0, 4096).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WriteZero);
    assert!(is_fatal(&error));
}

#[test]
fn a_full_drive_is_told_as_such() {
    let error = write_all(&device("/dev/full"), &[IoSlice::new(b"abc")], 0, 1).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::ENOSPC));
    assert!(!is_fatal(&error));
}

#[test]
fn a_failed_sync_is_not_forgotten() {
    let handle = Handle {
        // The one kind of file at hand that cannot be synced.
        buffered: device("/dev/null"),
        direct: None,
        access: Access::Buffered,
        sync_failed: AtomicBool::new(false),
    };
    assert_eq!(
        handle.sync().unwrap_err().raw_os_error(),
        Some(libc::EINVAL)
    );
    let folder = tempfile::tempdir().unwrap();
    let healthy = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(folder.path().join("f"))
        .unwrap();
    let handle = Handle {
        buffered: healthy,
        ..handle
    };
    assert!(is_fatal(&handle.sync().unwrap_err()));
}

/// An unaligned write stands for a file system that refuses direct access only when it is used.
#[test]
fn a_refusal_at_the_first_write_falls_back() {
    let folder = tempfile::tempdir().unwrap();
    let Ok(handle) = Handle::create(&folder.path().join("f"), Access::Direct) else {
        panic!("cannot create a file in {folder:?}");
    };
    let Some(direct) = &handle.direct else {
        // The file system refused at opening: the fall-back is all there is to see.
        assert!(!handle.is_direct());
        return;
    };
    assert!(handle.is_direct());
    let page = vec![3; 4097];
    if direct.write(&[IoSlice::new(&page[1..])], 1).unwrap() {
        // A file system that takes anything, such as one in memory, never needs the fall-back.
        assert!(handle.is_direct());
        return;
    }
    assert!(!handle.is_direct());
    let mut block = BlockPool::new(4096, 0).take();
    block.fill(4);
    handle.write_at(&[IoSlice::new(&block)], 4096).unwrap();
    let mut read = [0; 4096];
    handle.read_at(&mut read, 4096).unwrap();
    assert_eq!(read[..], block[..]);
}

/// Once direct access has worked, a refusal is an error and not a reason to change the way.
#[test]
fn a_refusal_after_a_success_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let Ok(handle) = Handle::create(&folder.path().join("f"), Access::Direct) else {
        panic!("cannot create a file in {folder:?}");
    };
    let block = BlockPool::new(4096, 0).take();
    handle.write_at(&[IoSlice::new(&block)], 0).unwrap();
    if let Some(direct) = &handle.direct
        && handle.is_direct()
    {
        let refused = direct.write(&[IoSlice::new(&block[1..])], 1);
        assert!(refused.is_err() || refused.unwrap());
        assert!(handle.is_direct());
    }
}
