//! Held against readers that others have written: Python's, and unzip where it is installed.

use super::*;
use crc_fast::CrcAlgorithm::Crc32IsoHdlc;
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Command;

const MIB: u64 = 1 << 20;

struct Writer {
    out: BufWriter<File>,
    archive: Archive,
    directory: Vec<u8>,
}

impl Writer {
    fn new(path: &Path) -> Self {
        Self {
            out: BufWriter::new(File::create(path).unwrap()),
            archive: Archive::default(),
            directory: Vec::new(),
        }
    }

    fn add(&mut self, name: &str, bytes: &[u8]) {
        let entry = entry(name, bytes.len() as u64);
        let (header, offset) = self.archive.begin(&entry);
        self.out.write_all(&header).unwrap();
        self.out.write_all(bytes).unwrap();
        let crc = crc_fast::checksum(Crc32IsoHdlc, bytes) as u32;
        self.end(&entry, crc, offset);
    }

    /// Nothing but zeros, which take no room on the drive.
    fn add_zeros(&mut self, name: &str, size: u64) {
        let entry = entry(name, size);
        let (header, offset) = self.archive.begin(&entry);
        self.out.write_all(&header).unwrap();
        let skip = i64::try_from(size).unwrap();
        self.out.seek(SeekFrom::Current(skip)).unwrap();
        let mut crc = crc_fast::Digest::new(Crc32IsoHdlc);
        let zeros = vec![0; MIB as usize];
        for _ in 0..size / MIB {
            crc.update(&zeros);
        }
        crc.update(&zeros[..(size % MIB) as usize]);
        self.end(&entry, crc.finalize() as u32, offset);
    }

    fn end(&mut self, entry: &Entry, crc: u32, offset: u64) {
        let (descriptor, record) = self.archive.end(entry, crc, offset);
        self.out.write_all(&descriptor).unwrap();
        self.directory.extend_from_slice(&record);
    }

    fn finish(mut self) {
        self.out.write_all(&self.directory).unwrap();
        self.out.write_all(&self.archive.finish()).unwrap();
        self.out.flush().unwrap();
    }
}

fn entry(name: &str, size: u64) -> Entry {
    Entry {
        name: name.to_owned(),
        size,
        modified: 1_790_000_001,
    }
}

/// What a program of Python says about an archive.
fn python(path: &Path, program: &str) -> String {
    let program = format!("import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\n{program}");
    let mut command = Command::new("python3");
    let ended = command.arg("-c").arg(program).arg(path).output().unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{errors}");
    String::from_utf8(ended.stdout).unwrap()
}

/// Where it is installed; Python's reader has looked at the same archive in any case.
fn unzip(path: &Path, option: &str) -> Option<String> {
    let ended = Command::new("unzip").arg(option).arg(path).output().ok()?;
    let told = String::from_utf8_lossy(&ended.stdout).into_owned();
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{told}{errors}");
    Some(told)
}

#[test]
fn others_read_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    let mut writer = Writer::new(&path);
    writer.add("empty", b"");
    writer.add("folder/", b"");
    writer.add("folder/ä ö.txt", "grüße".as_bytes());
    writer.add("large", &vec![7; 300_000]);
    writer.finish();
    let told = python(
        &path,
        "assert z.testzip() is None\n\
         for i in z.infolist(): print(i.filename, i.file_size, i.date_time, i.is_dir())\n\
         print(z.read('folder/ä ö.txt').decode())",
    );
    let time = "(2026, 9, 21, 14, 13, 20)";
    let expected = [
        format!("empty 0 {time} False"),
        format!("folder/ 0 {time} True"),
        format!("folder/ä ö.txt 7 {time} False"),
        format!("large 300000 {time} False"),
        "grüße".to_owned(),
    ];
    assert_eq!(told.lines().collect::<Vec<_>>(), expected);
    unzip(&path, "-t");
}

#[test]
fn an_archive_of_nothing_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    Writer::new(&path).finish();
    assert_eq!(python(&path, "print(len(z.infolist()))"), "0\n");
}

/// One more than 16 bits can count is the least for which the other form is needed, and 65,535
/// already means that it is.
#[test]
fn there_may_be_more_entries_than_sixteen_bits_count() {
    let folder = tempfile::tempdir().unwrap();
    for count in [65_534, 65_535, 70_000] {
        let path = folder.path().join(format!("{count}.zip"));
        let mut writer = Writer::new(&path);
        for number in 0..count {
            writer.add(&format!("{number}"), number.to_string().as_bytes());
        }
        writer.finish();
        let program = "assert z.testzip() is None\nprint(len(z.infolist()))";
        assert_eq!(python(&path, program), format!("{count}\n"));
        let told = unzip(&path, "-tq");
        assert!(told.is_none_or(|told| told.contains("No errors")));
    }
}

/// A far entry, and one that begins behind it.
fn far(path: &Path, size: u64) {
    let mut writer = Writer::new(path);
    writer.add("first", b"1");
    writer.add_zeros("zeros", size);
    writer.add("last", b"the last one");
    writer.finish();
}

#[test]
fn an_entry_may_be_longer_than_four_gigabytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("far.zip");
    let program = "for i in z.infolist(): print(i.filename, i.file_size, i.header_offset > 2**32)\n\
                   print(z.read('last').decode(), z.read('first').decode())";
    // The second is as long as 32 bits say at most, which is what says that the length is
    // elsewhere. unzip 6.0 takes that for the length of whatever comes behind it, too.
    for (size, may_unzip) in [((4 << 30) + 5, true), (FAR, false), (FAR - 1, true)] {
        far(&path, size);
        let expected = format!("first 1 False\nzeros {size} False\nlast 12 True\nthe last one 1\n");
        assert_eq!(python(&path, program), expected);
        let told = may_unzip.then(|| unzip(&path, "-l")).flatten();
        let is_right = |told: String| told.contains(&size.to_string()) && told.contains("3 files");
        assert!(told.is_none_or(is_right));
    }
}

#[test]
#[ignore = "soak: has others read four gigabytes"]
fn all_of_a_far_entry_is_read_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("far.zip");
    far(&path, (4 << 30) + 5);
    assert_eq!(python(&path, "print(z.testzip())"), "None\n");
    unzip(&path, "-t");
}

#[test]
fn times_out_of_reach_are_the_first_one() {
    assert_eq!(dos_time(0), dos_time(u64::MAX));
    assert_eq!(dos_time(315_532_800), 1 << 21 | 1 << 16);
    assert_eq!(dos_time(315_532_800 + 3), (1 << 21 | 1 << 16) + 1);
}
