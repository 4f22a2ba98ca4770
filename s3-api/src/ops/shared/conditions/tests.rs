use super::Verdict::{Failed, NotModified, Proceed};
use super::*;
use storage_engine::ids::{Sequence, Timestamp};

const TAG: &str = "\"00000000000000000000000000000001\"";
const OTHER: &str = "\"00000000000000000000000000000002\"";

fn summary() -> Summary {
    Summary {
        sequence: Sequence(1),
        tag: 1,
        null: true,
        marker: false,
        modified: Timestamp(1_000_500),
        size: 1,
        etag: Some(TAG.parse().unwrap()),
        label: String::new(),
        owner: String::new(),
        checksum: None,
    }
}

fn at(seconds: u64) -> Option<SystemTime> {
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

fn verdict(
    if_match: Option<&str>,
    if_unmodified_since: Option<SystemTime>,
    if_none_match: Option<&str>,
    if_modified_since: Option<SystemTime>,
) -> Verdict {
    let names = READ;
    let conditions = ReadConditions {
        names,
        if_match,
        if_none_match,
        if_modified_since,
        if_unmodified_since,
    };
    conditions.evaluate(&summary())
}

#[test]
fn tags() {
    assert_eq!(verdict(None, None, None, None), Proceed);
    assert_eq!(verdict(Some(TAG), None, None, None), Proceed);
    assert_eq!(verdict(Some("*"), None, None, None), Proceed);
    assert_eq!(
        verdict(Some(&format!("{OTHER}, {TAG}")), None, None, None),
        Proceed
    );
    assert_eq!(
        verdict(Some(TAG.trim_matches('"')), None, None, None),
        Proceed
    );
    assert_eq!(verdict(Some(OTHER), None, None, None), Failed("if-match"));
    assert_eq!(verdict(None, None, Some(TAG), None), NotModified);
    assert_eq!(
        verdict(None, None, Some(&format!("W/{TAG}")), None),
        NotModified
    );
    assert_eq!(verdict(None, None, Some("*"), None), NotModified);
    assert_eq!(verdict(None, None, Some(OTHER), None), Proceed);
}

#[test]
fn dates_have_whole_seconds() {
    assert_eq!(verdict(None, at(1000), None, None), Proceed);
    assert_eq!(
        verdict(None, at(999), None, None),
        Failed("if-unmodified-since")
    );
    assert_eq!(verdict(None, None, None, at(1000)), NotModified);
    assert_eq!(verdict(None, None, None, at(999)), Proceed);
}

#[test]
fn a_tag_outweighs_its_date() {
    assert_eq!(verdict(Some(TAG), at(0), None, None), Proceed);
    assert_eq!(verdict(None, None, Some(OTHER), at(2000)), Proceed);
    assert_eq!(
        verdict(Some(OTHER), None, Some(TAG), None),
        Failed("if-match")
    );
}

#[test]
fn a_range_continues_only_the_same_object() {
    assert!(if_range_holds(TAG, &summary()));
    assert!(!if_range_holds(OTHER, &summary()));
    assert!(if_range_holds("Thu, 01 Jan 1970 00:16:40 GMT", &summary()));
    assert!(!if_range_holds("Thu, 01 Jan 1970 00:16:41 GMT", &summary()));
}

#[test]
fn conditions_of_changes() {
    assert_eq!(match_condition("*"), Condition::Present);
    assert_eq!(match_condition(TAG), Condition::Etag(TAG.parse().unwrap()));
    assert_eq!(
        match_condition("no tag"),
        Condition::Etag(ETag::opaque([0; 16]))
    );
}
