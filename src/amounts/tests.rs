use super::*;

#[test]
fn amounts_are_shown_and_read() {
    for (count, text) in [
        (0, "0 B"),
        (1023, "1023 B"),
        (1536, "1.5 KiB"),
        ((1 << 30) - 1, "1.0 GiB"),
        (10 << 30, "10.0 GiB"),
        (u64::MAX, "16.0 EiB"),
    ] {
        assert_eq!(shown(count), text);
    }
    for (typed, count) in [
        ("0", 0),
        ("10 GiB", 10 << 30),
        ("3MiB", 3 << 20),
        ("7 B", 7),
        ("10GB", 10_000_000_000),
        ("10gb", 10_000_000_000),
        ("10G", 10 << 30),
        ("10M", 10 << 20),
        ("4 k", 4096),
        ("1.5GiB", 3 << 29),
        ("1.50 GB", 1_500_000_000),
        ("0.5 KiB", 512),
        ("18446744073709551615", u64::MAX),
    ] {
        assert_eq!(parse(typed), Ok(count));
    }
    for odd in [
        "",
        "GiB",
        "-1",
        "1.5",
        "0.0001 KiB",
        ".5 GiB",
        "1. GiB",
        "1.2.3 GiB",
        "1 GiBs",
        "1 Gb/s",
        "99999999 TiB",
        "1.00000000000000000000000001 GiB",
    ] {
        assert!(parse(odd).unwrap_err().contains("expected bytes"));
    }
}
