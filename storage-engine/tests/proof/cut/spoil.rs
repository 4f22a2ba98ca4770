//! What a power cut makes of the unsynced end of a write-ahead log.

use std::fs;
use std::io;
use std::path::Path;

use super::live::newest_log;

const SECTOR_BYTES: usize = 512;

/// xorshift64*: the same choices for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(drawn).expect("31 bits fit") % bound.max(1)
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// Spoils the newest write-ahead log behind its first `durable` bytes. Tells what was done.
pub fn spoil(dice: &mut Dice, index: &Path, durable: u64) -> io::Result<String> {
    let Some((log, _)) = newest_log(index)? else {
        return Ok(String::from("no write-ahead log"));
    };
    let mut bytes = fs::read(&log)?;
    let len = bytes.len();
    let durable = usize::try_from(durable).unwrap_or(len).min(len);
    let at = durable + dice.below(len - durable + 1);
    let end = at + dice.below(len - at + 1);
    let what = match dice.below(7) {
        0 | 1 => {
            bytes.truncate(at);
            "cut off"
        }
        2 => {
            bytes[at..].fill(0);
            "zeros to the end"
        }
        3 => {
            bytes[at..end].fill(0);
            "a stretch of zeros"
        }
        4 => {
            bytes[at..end].iter_mut().for_each(|byte| *byte ^= 0xa5);
            "a flipped stretch"
        }
        5 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
            "a flipped bit"
        }
        _ => {
            drop_sectors(dice, &mut bytes, durable);
            "sectors that never came"
        }
    };
    fs::write(&log, bytes)?;
    Ok(format!(
        "{what} at {at} of {len} bytes, {durable} of them durable"
    ))
}

/// Any sector behind what was synced may not have reached the drive.
fn drop_sectors(dice: &mut Dice, bytes: &mut [u8], durable: usize) {
    for (number, sector) in bytes.chunks_mut(SECTOR_BYTES).enumerate() {
        let start = durable.saturating_sub(number * SECTOR_BYTES);
        if start < sector.len() && dice.chance(10) {
            sector[start..].fill(0);
        }
    }
}
