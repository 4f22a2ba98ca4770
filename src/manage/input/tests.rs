use super::*;

#[test]
fn moments_are_times_or_from_now_on() {
    let time = "2027-01-01T00:00:00Z";
    assert_eq!(moment("--expires", time).unwrap(), time);
    let hour = moment("--expires", "1h").unwrap();
    let hour = OffsetDateTime::parse(&hour, &Rfc3339).unwrap();
    let left = hour - OffsetDateTime::from(SystemTime::now());
    assert!((3590..=3600).contains(&left.whole_seconds()), "{left}");
    for odd in [
        "",
        "d",
        "1",
        "1y",
        "-1d",
        "tomorrow",
        "99999999999999d",
        "1ü",
    ] {
        assert!(moment("--expires", odd).is_err(), "{odd}");
    }
}

#[test]
fn documents_are_json_and_bounded() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("a.json");
    std::fs::write(&file, "{\"a\":1}").unwrap();
    assert_eq!(document(&file, 100).unwrap()["a"], 1);
    let long = document(&file, 3).unwrap_err().to_string();
    assert!(long.contains("longer than 3 bytes"), "{long}");
    std::fs::write(&file, "{").unwrap();
    let broken = document(&file, 100).unwrap_err().to_string();
    assert!(broken.contains("a.json: this is not JSON"), "{broken}");
}

#[test]
fn what_has_passed_is_a_time_or_how_long_ago_it_was() {
    let hour = past("--from", "1h").unwrap();
    let hour = OffsetDateTime::parse(&hour, &Rfc3339).unwrap();
    let ago = OffsetDateTime::from(SystemTime::now()) - hour;
    assert!((3600..3610).contains(&ago.whole_seconds()), "{ago}");
    assert_eq!(past("--from", "99999999d").unwrap(), "1970-01-01T00:00:00Z");
    let refused = past("--from", "yesterday").unwrap_err().to_string();
    assert!(refused.starts_with("--from \"yesterday\": "), "{refused}");
}

#[test]
fn a_bound_of_nothing_is_none() {
    assert_eq!(bound("--bytes", "0").unwrap(), None);
    assert_eq!(bound("--bytes", "0 GiB").unwrap(), None);
    assert_eq!(bound("--bytes", "10GB").unwrap(), Some(10_000_000_000));
    let refused = bound("--bytes", "lots").unwrap_err().to_string();
    assert!(refused.starts_with("--bytes \"lots\": "), "{refused}");
}
