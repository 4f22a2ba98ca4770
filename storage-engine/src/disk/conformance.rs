//! What every implementation of the seam must do: one suite, run by each of them.

use std::io::{ErrorKind, IoSlice};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Access, BlockPool, Disk, DiskFile};

const KIB: usize = 1024;
const BOTH: [Access; 2] = [Access::Buffered, Access::Direct];

/// Makes one test of every check. `$make` returns an empty disk and what keeps it alive.
macro_rules! conformance_suite {
    ($suite:ident, $make:expr) => {
        $crate::disk::conformance::conformance_suite!(
            $suite, $make,
            names_come_and_go names_that_are_refused renames_never_replace
            pieces_land_in_order the_end_of_a_file_is_an_error cached_bytes_are_true
            blocks_travel parts_outside_a_block_are_refused a_block_is_read_while_it_is_written
            dropped_futures_give_the_memory_back futures_outlive_their_file more_operations_than_the_bound
            lengths_change room_is_reserved direct_writes_are_aligned syncs_succeed
            an_open_file_outlives_its_name two_openings_see_one_file
            spans_beyond_any_file_are_refused space_is_told
        );
    };
    ($suite:ident, $make:expr, $($check:ident)*) => {
        mod $suite {
            use super::*;
            $(#[test]
            fn $check() {
                let (disk, _kept) = $make;
                $crate::disk::conformance::$check(&disk);
            })*
        }
    };
}
pub(super) use conformance_suite;

/// Runs a future; the seam needs no particular runtime, this is the one at hand.
pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

pub(super) fn read_all(file: &dyn DiskFile) -> Vec<u8> {
    let mut content = vec![0xAA; usize::try_from(file.len().unwrap()).unwrap()];
    file.read_at(&mut content, 0).unwrap();
    content
}

fn kind<T: std::fmt::Debug>(result: std::io::Result<T>) -> ErrorKind {
    result.unwrap_err().kind()
}

fn pattern(len: usize, seed: usize) -> Vec<u8> {
    (0..len)
        .map(|at| ((at * 31 + seed * 7) % 251) as u8)
        .collect()
}

pub(super) fn names_come_and_go(disk: &dyn Disk) {
    assert!(disk.list().unwrap().is_empty());
    for name in ["b", "a", "B", "ä", "a.log", "00000001.seg"] {
        assert!(
            disk.create(name, Access::Buffered)
                .unwrap()
                .is_empty()
                .unwrap()
        );
    }
    let names = ["00000001.seg", "B", "a", "a.log", "b", "ä"];
    assert_eq!(disk.list().unwrap(), names);
    assert_eq!(
        kind(disk.create("a", Access::Direct)),
        ErrorKind::AlreadyExists
    );
    assert_eq!(kind(disk.open("c", Access::Direct)), ErrorKind::NotFound);
    disk.remove("a").unwrap();
    assert_eq!(kind(disk.remove("a")), ErrorKind::NotFound);
    assert_eq!(kind(disk.open("a", Access::Buffered)), ErrorKind::NotFound);
    disk.sync_dir().unwrap();
    assert_eq!(disk.list().unwrap().len(), 5);
    disk.create("a", Access::Direct).unwrap();
}

pub(super) fn names_that_are_refused(disk: &dyn Disk) {
    disk.create("fine", Access::Buffered).unwrap();
    let long = "n".repeat(256);
    for name in ["", ".", "..", ".hidden", "a/b", "/etc", "a\0b", &long] {
        assert_eq!(
            kind(disk.create(name, Access::Buffered)),
            ErrorKind::InvalidInput
        );
        assert_eq!(
            kind(disk.open(name, Access::Buffered)),
            ErrorKind::InvalidInput
        );
        assert_eq!(kind(disk.remove(name)), ErrorKind::InvalidInput);
        assert_eq!(kind(disk.rename("fine", name)), ErrorKind::InvalidInput);
        assert_eq!(kind(disk.rename(name, "other")), ErrorKind::InvalidInput);
    }
    assert_eq!(disk.list().unwrap(), ["fine"]);
    disk.create(&long[..255], Access::Buffered).unwrap();
}

