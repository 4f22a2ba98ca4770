//! A folder inside the repository, each of its files compressed: segments are mostly zeros.

use std::error::Error;
use std::fs;
use std::path::Path;

/// What a compressed file is called, behind its own name.
const ENDING: &str = ".zst";
/// The largest file a golden store may have, in bytes.
const FILE_BYTES_MAX: usize = 16 << 20;
const LEVEL: i32 = 19;

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// Copies the plain files of `from`, folders included, compressed.
#[allow(dead_code, reason = "only the example packs")]
pub(crate) fn pack(from: &Path, to: &Path) -> Outcome {
    copy(from, to, &|name, bytes| {
        Ok((
            format!("{name}{ENDING}"),
            zstd::bulk::compress(&bytes, LEVEL)?,
        ))
    })
}

/// The opposite of [`pack`].
#[allow(dead_code, reason = "only the tests unpack")]
pub(crate) fn unpack(from: &Path, to: &Path) -> Outcome {
    copy(from, to, &|name, bytes| {
        let name = name
            .strip_suffix(ENDING)
            .ok_or_else(|| format!("{name} is not packed"))?;
        Ok((
            name.to_owned(),
            zstd::bulk::decompress(&bytes, FILE_BYTES_MAX)?,
        ))
    })
}

type Convert = dyn Fn(&str, Vec<u8>) -> Result<(String, Vec<u8>), Box<dyn Error>>;

fn copy(from: &Path, to: &Path, convert: &Convert) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| format!("{name:?}"))?;
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(name), convert)?;
        } else {
            let (name, bytes) = convert(&name, fs::read(entry.path())?)?;
            fs::write(to.join(name), bytes)?;
        }
    }
    Ok(())
}
