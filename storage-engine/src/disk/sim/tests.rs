use std::collections::BTreeSet;
use std::io::{ErrorKind, IoSlice};

use super::super::conformance::{conformance_suite, read_all, wait};
use super::*;
use crate::disk::{BlockPool, is_fatal};

mod oracle;

conformance_suite!(conformance, (SimDisk::new(1), ()));

const ALL: [Survival; 4] = [
    Survival::Nothing,
    Survival::Everything,
    Survival::Prefix,
    Survival::Any,
];

fn write(file: &Arc<dyn DiskFile>, data: &[u8], offset: u64) {
    file.write_at(&[IoSlice::new(data)], offset).unwrap();
}

/// A disk with one durable file of `len` bytes of 1.
fn disk_with(len: usize) -> (SimDisk, Arc<dyn DiskFile>) {
    let disk = SimDisk::new(7);
    let file = disk.create("f", Access::Buffered).unwrap();
    write(&file, &vec![1; len], 0);
    file.sync().unwrap();
    disk.sync_dir().unwrap();
    (disk, file)
}

/// What 300 crashes of one kind leave of the file.
fn outcomes(disk: &SimDisk, survival: Survival) -> BTreeSet<Vec<u8>> {
    let after = |seed| disk.restart(survival, seed).dump("f").unwrap();
    (0..300).map(after).collect()
}

#[test]
fn synced_bytes_survive_every_crash() {
    for survival in ALL {
        let (disk, _file) = disk_with(3000);
        let only = BTreeSet::from([vec![1; 3000]]);
        assert_eq!(outcomes(&disk, survival), only, "{survival:?}");
    }
}

#[test]
fn unsynced_bytes_vanish_survive_and_tear_at_sectors() {
    let (disk, file) = disk_with(4 * SECTOR_BYTES);
    // Begins and ends within a sector, so that four sectors are touched.
    write(&file, &[2; 3 * SECTOR_BYTES], 100);
    let new = disk.dump("f").unwrap();
    let old = vec![1; 4 * SECTOR_BYTES];

    assert_eq!(
        outcomes(&disk, Survival::Nothing),
        BTreeSet::from([old.clone()])
    );
    assert_eq!(
        outcomes(&disk, Survival::Everything),
        BTreeSet::from([new.clone()])
    );
    assert_eq!(
        outcomes(&disk, Survival::Prefix).len(),
        5,
        "0 to 4 sectors in order"
    );
    let any = outcomes(&disk, Survival::Any);
    assert_eq!(any.len(), 16, "every subset of four sectors");
    for outcome in any {
        for sector in 0..4 {
            let range = sector * SECTOR_BYTES..(sector + 1) * SECTOR_BYTES;
            let part = &outcome[range.clone()];
            assert!(part == &old[range.clone()] || part == &new[range]);
        }
    }
}

#[test]
fn a_later_write_may_survive_without_an_earlier_one() {
    let (disk, file) = disk_with(4096);
    write(&file, &[2; 512], 0);
    write(&file, &[3; 512], 2048);
    write(&file, &[4; 512], 0);
    let firsts: BTreeSet<(u8, u8)> = outcomes(&disk, Survival::Any)
        .iter()
        .map(|outcome| (outcome[0], outcome[2048]))
        .collect();
    let all = [1, 2, 4].into_iter().flat_map(|a| [(a, 1), (a, 3)]);
    assert_eq!(firsts, all.collect());
    let in_order = outcomes(&disk, Survival::Prefix);
    assert!(
        in_order
            .iter()
            .all(|outcome| (outcome[0], outcome[2048]) != (4, 1))
    );
}

#[test]
fn a_length_is_old_or_new_and_the_gap_is_zeros() {
    let (disk, file) = disk_with(1000);
    file.allocate(10_000).unwrap();
    write(&file, &[2; 512], 5120);
    let any = outcomes(&disk, Survival::Any);
    let lengths: BTreeSet<usize> = any.iter().map(Vec::len).collect();
    assert_eq!(lengths, BTreeSet::from([1000, 10_000]));
    for outcome in any.iter().filter(|outcome| outcome.len() == 10_000) {
        assert!(outcome[1000..5120].iter().all(|byte| *byte == 0));
        assert!(matches!(outcome[5120], 0 | 2));
    }
    assert!(any.iter().any(|outcome| outcome.get(5120) == Some(&2)));
    assert!(any.iter().any(|outcome| outcome.get(5120) == Some(&0)));

    let (disk, file) = disk_with(1000);
    file.set_len(10).unwrap();
    file.set_len(1000).unwrap();
    let cut: BTreeSet<(usize, u8)> = outcomes(&disk, Survival::Any)
        .iter()
        .map(|outcome| (outcome.len(), *outcome.last().unwrap()))
        .collect();
    assert_eq!(cut, BTreeSet::from([(1000, 1), (10, 1), (1000, 0)]));
}