pub(super) fn renames_never_replace(disk: &dyn Disk) {
    let first = disk.create("first", Access::Buffered).unwrap();
    first.write_at(&[IoSlice::new(b"1")], 0).unwrap();
    let second = disk.create("second", Access::Buffered).unwrap();
    second.write_at(&[IoSlice::new(b"2")], 0).unwrap();
    assert_eq!(
        kind(disk.rename("first", "second")),
        ErrorKind::AlreadyExists
    );
    assert_eq!(kind(disk.rename("third", "fourth")), ErrorKind::NotFound);
    assert_eq!(disk.list().unwrap(), ["first", "second"]);
    disk.rename("first", "third").unwrap();
    assert_eq!(disk.list().unwrap(), ["second", "third"]);
    let third = disk.open("third", Access::Buffered).unwrap();
    assert_eq!(read_all(&*third), b"1");
    assert_eq!(read_all(&*second), b"2");
}

pub(super) fn pieces_land_in_order(disk: &dyn Disk) {
    let file = disk.create("f", Access::Buffered).unwrap();
    file.write_at(&[], 0).unwrap();
    file.write_at(&[IoSlice::new(b"")], 77).unwrap();
    assert_eq!(file.len().unwrap(), 0);

    let content = pattern(9000, 1);
    let mut pieces: Vec<IoSlice<'_>> = content.chunks(3).map(IoSlice::new).collect();
    assert!(pieces.len() > 2 * 1024, "more than one call takes");
    pieces.insert(1, IoSlice::new(b""));
    pieces.push(IoSlice::new(b""));
    file.write_at(&pieces, 100).unwrap();
    assert_eq!(file.len().unwrap(), 9100);
    let all = read_all(&*file);
    assert_eq!(all[..100], [0; 100]);
    assert_eq!(all[100..], content);

    file.write_at(&[IoSlice::new(b"ab"), IoSlice::new(b"cd")], 98)
        .unwrap();
    assert_eq!(
        read_all(&*file)[96..104],
        [0, 0, b'a', b'b', b'c', b'd', content[2], content[3]]
    );
}

pub(super) fn the_end_of_a_file_is_an_error(disk: &dyn Disk) {
    let file = disk.create("f", Access::Buffered).unwrap();
    file.write_at(&[IoSlice::new(&[1; 5000])], 0).unwrap();
    let mut buf = [0; 100];
    file.read_at(&mut buf, 4900).unwrap();
    assert_eq!(kind(file.read_at(&mut buf, 4901)), ErrorKind::UnexpectedEof);
    assert_eq!(
        kind(file.read_at(&mut buf, 1 << 40)),
        ErrorKind::UnexpectedEof
    );
    file.read_at(&mut [], 5000).unwrap();
    let pool = BlockPool::new(4 * KIB, 0);
    let read = wait(file.read(pool.take(), 0, 200, 4801));
    assert_eq!(kind(read), ErrorKind::UnexpectedEof);
}

pub(super) fn cached_bytes_are_true(disk: &dyn Disk) {
    let file = disk.create("f", Access::Buffered).unwrap();
    let content = pattern(300 * KIB, 2);
    file.write_at(&[IoSlice::new(&content)], 0).unwrap();
    for offset in [0, 1, 4095, 4096, 200 * KIB, 299 * KIB] {
        for _ in 0..8 {
            let mut buf = vec![0xAA; 64 * KIB];
            let read = file.read_cached(&mut buf, offset as u64);
            let expected = &content[offset..(offset + buf.len()).min(content.len())];
            assert!(read <= expected.len());
            assert_eq!(buf[..read], expected[..read]);
        }
    }
    assert_eq!(file.read_cached(&mut [0; 10], content.len() as u64), 0);
    assert_eq!(file.read_cached(&mut [], 0), 0);
    assert_eq!(file.read_cached(&mut [0; 10], u64::MAX), 0);
}

