use super::*;

fn at(seconds: u64, milliseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_millis(milliseconds)
}

#[test]
fn iso8601_has_milliseconds() {
    let mut out = Vec::new();
    push_iso8601(&mut out, at(1_255_369_830, 7));
    assert_eq!(out, b"2009-10-12T17:50:30.007Z");
}

#[test]
fn basic_form_round_trips() {
    let time = at(1_369_353_600, 0);
    assert_eq!(basic_iso8601(time), "20130524T000000Z");
    assert_eq!(parse_basic_iso8601(b"20130524T000000Z"), Some(time));
}

#[test]
fn basic_form_refuses_what_is_not_a_time() {
    let bad: [&[u8]; 7] = [
        b"",
        b"20130524T000000",
        b"20131324T000000Z",
        b"20130230T000000Z",
        b"20130524T250000Z",
        b"20130524 000000Z",
        b"2013052xT000000Z",
    ];
    for text in bad {
        assert_eq!(
            parse_basic_iso8601(text),
            None,
            "{}",
            String::from_utf8_lossy(text)
        );
    }
}

#[test]
fn http_date_cuts_the_fraction_off() {
    let time = at(1_255_369_800, 999);
    assert_eq!(http_date(time), "Mon, 12 Oct 2009 17:50:00 GMT");
    assert_eq!(parse_http_date(&http_date(time)), Some(whole_seconds(time)));
}

#[test]
fn dates_of_mail_are_read() {
    let time = UNIX_EPOCH + Duration::from_secs(1_369_353_600);
    for text in [
        "Fri, 24 May 2013 00:00:00 +0000",
        "Fri, 24 May 2013 02:00:00 +0200",
    ] {
        assert_eq!(parse_mail_date(text), Some(time), "{text}");
    }
    assert_eq!(parse_mail_date("Fri, 24 May 1913 00:00:00 +0000"), None);
}

#[test]
fn moments_in_iso_8601() {
    let at = |seconds, milliseconds| {
        Some(UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_millis(milliseconds))
    };
    for (text, moment) in [
        ("2030-01-01T00:00:00Z", at(1_893_456_000, 0)),
        ("2030-01-01T00:00:00.250Z", at(1_893_456_000, 250)),
        ("2030-01-01T02:00:00+02:00", at(1_893_456_000, 0)),
        ("2030-01-01T00:00:00", at(1_893_456_000, 0)),
        ("2030-01-01", None),
        ("tomorrow", None),
        ("", None),
    ] {
        assert_eq!(parse_iso8601(text), moment, "{text}");
    }
    let moment = at(1_893_456_000, 7).unwrap();
    assert_eq!(iso8601(moment), "2030-01-01T00:00:00.007Z");
    assert_eq!(parse_iso8601(&iso8601(moment)), Some(moment));
}
