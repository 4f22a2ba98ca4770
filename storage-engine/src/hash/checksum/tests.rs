use super::Algorithm::*;
use super::*;
use proptest::prelude::*;

fn hex(checksum: Checksum) -> String {
    checksum
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn checksum(algorithm: Algorithm, data: &[u8]) -> Checksum {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(data);
    hasher.finish()
}

/// `(algorithm, of nothing, of "123456789", composite of "a" and "b")`: the check values of the CRC
/// catalogue and of other implementations (Python's zlib and hashlib, xxHash's own in C).
#[rustfmt::skip]
const KNOWN: [(Algorithm, &str, &str, Option<&str>); 10] = [
    (Crc32, "00000000", "cbf43926", Some("ee927177")),
    (Crc32c, "00000000", "e3069283", None),
    (Crc64Nvme, "0000000000000000", "ae8b14860a799888", None),
    (Sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709", "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
        Some("0056540ac6237d0263dd0faa45c71c73bc480f34")),
    (Sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
        Some("e5a01fee14e0ed5c48714f22180f25ad8365b53f9779f79dc4a3d7e93963f94a")),
    (Sha512, "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
              47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
        "d9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274a\
         d27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85",
        Some("a40fb6247bf9aa223348eb8c99dcea9d198694b805ae85bcbfd5ffd33f8ef42c\
              07dd4946ffa68654fd19026ee2723d7ecb2868c3134ce960981156b2120ef62c")),
    (Md5, "d41d8cd98f00b204e9800998ecf8427e", "25f9e794323b453885f5181f1b624d0b",
        Some("96e024ba2074fe77e8e965ba43a704be")),
    (Xxhash64, "ef46db3751d8e999", "8cb841db40e6ae83", Some("64625df07f7e87fa")),
    (Xxhash3, "2d06800538d394c2", "72dcb18b67a17dff", Some("a2d2da25445ca60a")),
    (Xxhash128, "99aa06d3014798d86001c324468d497f", "33119477ede5dcd5e9716427681d5860",
        Some("3bfe8429da7744aac85b1a9196fe3ac6")),
];

#[test]
fn known_answers() {
    assert_eq!(KNOWN.map(|known| known.0), Algorithm::ALL);
    for (algorithm, empty, digits, of_parts) in KNOWN {
        assert_eq!(hex(checksum(algorithm, b"")), empty, "{algorithm:?}");
        assert_eq!(
            hex(checksum(algorithm, b"123456789")),
            digits,
            "{algorithm:?}"
        );
        if let Some(of_parts) = of_parts {
            let parts = [checksum(algorithm, b"a"), checksum(algorithm, b"b")];
            assert_eq!(
                composite(algorithm, parts).map(hex).unwrap(),
                of_parts,
                "{algorithm:?}"
            );
        }
    }
}

/// Beyond 240 bytes xxHash takes its long path.
#[test]
fn long_xxhash_answers() {
    let data: Vec<u8> = (0..=250).cycle().take(1000).collect();
    assert_eq!(hex(checksum(Xxhash64, &data)), "f306f04aa88b54d3");
    assert_eq!(hex(checksum(Xxhash3, &data)), "33ef703fb2b20ed1");
    assert_eq!(
        hex(checksum(Xxhash128, &data)),
        "18bf41bc8229e27733ef703fb2b20ed1"
    );
}

/// These are on disk.
#[test]
fn codes_never_change() {
    assert_eq!(
        Algorithm::ALL.map(Algorithm::code),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    );
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::try_from(algorithm.code()), Ok(algorithm));
        assert_eq!(postcard::to_stdvec(&algorithm).unwrap(), [algorithm.code()]);
    }
    for code in [0, 11, 255] {
        assert_eq!(
            Algorithm::try_from(code),
            Err(ChecksumError::UnknownCode(code))
        );
        assert!(postcard::from_bytes::<Algorithm>(&[code]).is_err());
    }
}

#[test]
fn the_stored_form_is_code_and_value() {
    let stored = postcard::to_stdvec(&checksum(Crc32, b"123456789")).unwrap();
    assert_eq!(stored, [5, 1, 0xcb, 0xf4, 0x39, 0x26]);
    for damaged in [
        &[][..],
        &[0],
        &[1, 1],
        &[4, 1, 1, 2, 3],
        &[6, 1, 1, 2, 3, 4, 5],
        &[5, 11, 1, 2, 3, 4],
    ] {
        assert!(
            postcard::from_bytes::<Checksum>(damaged).is_err(),
            "{damaged:?}"
        );
    }
}

#[test]
fn values_have_their_algorithms_length() {
    for algorithm in Algorithm::ALL {
        let expected = algorithm.value_bytes();
        assert!(Checksum::new(algorithm, &vec![1; expected]).is_ok());
        for found in [0, expected - 1, expected + 1, 100] {
            let error = Checksum::new(algorithm, &vec![1; found]);
            assert_eq!(
                error,
                Err(ChecksumError::Length {
                    algorithm,
                    expected,
                    found
                })
            );
        }
    }
}

#[test]
fn only_crcs_of_one_kind_combine() {
    for algorithm in Algorithm::ALL {
        let joined = full_object_combine(algorithm, []);
        if algorithm.combines() {
            assert_eq!(joined, Ok(checksum(algorithm, b"")));
        } else {
            assert_eq!(joined, Err(ChecksumError::NotCombinable(algorithm)));
        }
    }
    let combining = Algorithm::ALL.map(Algorithm::combines);
    assert_eq!(combining.iter().filter(|combines| **combines).count(), 3);
    let mixed = ChecksumError::MixedAlgorithms {
        expected: Crc32,
        found: Crc32c,
    };
    assert_eq!(
        full_object_combine(Crc32, [(checksum(Crc32c, b"a"), 1)]),
        Err(mixed)
    );
    assert_eq!(composite(Crc32, [checksum(Crc32c, b"a")]), Err(mixed));
}

proptest! {
    #[test]
    fn parts_combine_to_the_full_object(parts in proptest::collection::vec(any::<Vec<u8>>(), 0..5)) {
        for algorithm in [Crc32, Crc32c, Crc64Nvme] {
            let combined = full_object_combine(
                algorithm,
                parts.iter().map(|part| (checksum(algorithm, part), part.len() as u64)),
            );
            prop_assert_eq!(combined, Ok(checksum(algorithm, &parts.concat())));
        }
    }

    #[test]
    fn pieces_and_storage_make_no_difference(pieces in proptest::collection::vec(any::<Vec<u8>>(), 0..5)) {
        for algorithm in Algorithm::ALL {
            let mut hasher = Hasher::new(algorithm);
            pieces.iter().for_each(|piece| hasher.update(piece));
            let found = hasher.finish();
            prop_assert_eq!(found, checksum(algorithm, &pieces.concat()));
            prop_assert_eq!(Checksum::new(algorithm, found.as_bytes()), Ok(found));
            let stored = postcard::to_stdvec(&found).unwrap();
            prop_assert_eq!(postcard::from_bytes(&stored), Ok(found));
        }
    }
}
