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
    ] {
        assert_eq!(parse(typed), Ok(count));
    }
    for odd in ["", "GiB", "1 GB", "-1", "1.5 GiB", "99999999 TiB"] {
        assert!(parse(odd).unwrap_err().contains("expected bytes"));
    }
}
