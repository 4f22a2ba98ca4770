//! Operators, as Amazon documents them.

use serde_json::{Value, json};

use crate::policy::{Context, Kind, Policy, Principal, Request, Work};

/// Whether a statement with these conditions applies to a request with these keys.
fn holds(conditions: &Value, keys: &[(&'static str, &[&'static str])]) -> bool {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": conditions },
    });
    let policy = Policy::parse(Kind::Identity, &document.to_string()).unwrap();
    let mut context = Context::new();
    for (key, values) in keys {
        context.set_all(*key, values.iter().copied());
    }
    let request = Request {
        principal: &Principal::default(),
        action: "s3:GetObject",
        resource: b"arn:aws:s3:::b/k",
        context: &context,
        now: std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000),
        work: &Work::default(),
    };
    let statement = &policy.statements()[0];
    statement.is_about(&request).is_some() && statement.holds(&request)
}

fn one(operator: &str, wanted: Value, given: &'static str) -> bool {
    holds(
        &json!({ operator: { "k:k": wanted } }),
        &[("K:K", &[given])],
    )
}

#[test]
fn comparisons_of_one_value() {
    for (operator, wanted, given, expected) in [
        ("StringEquals", json!("a"), "a", true),
        ("StringEquals", json!("a"), "A", false),
        ("StringEquals", json!("a*"), "ab", false),
        ("StringEquals", json!(["x", "a"]), "a", true),
        ("StringNotEquals", json!(["x", "a"]), "a", false),
        ("StringNotEquals", json!(["x", "y"]), "a", true),
        ("StringEqualsIgnoreCase", json!("aB"), "Ab", true),
        ("StringNotEqualsIgnoreCase", json!("aB"), "Ab", false),
        ("StringLike", json!("a*/?"), "abc/d", true),
        ("StringLike", json!("a*"), "Ab", false),
        ("StringNotLike", json!("a*"), "ab", false),
        ("NumericEquals", json!(10), "10.0", true),
        ("NumericEquals", json!("10"), "x", false),
        ("NumericNotEquals", json!(10), "11", true),
        ("NumericLessThan", json!(10), "9", true),
        ("NumericLessThan", json!(10), "10", false),
        ("NumericLessThanEquals", json!("10"), "10", true),
        ("NumericGreaterThan", json!(9.5), "9.6", true),
        ("NumericGreaterThanEquals", json!(10), "9", false),
        (
            "DateEquals",
            json!("2013-06-30T00:00:00Z"),
            "1372550400",
            true,
        ),
        (
            "DateEquals",
            json!("2013-06-30"),
            "2013-06-30T02:00:00+02:00",
            true,
        ),
        ("DateNotEquals", json!("2013-06-30"), "2013-06-30", false),
        (
            "DateLessThan",
            json!("2013-06-30T00:00:00Z"),
            "2013-06-29T23:59:59Z",
            true,
        ),
        (
            "DateGreaterThanEquals",
            json!("2013-06-30T00:00:00Z"),
            "2013-06-30T00:00:00Z",
            true,
        ),
        ("Bool", json!(true), "true", true),
        ("Bool", json!("True"), "false", false),
        ("BinaryEquals", json!("QmluYXJ5"), "QmluYXJ5", true),
        ("BinaryEquals", json!("QmluYXJ5"), "Qmlu", false),
        ("IpAddress", json!("203.0.113.0/24"), "203.0.113.9", true),
        (
            "IpAddress",
            json!("203.0.113.0/24"),
            "::ffff:203.0.113.9",
            true,
        ),
        ("IpAddress", json!("203.0.113.7"), "203.0.113.9", false),
        (
            "IpAddress",
            json!(["10.0.0.0/8", "2001:db8::/32"]),
            "2001:db8::7",
            true,
        ),
        (
            "NotIpAddress",
            json!(["10.0.0.0/8", "2001:db8::/32"]),
            "10.1.1.1",
            false,
        ),
        ("NotIpAddress", json!("10.0.0.0/8"), "11.1.1.1", true),
        (
            "ArnEquals",
            json!("arn:aws:s3:::b*"),
            "arn:aws:s3:::bucket",
            true,
        ),
        ("ArnLike", json!("arn:aws:*:::b"), "arn:aws:s3:::b", true),
        // A star stays within its part.
        ("ArnLike", json!("arn:aws:*:b"), "arn:aws:s3:::b", false),
        (
            "ArnNotLike",
            json!("arn:aws:s3:::b*"),
            "arn:aws:s3:::bucket",
            false,
        ),
        (
            "ArnNotEquals",
            json!("arn:aws:s3:::c"),
            "arn:aws:s3:::bucket",
            true,
        ),
        ("Null", json!("true"), "x", false),
        ("Null", json!(false), "x", true),
    ] {
        let described = format!("{operator} {wanted} on {given}");
        assert_eq!(one(operator, wanted, given), expected, "{described}");
    }
}