#[test]
fn unsynced_names_may_be_old_or_new() {
    let disk = SimDisk::new(1);
    for name in ["kept", "removed", "renamed"] {
        let file = disk.create(name, Access::Buffered).unwrap();
        write(&file, name.as_bytes(), 0);
        file.sync().unwrap();
    }
    disk.sync_dir().unwrap();
    let file = disk.create("created", Access::Buffered).unwrap();
    write(&file, b"synced", 0);
    file.sync().unwrap();
    disk.remove("removed").unwrap();
    disk.rename("renamed", "renamed.new").unwrap();

    let lists = |survival| -> BTreeSet<Vec<String>> {
        let after = |seed| disk.restart(survival, seed).list().unwrap();
        (0..300).map(after).collect()
    };
    assert_eq!(
        lists(Survival::Any).len(),
        8,
        "three changes, each made or not"
    );
    assert_eq!(lists(Survival::Prefix).len(), 4);
    let old = ["kept", "removed", "renamed"].map(String::from);
    assert_eq!(lists(Survival::Nothing), BTreeSet::from([old.to_vec()]));
    let new = ["created", "kept", "renamed.new"].map(String::from);
    assert_eq!(lists(Survival::Everything), BTreeSet::from([new.to_vec()]));

    for seed in 0..100 {
        let found = disk.restart(Survival::Any, seed);
        for name in found.list().unwrap() {
            let expected = match &*name {
                "created" => "synced",
                "renamed.new" => "renamed",
                other => other,
            };
            assert_eq!(found.dump(&name).unwrap(), expected.as_bytes());
        }
    }
}

