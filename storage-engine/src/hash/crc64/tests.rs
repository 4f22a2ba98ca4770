use super::*;
use proptest::prelude::*;

/// The check value of the CRC catalogue's entry CRC-64/NVME.
#[test]
fn known_answers() {
    assert_eq!(crc64(b"123456789"), 0xae8b_1486_0a79_9888);
    assert_eq!(crc64(b""), 0);
    assert_eq!(Crc64::new().finish(), 0);
}

const POLYNOMIAL: u64 = 0xad93_d235_94c9_3659_u64.reverse_bits();

/// The definition, bit by bit.
fn slow(data: &[u8]) -> u64 {
    let mut crc = u64::MAX;
    for byte in data {
        crc ^= u64::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ POLYNOMIAL
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

proptest! {
    #[test]
    fn pieces_combine_to_the_whole(data in proptest::collection::vec(any::<u8>(), 0..3000), cut in 0_usize..3000) {
        let (first, second) = data.split_at(cut.min(data.len()));
        let whole = slow(&data);
        prop_assert_eq!(crc64(&data), whole);
        let mut pieces = Crc64::new();
        pieces.update(first);
        pieces.update(second);
        prop_assert_eq!(pieces.finish(), whole);
        prop_assert_eq!(crc64_combine(crc64(first), crc64(second), second.len() as u64), whole);
    }
}
