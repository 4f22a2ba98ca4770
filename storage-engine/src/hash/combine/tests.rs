use super::*;
use crc_fast::CrcAlgorithm::{self, Crc32Iscsi, Crc32IsoHdlc, Crc64Nvme};
use proptest::prelude::*;

static CRCS: [(CrcAlgorithm, Combine); 3] = [
    (Crc32IsoHdlc, Combine::new(0x04c1_1db7, 32)),
    (Crc32Iscsi, Combine::new(0x1edc_6f41, 32)),
    (Crc64Nvme, Combine::new(0xad93_d235_94c9_3659, 64)),
];

#[test]
fn lengths_beyond_memory_agree_with_the_matrix_form() {
    for (algorithm, combine) in &CRCS {
        let a = crc_fast::checksum(*algorithm, b"first");
        let b = crc_fast::checksum(*algorithm, b"second");
        for length in [0, 1, 1 << 16, (1 << 40) - 1, u64::MAX / 3] {
            let matrix = crc_fast::checksum_combine(*algorithm, a, b, length);
            assert_eq!(
                combine.combine(a, b, length),
                matrix,
                "{algorithm:?}, {length} bytes"
            );
        }
    }
}

proptest! {
    #[test]
    fn two_parts_make_the_whole(first in any::<Vec<u8>>(), second in any::<Vec<u8>>()) {
        for (algorithm, combine) in &CRCS {
            let crc = |data: &[u8]| crc_fast::checksum(*algorithm, data);
            let combined = combine.combine(crc(&first), crc(&second), second.len() as u64);
            prop_assert_eq!(combined, crc(&[&first[..], &second[..]].concat()), "{:?}", algorithm);
        }
    }
}
