use super::*;
use md5::Digest as _;
use proptest::prelude::*;

fn reference(data: &[u8]) -> [u8; 16] {
    md5::Md5::digest(data).into()
}

fn hex(digest: [u8; 16]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The test suite of RFC 1321, appendix A.5.
#[test]
fn known_answers() {
    for (message, digest) in [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        (
            "abcdefghijklmnopqrstuvwxyz",
            "c3fcd3d76192e4007dfb496cca67e13b",
        ),
        (
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            "d174ab98d277d9f5a5611c2c9f419d9f",
        ),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a",
        ),
    ] {
        assert_eq!(hex(md5_inline(message.as_bytes())), digest, "{message:?}");
    }
}

#[test]
fn every_length_around_the_padding() {
    let data: Vec<u8> = (0..=255).cycle().take(200).collect();
    for length in 0..data.len() {
        assert_eq!(
            md5_inline(&data[..length]),
            reference(&data[..length]),
            "{length} bytes"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 256 }))]

    #[test]
    fn pieces_of_any_size_agree_with_the_reference(
        pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..12),
    ) {
        let mut md5 = Md5::new();
        for piece in &pieces {
            md5.update(piece);
        }
        prop_assert_eq!(md5.finish(), reference(&pieces.concat()));
    }
}
