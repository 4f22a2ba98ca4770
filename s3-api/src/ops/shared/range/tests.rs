use super::Selection::{Part, Unsatisfiable, Whole};
use super::*;

#[test]
fn ranges_of_ten_bytes() {
    let table = [
        ("bytes=0-4", Part(0..5)),
        ("bytes=5-", Part(5..10)),
        ("bytes=-3", Part(7..10)),
        ("bytes=-30", Part(0..10)),
        ("bytes=9-9", Part(9..10)),
        ("bytes=3-100", Part(3..10)),
        ("Bytes = 1 - 2", Part(1..3)),
        ("bytes=0-18446744073709551615", Part(0..10)),
        ("bytes=0-99999999999999999999", Part(0..10)),
        ("bytes=10-", Unsatisfiable),
        ("bytes=40-50", Unsatisfiable),
        ("bytes=-0", Unsatisfiable),
        ("bytes=99999999999999999999-", Unsatisfiable),
        ("bytes=4-2", Whole),
        ("bytes=-", Whole),
        ("bytes=a-b", Whole),
        ("bytes=+1-2", Whole),
        ("bytes=0-1,3-4", Whole),
        ("lines=0-1", Whole),
        ("", Whole),
    ];
    for (header, expected) in table {
        assert_eq!(select(header.as_bytes(), 10), expected, "{header}");
    }
}

#[test]
fn nothing_of_an_empty_body_can_be_had() {
    for header in ["bytes=0-0", "bytes=0-", "bytes=-1"] {
        assert_eq!(select(header.as_bytes(), 0), Unsatisfiable, "{header}");
    }
}