#[test]
fn a_synced_file_without_a_synced_name_is_lost() {
    let disk = SimDisk::new(1);
    let file = disk.create("f", Access::Buffered).unwrap();
    write(&file, b"synced", 0);
    file.sync().unwrap();
    assert!(
        disk.restart(Survival::Nothing, 1)
            .list()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_recycled_file_keeps_its_old_bytes() {
    let (disk, file) = disk_with(2048);
    disk.rename("f", "g").unwrap();
    disk.sync_dir().unwrap();
    write(&file, &[2; 1024], 0);
    file.sync().unwrap();
    let found = disk.restart(Survival::Any, 5).dump("g").unwrap();
    assert_eq!(
        (&found[..1024], &found[1024..]),
        (&[2; 1024][..], &[1; 1024][..])
    );
}

#[test]
fn the_power_goes_at_every_step_in_turn() {
    let run = |disk: &SimDisk| -> io::Result<()> {
        let file = disk.create("a", Access::Buffered)?;
        file.allocate(8192)?;
        file.write_at(&[IoSlice::new(&[1; 2048])], 0)?;
        file.sync()?;
        disk.sync_dir()?;
        file.set_len(4096)?;
        disk.rename("a", "b")?;
        disk.create("c", Access::Direct)?;
        disk.remove("b")
    };
    let whole = SimDisk::new(1);
    run(&whole).unwrap();
    assert_eq!(whole.steps(), 9);
    for step in 0..9 {
        let disk = SimDisk::new(1);
        disk.crash_at(step);
        let error = run(&disk).unwrap_err();
        assert!(SimDisk::is_power_off(&error) && is_fatal(&error));
        assert_eq!(disk.steps(), step + 1);
        for result in [
            disk.list().map(drop),
            disk.open("a", Access::Direct).map(drop),
        ] {
            assert!(SimDisk::is_power_off(&result.unwrap_err()));
        }
        let names = |survival| disk.restart(survival, 3).list().unwrap();
        if step >= 5 {
            assert_eq!(names(Survival::Nothing), ["a"]);
        }
        let seen = names(Survival::Everything);
        let expected: &[&str] = match step {
            0..=5 => &["a"],
            6 => &["b"],
            7 => &["b", "c"],
            _ => &["c"],
        };
        assert_eq!(seen, expected, "the step that dies may have been made");
    }
}

#[test]
fn everything_of_an_open_file_fails_without_power() {
    let (disk, file) = disk_with(4096);
    disk.crash();
    let pool = BlockPool::new(4096, 0);
    let failures = [
        file.len().map(drop),
        file.read_at(&mut [0], 0),
        file.write_at(&[IoSlice::new(b"x")], 0),
        file.sync(),
        wait(file.sync_later()),
        file.set_len(1),
        file.allocate(1),
        wait(file.read(pool.take(), 0, 1, 0)).map(drop),
        wait(file.write(pool.take().share(), 1, 0)),
        disk.create("g", Access::Buffered).map(drop),
        disk.remove("f"),
        disk.remove("missing"),
        disk.rename("f", "g"),
        disk.sync_dir(),
        disk.space().map(drop),
    ];
    for failure in failures {
        assert!(SimDisk::is_power_off(&failure.unwrap_err()));
    }
    assert_eq!(file.read_cached(&mut [0; 10], 0), 0);
    let found = disk.restart(Survival::Nothing, 1);
    assert_eq!(
        read_all(&*found.open("f", Access::Buffered).unwrap()),
        [1; 4096]
    );
}

#[test]
fn the_write_that_dies_may_have_come_any_way() {
    let (disk, file) = disk_with(2048);
    disk.crash_at(disk.steps());
    let error = file.write_at(&[IoSlice::new(&[2; 2048])], 0).unwrap_err();
    assert!(SimDisk::is_power_off(&error));
    assert_eq!(outcomes(&disk, Survival::Any).len(), 16);
    assert_eq!(outcomes(&disk, Survival::Nothing).len(), 1);
}

#[test]
fn the_same_seeds_repeat_the_same_crash() {
    let found = |seed| {
        let (disk, file) = disk_with(50_000);
        write(&file, &[2; 50_000], 0);
        disk.restart(Survival::Any, seed).dump("f").unwrap()
    };
    assert!((0..20).all(|seed| found(seed) == found(seed)));
    assert_ne!(found(1), found(2));
}

#[test]
fn injected_errors_come_once_and_in_order() {
    let (disk, file) = disk_with(100);
    disk.fail_next(Call::Read, libc::EIO);
    disk.fail_next(Call::Create, libc::ENOSPC);
    disk.fail_next(Call::Create, libc::EMFILE);
    disk.fail_at(disk.steps() + 2, libc::EROFS);
    let code = |result: io::Result<()>| result.unwrap_err().raw_os_error();
    assert_eq!(code(file.read_at(&mut [0], 0)), Some(libc::EIO));
    file.read_at(&mut [0], 0).unwrap();
    assert_eq!(
        code(disk.create("g", Access::Direct).map(drop)),
        Some(libc::ENOSPC)
    );
    assert_eq!(
        code(disk.create("g", Access::Direct).map(drop)),
        Some(libc::EMFILE)
    );
    assert_eq!(
        code(disk.create("g", Access::Direct).map(drop)),
        Some(libc::EROFS)
    );
    assert_eq!(disk.list().unwrap(), ["f"]);
    disk.create("g", Access::Direct).unwrap();
    let changes: [(Call, &dyn Fn() -> io::Result<()>); 5] = [
        (Call::Remove, &|| disk.remove("g")),
        (Call::Rename, &|| disk.rename("g", "h")),
        (Call::SetLen, &|| file.set_len(5)),
        (Call::Allocate, &|| file.allocate(500)),
        (Call::List, &|| disk.list().map(drop)),
    ];
    for (call, change) in changes {
        disk.fail_next(call, libc::EIO);
        assert_eq!(code(change()), Some(libc::EIO), "{call:?}");
    }
    assert_eq!(disk.list().unwrap(), ["f", "g"]);
    assert_eq!(file.len().unwrap(), 100);
}

#[test]
fn a_failed_write_may_have_written_its_first_sectors() {
    let mut seen = BTreeSet::new();
    let (disk, file) = disk_with(2048);
    for _ in 0..100 {
        write(&file, &[1; 2048], 0);
        disk.fail_next(Call::Write, libc::EIO);
        file.write_at(&[IoSlice::new(&[2; 2048])], 0).unwrap_err();
        let content = disk.dump("f").unwrap();
        let written = content.iter().take_while(|byte| **byte == 2).count();
        assert!(content[written..].iter().all(|byte| *byte == 1));
        seen.insert(written);
    }
    assert_eq!(seen, BTreeSet::from([0, 512, 1024, 1536, 2048]));
}

#[test]
fn a_failed_sync_loses_data_that_no_later_sync_brings_back() {
    let mut lost = 0;
    for seed in 0..50 {
        let disk = SimDisk::new(seed);
        let file = disk.create("f", Access::Buffered).unwrap();
        disk.sync_dir().unwrap();
        write(&file, &[2; 4096], 0);
        disk.fail_next(Call::Sync, libc::EIO);
        assert!(is_fatal(&file.sync().unwrap_err()));
        assert!(file.sync().is_err(), "the first failure is final");
        // Somebody who opens the file anew is told that all is well, as Linux does.
        disk.open("f", Access::Buffered).unwrap().sync().unwrap();
        assert_eq!(disk.dump("f").unwrap(), [2; 4096]);
        let found = disk.restart(Survival::Everything, 1).dump("f").unwrap();
        lost += usize::from(found != [2; 4096]);
    }
    assert!((1..=50).contains(&lost));
}

#[test]
fn a_failed_sync_of_names_loses_some_of_them() {
    let outcomes: BTreeSet<usize> = (0..50)
        .map(|seed| {
            let disk = SimDisk::new(seed);
            disk.create("a", Access::Buffered).unwrap();
            disk.create("b", Access::Buffered).unwrap();
            disk.fail_next(Call::SyncDir, libc::EIO);
            disk.sync_dir().unwrap_err();
            disk.sync_dir().unwrap();
            disk.restart(Survival::Everything, 1).list().unwrap().len()
        })
        .collect();
    assert_eq!(outcomes, BTreeSet::from([0, 1, 2]));
}

#[test]
fn a_full_drive_refuses_growth_only() {
    let (disk, file) = disk_with(4096);
    disk.full_at(10_000);
    let full = |result: io::Result<()>| result.unwrap_err().raw_os_error() == Some(libc::ENOSPC);
    assert!(full(file.allocate(10_001)));
    assert_eq!(file.len().unwrap(), 4096);
    file.allocate(8192).unwrap();
    assert_eq!(disk.space().unwrap().free_bytes, 10_000 - 8192);
    let other = disk.create("g", Access::Buffered).unwrap();
    assert!(full(other.write_at(&[IoSlice::new(&[3; 4000])], 0)));
    assert_eq!(other.len().unwrap(), 1536, "the sectors that fit");
    write(&file, &[2; 8192], 0);
    drop(other);
    disk.remove("g").unwrap();
    disk.sync_dir().unwrap();
    file.allocate(10_000).unwrap();
    file.set_len(0).unwrap();
    assert_eq!(disk.space().unwrap().free_bytes, 10_000);
    let found = disk.restart(Survival::Nothing, 1);
    assert_eq!(found.space().unwrap().total_bytes, 10_000);
}

#[test]
fn hands_from_outside() {
    let (disk, file) = disk_with(1000);
    disk.flip_bit("f", 999, 3).unwrap();
    assert_eq!(disk.dump("f").unwrap()[998..], [1, 9]);
    assert_eq!(
        disk.restart(Survival::Nothing, 1).dump("f").unwrap()[999],
        9
    );
    let error = disk.flip_bit("f", 1000, 0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);

    let (disk, _) = {
        drop(file);
        disk_with(1000)
    };
    disk.truncate("f", 10).unwrap();
    disk.create("young", Access::Buffered).unwrap();
    assert_eq!(
        disk.restart(Survival::Nothing, 1).dump("f").unwrap(),
        [1; 10]
    );

    let (disk, _) = disk_with(1000);
    disk.remove_from_outside("f").unwrap();
    assert_eq!(disk.dump("f").unwrap_err().kind(), ErrorKind::NotFound);
    assert!(
        disk.restart(Survival::Nothing, 1)
            .list()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_cache_holds_all_a_part_or_nothing() {
    let (_disk, file) = disk_with(1000);
    let reads: Vec<usize> = (0..200)
        .map(|_| file.read_cached(&mut [0; 100], 0))
        .collect();
    assert!(reads.contains(&0) && reads.contains(&100));
    assert!(reads.iter().any(|read| (1..100).contains(read)));
}

#[test]
fn files_nobody_can_reach_are_forgotten() {
    let (disk, file) = disk_with(1000);
    disk.remove("f").unwrap();
    drop(file);
    assert_eq!(disk.lock().inodes.len(), 1, "a crash may bring it back");
    disk.sync_dir().unwrap();
    assert_eq!(disk.lock().inodes.len(), 0);
}
