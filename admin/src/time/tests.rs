use super::*;

#[test]
fn times_are_read_as_they_are_shown() {
    assert_eq!(shown(1_700_000_000), "2023-11-14T22:13:20.000Z");
    let some = "2023-11-14T22:13:20.250Z";
    assert_eq!(shown_milliseconds(1_700_000_000_250), some);
    assert_eq!(
        milliseconds(parse("from", some).unwrap()),
        1_700_000_000_250
    );
    let read = parse("from", "2023-11-14T22:13:20Z").unwrap();
    assert_eq!(seconds(read), 1_700_000_000);
    let refused = parse("from", "yesterday").unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("from"));
}

/// Sorted as text they are sorted as times, whatever part of a second they are of.
#[test]
fn times_have_one_length() {
    let begin = UNIX_EPOCH + Duration::from_secs(951_782_399);
    let nanoseconds = [0, 1, 999_999, 1_000_000, 950_000_000, 999_999_999];
    let moments = nanoseconds.map(|it| of_system(begin + Duration::from_nanos(it)));
    assert_eq!(
        moments,
        [
            "2000-02-28T23:59:59.000Z",
            "2000-02-28T23:59:59.000Z",
            "2000-02-28T23:59:59.000Z",
            "2000-02-28T23:59:59.001Z",
            "2000-02-28T23:59:59.950Z",
            "2000-02-28T23:59:59.999Z",
        ]
    );
    assert_eq!(shown(951_782_400), "2000-02-29T00:00:00.000Z");
    assert_eq!(shown(0), "1970-01-01T00:00:00.000Z");
    assert_eq!(shown(253_402_300_799), "9999-12-31T23:59:59.000Z");
}

/// What cannot be shown is not taken, and what is there already is shown as the last there is.
#[test]
fn times_beyond_all_years_are_refused_and_shown() {
    for text in ["9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+00:01"] {
        let refused = parse("expires", text).unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("expires"));
        assert!(refused.message.starts_with(text), "{}", refused.message);
    }
    let last = parse("expires", "9999-12-31T23:59:59Z").unwrap();
    assert_eq!(of_system(last), "9999-12-31T23:59:59.000Z");
    let of_all = "9999-12-31T23:59:59.999Z";
    for seconds in [253_402_300_800, u64::MAX] {
        assert_eq!(shown(seconds), of_all);
        assert_eq!(shown_milliseconds(seconds.saturating_mul(1000)), of_all);
    }
    let beyond = UNIX_EPOCH + Duration::from_secs(253_402_304_399);
    assert_eq!(of_system(beyond), of_all);
}
