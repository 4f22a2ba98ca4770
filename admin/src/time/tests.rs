use super::*;

#[test]
fn times_are_read_as_they_are_shown() {
    assert_eq!(shown(1_700_000_000), "2023-11-14T22:13:20Z");
    assert_eq!(
        shown_milliseconds(1_700_000_000_250),
        "2023-11-14T22:13:20.25Z"
    );
    let read = parse("from", "2023-11-14T22:13:20Z").unwrap();
    assert_eq!(seconds(read), 1_700_000_000);
    let refused = parse("from", "yesterday").unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("from"));
}
