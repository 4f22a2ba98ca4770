use super::*;

#[test]
fn every_algorithm_has_its_names() {
    for algorithm in Algorithm::ALL {
        let names = names(algorithm);
        assert_eq!(names.algorithm, algorithm);
        assert_eq!(parse_algorithm(names.wire), Some(algorithm));
        assert_eq!(algorithm_of_header(names.header), Some(algorithm));
        assert_eq!(names.element, format!("Checksum{}", names.wire));
        assert_eq!(
            names.header,
            format!("x-amz-checksum-{}", names.wire.to_lowercase())
        );
    }
}

#[test]
fn a_value_must_have_the_right_length() {
    assert!(parse_value(Algorithm::Crc32, "AAAAAA==").is_ok());
    for text in ["", "AAAA", "AAAAAAA=", "not base64"] {
        let error = parse_value(Algorithm::Crc32, text).unwrap_err();
        assert_eq!(error.code(), Code::BadDigest, "{text}");
    }
}

#[test]
fn composed_values_carry_the_number_of_parts() {
    let checksum = parse_value(Algorithm::Crc32, "AAAAAA==").unwrap();
    let object = |kind| ObjectChecksum { checksum, kind };
    assert_eq!(
        object_value_text(&object(ChecksumKind::Composite), Some(3)),
        "AAAAAA==-3"
    );
    assert_eq!(
        object_value_text(&object(ChecksumKind::FullObject), Some(3)),
        "AAAAAA=="
    );
}

#[test]
fn kinds_of_multipart_checksums() {
    use ChecksumKind::{Composite, FullObject};
    let kind = |algorithm, asked| multipart_kind(algorithm, asked).ok();
    assert_eq!(kind(Algorithm::Crc64Nvme, None), Some(FullObject));
    assert_eq!(kind(Algorithm::Crc32, None), Some(Composite));
    assert_eq!(
        kind(Algorithm::Crc32, Some("FULL_OBJECT")),
        Some(FullObject)
    );
    assert_eq!(kind(Algorithm::Sha256, Some("COMPOSITE")), Some(Composite));
    assert_eq!(kind(Algorithm::Sha256, Some("FULL_OBJECT")), None);
    assert_eq!(kind(Algorithm::Crc64Nvme, Some("COMPOSITE")), None);
    assert_eq!(kind(Algorithm::Crc32, Some("OTHER")), None);
}