pub(super) fn blocks_travel(disk: &dyn Disk) {
    let pool = BlockPool::new(64 * KIB, 1024 * KIB);
    for access in BOTH {
        let name = format!("{access:?}");
        let file = disk.create(&name, access).unwrap();
        let content = pattern(10 * 64 * KIB, 3);
        for (at, chunk) in content.chunks(64 * KIB).enumerate() {
            let mut block = pool.take();
            block.copy_from_slice(chunk);
            let offset = (at * 64 * KIB) as u64;
            wait(file.write(block.share(), 64 * KIB, offset)).unwrap();
        }
        wait(file.sync_later()).unwrap();
        assert!(read_all(&*file) == content);

        let mut block = pool.take();
        block.fill(0xAA);
        let block = wait(file.read(block, 100, 40_100, 12_345)).unwrap();
        assert!(block[100..40_100] == content[12_345..52_345]);
        assert_eq!(block[..100], [0xAA; 100]);
        assert!(block[40_100..].iter().all(|byte| *byte == 0xAA));
        let block = wait(file.read(block, 7, 7, 1 << 30)).unwrap();
        wait(file.write(block.share(), 0, 4096)).unwrap();
        assert_eq!(file.len().unwrap(), content.len() as u64);
    }
}

pub(super) fn parts_outside_a_block_are_refused(disk: &dyn Disk) {
    let pool = BlockPool::new(4 * KIB, 4 * KIB);
    let file = disk.create("f", Access::Buffered).unwrap();
    file.set_len(10_000).unwrap();
    for (start, end) in [(0, 4097), (5, 4), (5000, 5000)] {
        let read = wait(file.read(pool.take(), start, end, 0));
        assert_eq!(kind(read), ErrorKind::InvalidInput);
    }
    let write = wait(file.write(pool.take().share(), 4097, 0));
    assert_eq!(kind(write), ErrorKind::InvalidInput);
    assert!(read_all(&*file).iter().all(|byte| *byte == 0));
}

pub(super) fn a_block_is_read_while_it_is_written(disk: &dyn Disk) {
    let pool = BlockPool::new(256 * KIB, 256 * KIB);
    let file = disk.create("f", Access::Direct).unwrap();
    let mut block = pool.take();
    block.copy_from_slice(&pattern(256 * KIB, 4));
    let block = block.share();
    let written = file.write(block.clone(), 256 * KIB, 0);
    assert!(block[..] == pattern(256 * KIB, 4));
    wait(written).unwrap();
    assert!(read_all(&*file) == block[..]);
}

