//! Random numbers that nobody can guess.

use crate::refused::Refused;
use ring::rand::{SecureRandom, SystemRandom};

pub(crate) fn random<const N: usize>() -> Result<[u8; N], Refused> {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|error| Refused::failure("random numbers", &error))?;
    Ok(bytes)
}
