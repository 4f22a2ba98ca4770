use super::*;
use crate::encoding::base64;
use std::time::{Duration, UNIX_EPOCH};

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_369_353_600)
}

fn parse(document: &str) -> Result<Policy, S3Error> {
    Policy::parse(&base64(document.as_bytes()))
}

fn with(conditions: &str) -> Result<Policy, S3Error> {
    parse(&format!(
        "{{\"expiration\": \"2013-05-25T00:00:00Z\", \"conditions\": [{conditions}]}}"
    ))
}

fn fields(list: &[(&str, &str)]) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in list {
        fields.push(name, value.as_bytes().to_vec());
    }
    fields
}

fn outcome(conditions: &str, list: &[(&str, &str)]) -> Result<Option<RangeInclusive<u64>>, String> {
    let checked = with(conditions)
        .unwrap()
        .check(&fields(list), "photos", now());
    checked.map_err(|error| format!("{}: {}", error.code().name(), error.sentence()))
}

const BUCKET: &str = r#"{"bucket": "photos"}"#;

#[test]
fn every_field_needs_a_condition_that_holds() {
    let key = r#"["starts-with", "$key", "foo"]"#;
    let both = format!("{BUCKET}, {key}");
    assert_eq!(outcome(&both, &[("key", "foo.txt")]), Ok(None));
    assert!(
        outcome(&both, &[("key", "bar")])
            .unwrap_err()
            .contains("Policy Condition failed")
    );
    let extra = [("key", "foo"), ("x-amz-meta-a", "b")];
    assert_eq!(
        outcome(&both, &extra).unwrap_err(),
        "AccessDenied: Invalid according to Policy: Extra input fields: x-amz-meta-a"
    );
    let exempt = [
        ("key", "foo"),
        ("Policy", "p"),
        ("AWSAccessKeyId", "a"),
        ("signature", "s"),
        ("x-amz-signature", "s"),
        ("x-ignore-me", "x"),
        ("x-amz-checksum-sha256", "c"),
    ];
    assert_eq!(outcome(&both, &exempt), Ok(None));
}

#[test]
fn the_bucket_is_the_one_the_form_was_sent_to() {
    let key = r#"["eq", "$key", "a"]"#;
    let list = [("key", "a"), ("bucket", "other")];
    let named = |bucket: &str| outcome(&format!("{{\"bucket\": \"{bucket}\"}}, {key}"), &list);
    assert_eq!(named("photos"), Ok(None));
    assert!(named("other").is_err());
    assert!(
        outcome(key, &[("key", "a")])
            .unwrap_err()
            .contains("fields: bucket")
    );
}

#[test]
fn names_are_the_same_in_any_case() {
    let conditions = r#"{"bUcKeT": "photos"}, ["StArTs-WiTh", "$KeY", "foo"], {"AcL": "private"}"#;
    assert_eq!(
        outcome(conditions, &[("kEy", "foo"), ("aCl", "private")]),
        Ok(None)
    );
    assert!(outcome(conditions, &[("kEy", "foo"), ("aCl", "Private")]).is_err());
}

#[test]
fn a_field_that_is_missing_is_empty() {
    let any = format!(r#"{BUCKET}, ["starts-with", "$key", ""], ["starts-with", "$tagging", ""]"#);
    assert_eq!(outcome(&any, &[("key", "a")]), Ok(None));
    let some = any.replace("\"$tagging\", \"\"", "\"$tagging\", \"a\"");
    assert!(outcome(&some, &[("key", "a")]).is_err());
}

#[test]
fn each_of_several_types_has_to_fit() {
    let kind = format!(
        r#"{BUCKET}, ["starts-with", "$key", ""], ["starts-with", "$Content-Type", "image/"]"#
    );
    let typed = |kinds| outcome(&kind, &[("key", "a"), ("content-type", kinds)]);
    assert_eq!(typed("image/png, image/jpeg"), Ok(None));
    assert!(typed("image/png, text/html").is_err());
}

#[test]
fn ranges_of_length_are_intersected() {
    let range = |ranges: &str| {
        let conditions = format!(r#"{BUCKET}, ["starts-with", "$key", ""], {ranges}"#);
        outcome(&conditions, &[("key", "a")])
    };
    assert_eq!(
        range(r#"["content-length-range", 0, 10]"#),
        Ok(Some(0..=10))
    );
    assert_eq!(
        range(r#"["content-length-range", "2", "10"]"#),
        Ok(Some(2..=10))
    );
    let two = r#"["content-length-range", 0, 10], ["content-length-range", 5, 20]"#;
    assert_eq!(range(two), Ok(Some(5..=10)));
}

#[test]
fn it_ends_at_its_expiration() {
    let policy = with(&format!(r#"{BUCKET}, {{"key": "a"}}"#)).unwrap();
    let at = |time| {
        let checked = policy.check(&fields(&[("key", "a")]), "photos", time);
        checked.map_err(|error| error.code())
    };
    let day = Duration::from_secs(24 * 3600);
    assert_eq!(at(now() + day), Ok(None));
    assert_eq!(
        at(now() + day + Duration::from_millis(1)),
        Err(Code::AccessDenied)
    );
}

#[test]
fn what_is_no_policy_is_refused() {
    let code = |document: &str| parse(document).unwrap_err().code();
    let conditions = |conditions: &str| with(conditions).unwrap_err().code();
    for document in [
        "",
        "[]",
        "{}",
        "{\"conditions\": []}",
        "{\"EXPIRATION\": \"2013-05-25T00:00:00Z\", \"conditions\": []}",
        "{\"expiration\": \"2013-05-25T00:00:00Z\"}",
        "{\"expiration\": \"2013-05-25T00:00:00Z\", \"CONDITIONS\": []}",
        "{\"expiration\": \"2013-05-25T00:00:00Z\", \"conditions\": {}}",
        "{\"expiration\": \"2013-05-25 00:00:00.123+00:00\", \"conditions\": []}",
        "{\"expiration\": \"1913-05-25T00:00:00Z\", \"conditions\": []}",
        "{\"expiration\": \"2013-05-25T00:00:00+00:00\", \"conditions\": []}",
        "{\"expiration\": 1, \"conditions\": []}",
    ] {
        assert_eq!(code(document), Code::InvalidPolicyDocument, "{document}");
    }
    for inside in [
        "{}",
        "1",
        r#"{"a": "b", "c": "d"}"#,
        r#"{"a": 1}"#,
        r#"["content-length-range", 0]"#,
        r#"["content-length-range", -1, 0]"#,
        r#"["ends-with", "$key", "a"]"#,
        r#"["eq", "key", "a"]"#,
        r#"["eq", "$key"]"#,
        "[]",
    ] {
        assert_eq!(conditions(inside), Code::InvalidPolicyDocument, "{inside}");
    }
    let many = vec![BUCKET; FORM_CONDITIONS_MAX + 1].join(",");
    assert_eq!(conditions(&many), Code::InvalidPolicyDocument);
    assert_eq!(
        Policy::parse("not base64!").unwrap_err().code(),
        Code::InvalidPolicyDocument
    );
}