pub(super) fn dropped_futures_give_the_memory_back(disk: &dyn Disk) {
    let blocks = 64;
    let pool = BlockPool::new(64 * KIB, blocks * 64 * KIB);
    let file = disk.create("f", Access::Direct).unwrap();
    file.allocate((2 * blocks * 64 * KIB) as u64).unwrap();
    let taken: Vec<_> = (0..blocks).map(|_| pool.take()).collect();
    for (at, mut block) in taken.into_iter().enumerate() {
        let offset = (at * 64 * KIB) as u64;
        match at % 2 {
            0 => {
                block.fill(7);
                drop(file.write(block.share(), 64 * KIB, offset));
            }
            _ => drop(file.read(block, 0, 64 * KIB, offset)),
        }
    }
    let deadline = Instant::now() + Duration::from_secs(20);
    while pool.idle_bytes() < blocks * 64 * KIB {
        assert!(Instant::now() < deadline, "{pool:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
    for chunk in read_all(&*file).chunks(64 * KIB) {
        assert!(chunk.iter().all(|byte| *byte == chunk[0]));
    }
}

pub(super) fn more_operations_than_the_bound(disk: &dyn Disk) {
    const OPERATIONS: usize = 1500;
    let pool = BlockPool::new(4 * KIB, 4 * KIB * OPERATIONS);
    let file: Arc<dyn DiskFile> = disk.create("f", Access::Buffered).unwrap();
    let writes: Vec<_> = (0..OPERATIONS)
        .map(|at| {
            let mut block = pool.take();
            block.fill((at % 251) as u8);
            file.write(block.share(), 4 * KIB, (at * 4 * KIB) as u64)
        })
        .collect();
    wait(async {
        // Backwards: those that wait for room must not depend on the order of polling.
        for write in writes.into_iter().rev() {
            write.await.unwrap();
        }
    });
    let reads: Vec<_> = (0..OPERATIONS)
        .map(|at| file.read(pool.take(), 0, 4 * KIB, (at * 4 * KIB) as u64))
        .collect();
    wait(async {
        for (at, read) in reads.into_iter().enumerate() {
            let block = read.await.unwrap();
            assert!(block.iter().all(|byte| *byte == (at % 251) as u8), "{at}");
        }
    });
}

pub(super) fn futures_outlive_their_file(disk: &dyn Disk) {
    const OPERATIONS: usize = 600;
    let pool = BlockPool::new(4 * KIB, 4 * KIB * OPERATIONS);
    let file = disk.create("f", Access::Buffered).unwrap();
    file.write_at(&[IoSlice::new(&vec![3; 4 * KIB])], 0)
        .unwrap();
    let reads: Vec<_> = (0..OPERATIONS)
        .map(|_| file.read(pool.take(), 0, 4 * KIB, 0))
        .collect();
    drop(file);
    wait(async {
        for read in reads {
            assert!(read.await.unwrap().iter().all(|byte| *byte == 3));
        }
    });
}

pub(super) fn lengths_change(disk: &dyn Disk) {
    for access in BOTH {
        let file = disk.create(&format!("{access:?}"), access).unwrap();
        let pool = BlockPool::new(8 * KIB, 0);
        let mut block = pool.take();
        block.fill(5);
        file.write_at(&[IoSlice::new(&block)], 0).unwrap();
        file.set_len(5000).unwrap();
        assert_eq!(read_all(&*file), vec![5; 5000]);
        file.set_len(9000).unwrap();
        let all = read_all(&*file);
        assert!(all[..5000].iter().all(|byte| *byte == 5));
        assert_eq!(all[5000..], vec![0; 4000]);
        file.set_len(0).unwrap();
        assert!(file.is_empty().unwrap());
    }
}

pub(super) fn room_is_reserved(disk: &dyn Disk) {
    let file = disk.create("f", Access::Buffered).unwrap();
    file.allocate(0).unwrap();
    assert_eq!(file.len().unwrap(), 0);
    file.write_at(&[IoSlice::new(b"begin")], 0).unwrap();
    file.allocate(100 * KIB as u64).unwrap();
    assert_eq!(file.len().unwrap(), 100 * KIB as u64);
    file.allocate(10).unwrap();
    let all = read_all(&*file);
    assert_eq!(all.len(), 100 * KIB);
    assert_eq!(all[..5], *b"begin");
    assert!(all[5..].iter().all(|byte| *byte == 0));
}

pub(super) fn direct_writes_are_aligned(disk: &dyn Disk) {
    let pool = BlockPool::new(16 * KIB, 0);
    let mut block = pool.take();
    block.copy_from_slice(&pattern(16 * KIB, 6));
    assert!(!disk.create("b", Access::Buffered).unwrap().is_direct());

    let file = disk.create("f", Access::Direct).unwrap();
    let page = &block[..4096];
    for (bytes, offset) in [
        (&block[..4095], 0),
        (&block[1..4097], 0),
        (page, 512),
        (page, 1),
    ] {
        let refused = file.write_at(&[IoSlice::new(bytes)], offset);
        assert_eq!(kind(refused), ErrorKind::InvalidInput);
    }
    let refused = file.write_at(&[IoSlice::new(page), IoSlice::new(&block[..100])], 0);
    assert_eq!(kind(refused), ErrorKind::InvalidInput);
    assert_eq!(file.len().unwrap(), 0);

    let pieces = [&block[8192..12_288], &[], &block[..8192], page].map(IoSlice::new);
    file.write_at(&pieces, 4096).unwrap();
    let all = read_all(&*file);
    assert_eq!(all.len(), 20 * KIB);
    assert_eq!(all[..4096], [0; 4096]);
    assert!(all[4096..8192] == block[8192..12_288]);
    assert!(all[8192..16_384] == block[..8192]);
    assert!(all[16_384..] == *page);

    let block = block.share();
    let refused = wait(file.write(block.clone(), 4097, 0));
    assert_eq!(kind(refused), ErrorKind::InvalidInput);
    let refused = wait(file.write(block.clone(), 4096, 100));
    assert_eq!(kind(refused), ErrorKind::InvalidInput);
    wait(file.write(block.clone(), 8192, 0)).unwrap();
    assert!(read_all(&*file)[..8192] == block[..8192]);
}

pub(super) fn syncs_succeed(disk: &dyn Disk) {
    for access in BOTH {
        let file = disk.create(&format!("{access:?}"), access).unwrap();
        file.sync().unwrap();
        file.allocate(8192).unwrap();
        let block = BlockPool::new(4096, 0).take();
        file.write_at(&[IoSlice::new(&block)], 4096).unwrap();
        file.sync().unwrap();
        wait(file.sync_later()).unwrap();
        disk.sync_dir().unwrap();
    }
}

pub(super) fn an_open_file_outlives_its_name(disk: &dyn Disk) {
    let file = disk.create("f", Access::Buffered).unwrap();
    file.write_at(&[IoSlice::new(b"one")], 0).unwrap();
    disk.rename("f", "g").unwrap();
    file.write_at(&[IoSlice::new(b"two")], 3).unwrap();
    assert_eq!(
        read_all(&*disk.open("g", Access::Buffered).unwrap()),
        b"onetwo"
    );
    disk.remove("g").unwrap();
    file.write_at(&[IoSlice::new(b"three")], 6).unwrap();
    file.sync().unwrap();
    assert_eq!(read_all(&*file), b"onetwothree");
    let other = disk.create("g", Access::Buffered).unwrap();
    assert!(other.is_empty().unwrap());
}

pub(super) fn two_openings_see_one_file(disk: &dyn Disk) {
    let buffered = disk.create("f", Access::Buffered).unwrap();
    let direct = disk.open("f", Access::Direct).unwrap();
    let mut block = BlockPool::new(4096, 0).take();
    for round in 0..20_u8 {
        block.fill(round);
        direct.write_at(&[IoSlice::new(&block)], 0).unwrap();
        buffered
            .write_at(&[IoSlice::new(&[100 + round; 10])], 2000)
            .unwrap();
        for file in [&buffered, &direct] {
            let all = read_all(&**file);
            assert_eq!((all[0], all[2005], all[4095]), (round, 100 + round, round));
        }
    }
    buffered.set_len(5).unwrap();
    assert_eq!(direct.len().unwrap(), 5);
}

pub(super) fn spans_beyond_any_file_are_refused(disk: &dyn Disk) {
    let file = disk.create("f", Access::Buffered).unwrap();
    let beyond = i64::MAX as u64;
    let write = file.write_at(&[IoSlice::new(b"ab")], beyond - 1);
    assert_eq!(kind(write), ErrorKind::InvalidInput);
    let write = file.write_at(&[IoSlice::new(b"ab")], u64::MAX);
    assert_eq!(kind(write), ErrorKind::InvalidInput);
    assert_eq!(
        kind(file.read_at(&mut [0; 2], u64::MAX)),
        ErrorKind::InvalidInput
    );
    let block = BlockPool::new(4096, 0).take();
    assert_eq!(
        kind(wait(file.read(block, 0, 2, beyond))),
        ErrorKind::InvalidInput
    );
    let block = BlockPool::new(4096, 0).take().share();
    assert_eq!(
        kind(wait(file.write(block, 2, beyond))),
        ErrorKind::InvalidInput
    );
    assert_eq!(kind(file.allocate(u64::MAX)), ErrorKind::InvalidInput);
    assert_eq!(kind(file.set_len(u64::MAX)), ErrorKind::InvalidInput);
    assert_eq!(file.len().unwrap(), 0);
}

pub(super) fn space_is_told(disk: &dyn Disk) {
    let space = disk.space().unwrap();
    assert!(space.total_bytes > 0);
    assert!(space.free_bytes <= space.total_bytes);
}
