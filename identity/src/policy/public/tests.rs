use serde_json::{Value, json};

use crate::policy::Kind;
use crate::policy::tests::{bucket, policy};

#[test]
fn public_policies() {
    let with = |principal: Value, condition: Value| {
        policy(
            Kind::Bucket,
            json!({"Principal": principal, "Condition": condition}),
        )
        .is_public()
    };
    for (principal, condition, expected) in [
        (json!("*"), json!({}), true),
        (json!({"AWS": "*"}), json!({}), true),
        (json!({"AWS": "111111111111"}), json!({}), false),
        (
            json!({"Service": "logging.s3.amazonaws.com"}),
            json!({}),
            false,
        ),
        (
            json!("*"),
            json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/32"}}),
            false,
        ),
        (
            json!("*"),
            json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
            true,
        ),
        (
            json!("*"),
            json!({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/1"]}}),
            true,
        ),
        (
            json!("*"),
            json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
            true,
        ),
        (
            json!("*"),
            json!({"StringEquals": {"aws:SourceVpc": "vpc-91237329"}}),
            false,
        ),
        (
            json!("*"),
            json!({"StringLike": {"aws:SourceVpc": "vpc-*"}}),
            true,
        ),
        (
            json!("*"),
            json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}),
            true,
        ),
        (
            json!("*"),
            json!({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}),
            true,
        ),
        (
            json!("*"),
            json!({"StringLike": {"aws:userid": "AROAX:*"}}),
            true,
        ),
        (
            json!("*"),
            json!({"StringEquals": {"aws:userid": "AIDAX"}}),
            false,
        ),
        (
            json!("*"),
            json!({"StringEquals": {"aws:Referer": "x"}}),
            true,
        ),
        (
            json!("*"),
            json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
            false,
        ),
        (
            json!("*"),
            json!({"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-west-2:123456789012:accesspoint/*"}}),
            false,
        ),
        (
            json!("*"),
            json!({"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-west-2:*:accesspoint/a"}}),
            true,
        ),
    ] {
        let described = format!("{principal} {condition}");
        assert_eq!(with(principal, condition), expected, "{described}");
    }
    assert!(!bucket("Deny", json!("*")).is_public());
}
