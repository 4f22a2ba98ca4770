//! A checksum with its algorithm.

use super::{Algorithm, ChecksumError, VALUE_BYTES_MAX};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A value of one of S3's algorithms, as the bytes S3 encodes in base64: numbers are big-endian.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Checksum {
    algorithm: Algorithm,
    /// Zero behind the algorithm's length.
    bytes: [u8; VALUE_BYTES_MAX],
}

impl Checksum {
    /// A value computed elsewhere, for instance by the client.
    ///
    /// # Errors
    /// [`ChecksumError::Length`] if a value of this algorithm has another length.
    pub fn new(algorithm: Algorithm, value: &[u8]) -> Result<Self, ChecksumError> {
        let expected = algorithm.value_bytes();
        if value.len() != expected {
            return Err(ChecksumError::Length {
                algorithm,
                expected,
                found: value.len(),
            });
        }
        Ok(Self::from_slice(algorithm, value))
    }

    /// What computed it.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The canonical bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.algorithm.value_bytes()]
    }

    /// Itself, if it is of that algorithm.
    pub(super) fn expect(self, expected: Algorithm) -> Result<Self, ChecksumError> {
        let found = self.algorithm;
        if found == expected {
            Ok(self)
        } else {
            Err(ChecksumError::MixedAlgorithms { expected, found })
        }
    }

    /// `value` must have the algorithm's length.
    pub(super) fn from_slice(algorithm: Algorithm, value: &[u8]) -> Self {
        let mut bytes = [0; VALUE_BYTES_MAX];
        bytes[..algorithm.value_bytes()].copy_from_slice(value);
        Self { algorithm, bytes }
    }

    /// The low bytes of `number`, as many as the algorithm has, eight at most.
    pub(super) fn from_number(algorithm: Algorithm, number: u64) -> Self {
        Self::from_slice(
            algorithm,
            &number.to_be_bytes()[8 - algorithm.value_bytes()..],
        )
    }

    /// The inverse of [`Self::from_number`].
    pub(super) fn as_number(&self) -> u64 {
        self.as_bytes()
            .iter()
            .fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:", self.algorithm)?;
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Stored as one byte string: the algorithm's code, then the value.
impl Serialize for Checksum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut stored = [0; 1 + VALUE_BYTES_MAX];
        let value = self.as_bytes();
        stored[0] = self.algorithm.code();
        stored[1..=value.len()].copy_from_slice(value);
        serializer.serialize_bytes(&stored[..=value.len()])
    }
}

impl<'de> Deserialize<'de> for Checksum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(StoredForm)
    }
}

struct StoredForm;

impl Visitor<'_> for StoredForm {
    type Value = Checksum;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a checksum algorithm's code and its value")
    }

    fn visit_bytes<E: serde::de::Error>(self, stored: &[u8]) -> Result<Checksum, E> {
        let (code, value) = stored
            .split_first()
            .ok_or_else(|| E::invalid_length(0, &self))?;
        let algorithm = Algorithm::try_from(*code).map_err(E::custom)?;
        Checksum::new(algorithm, value).map_err(E::custom)
    }
}