#[test]
fn an_absent_key_equals_nothing() {
    for (operator, wanted, expected) in [
        ("StringEquals", "a", false),
        ("StringNotEquals", "a", true),
        ("StringEqualsIfExists", "a", true),
        ("StringNotLikeIfExists", "a", true),
        ("NumericLessThan", "5", false),
        ("NumericNotEquals", "5", true),
        ("DateLessThanIfExists", "2020-01-01", true),
        ("Bool", "false", false),
        ("BoolIfExists", "false", true),
        ("IpAddress", "10.0.0.0/8", false),
        ("NotIpAddress", "10.0.0.0/8", true),
        ("ArnLike", "arn:aws:s3:::*", false),
        ("ArnNotLike", "arn:aws:s3:::*", true),
        ("ForAllValues:StringEquals", "a", true),
        ("ForAllValues:StringNotEquals", "a", true),
        ("ForAnyValue:StringEquals", "a", false),
        ("ForAnyValue:StringNotEquals", "a", false),
        ("Null", "true", true),
        ("Null", "false", false),
    ] {
        let holds = holds(&json!({ operator: { "k:k": wanted } }), &[]);
        assert_eq!(holds, expected, "{operator}");
    }
}

#[test]
fn keys_with_several_values() {
    for (operator, given, expected) in [
        ("ForAllValues:StringEquals", &["a", "b"][..], true),
        ("ForAllValues:StringEquals", &["a", "c"], false),
        ("ForAllValues:StringEquals", &[], true),
        ("ForAnyValue:StringEquals", &["c", "b"], true),
        ("ForAnyValue:StringEquals", &["c"], false),
        ("ForAllValues:StringNotEquals", &["c", "d"], true),
        ("ForAllValues:StringNotEquals", &["c", "a"], false),
        ("ForAnyValue:StringNotEquals", &["a", "c"], true),
        ("ForAnyValue:StringNotEquals", &["a", "b"], false),
        ("ForAllValues:StringLike", &["a", "b"], true),
    ] {
        let conditions = json!({ operator: { "k:k": ["a", "b"] } });
        assert_eq!(
            holds(&conditions, &[("k:k", given)]),
            expected,
            "{operator} {given:?}"
        );
    }
}

#[test]
fn all_conditions_must_hold() {
    let both = json!({
        "StringEquals": { "k:a": "1", "k:b": "2" },
        "NumericLessThan": { "k:c": "3" },
    });
    assert!(holds(
        &both,
        &[("k:a", &["1"]), ("k:b", &["2"]), ("k:c", &["2"])]
    ));
    assert!(!holds(
        &both,
        &[("k:a", &["1"]), ("k:b", &["3"]), ("k:c", &["2"])]
    ));
    assert!(!holds(
        &both,
        &[("k:a", &["1"]), ("k:b", &["2"]), ("k:c", &["3"])]
    ));
}

#[test]
fn the_time_is_a_key() {
    assert!(holds(
        &json!({ "DateGreaterThan": { "aws:CurrentTime": "2023-01-01" } }),
        &[]
    ));
    assert!(!holds(
        &json!({ "DateGreaterThan": { "aws:CurrentTime": "2024-01-01" } }),
        &[]
    ));
    assert!(holds(
        &json!({ "NumericEquals": { "aws:EpochTime": 1_700_000_000 } }),
        &[]
    ));
}
