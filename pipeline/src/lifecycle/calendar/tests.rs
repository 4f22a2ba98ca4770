use super::*;

/// 2014-01-15T10:30:00Z.
const CREATED: Timestamp = Timestamp(1_389_781_800_000);

#[test]
fn days_are_rounded_up_to_midnight() {
    // Amazon's own example: three days later is the 19th at 00:00.
    assert_eq!(Day::REAL.due(CREATED, 3), Timestamp(1_390_089_600_000));
    assert_eq!(Day::REAL.due(CREATED, 0), Timestamp(1_389_830_400_000));
}

#[test]
fn nothing_is_due_early() {
    let day = Day::of_milliseconds(1000).unwrap();
    for since in [0, 1, 999, 1000, 1001, 123_456] {
        for days in 0..5 {
            let due = day.due(Timestamp(since), days).0;
            assert!(due > since + u64::from(days) * 1000, "{since} {days}");
            assert!(due <= since + u64::from(days) * 1000 + 1000);
            assert_eq!(due % 1000, 0);
        }
    }
}

#[test]
fn far_futures_do_not_overflow() {
    assert!(Day::REAL.due(Timestamp(u64::MAX), u32::MAX).0 > CREATED.0);
}

#[test]
fn a_day_has_a_sensible_length() {
    assert_eq!(Day::of_milliseconds(86_400_000), Some(Day::REAL));
    for wrong in [0, 99, 86_400_001] {
        assert_eq!(Day::of_milliseconds(wrong), None);
    }
}
