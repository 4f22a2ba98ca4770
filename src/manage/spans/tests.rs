use super::*;

#[test]
fn spans_are_told_in_two_units_at_most() {
    for (seconds, told) in [
        (0, "0 s"),
        (59, "59 s"),
        (8 * 60 + 12, "8 min"),
        (3 * 3600 + 5 * 60, "3 h 5 min"),
        (2 * 86_400 + 4 * 3600, "2 d 4 h"),
    ] {
        assert_eq!(duration(seconds), told);
    }
    assert_eq!(since("never"), "never");
    assert!(since("2020-01-01T00:00:00.5Z").contains(" d "));
}

#[test]
fn times_lose_what_nobody_reads() {
    let time = "2026-11-26T13:09:38.517601232Z";
    assert_eq!(to_the_second(time), "2026-11-26T13:09:38Z");
    assert_eq!(to_the_second("soon"), "soon");
}
