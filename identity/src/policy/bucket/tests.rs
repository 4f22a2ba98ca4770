use serde_json::{Value, json};

use super::*;
use crate::policy::Kind;
use crate::policy::tests::policy;

const ACTIONS: [KnownAction; 3] = [
    KnownAction {
        name: "s3:GetObject",
        target: ActionTarget::Object,
    },
    KnownAction {
        name: "s3:ListBucket",
        target: ActionTarget::Bucket,
    },
    KnownAction {
        name: "s3:ListAllMyBuckets",
        target: ActionTarget::Account,
    },
];

#[test]
fn bucket_policies_are_about_their_bucket() {
    let with = |action: Value, resource: Value| {
        let policy = policy(
            Kind::Bucket,
            json!({"Principal": "*", "Action": action, "Resource": resource}),
        );
        let checked = policy.check_bucket("b", &ACTIONS);
        checked
            .err()
            .map_or("none".into(), |malformed| malformed.to_string())
    };
    let (action, resource, apart) = (
        "Policy has invalid action",
        "Policy has invalid resource",
        "Action does not apply to any resource(s) in statement",
    );
    for (actions, resources, expected) in [
        (json!("s3:GetObject"), json!("arn:aws:s3:::b/*"), "none"),
        (json!("s3:*"), json!("arn:aws:s3:::b"), "none"),
        (
            json!("*"),
            json!(["arn:aws:s3:::b", "arn:aws:s3:::b/x"]),
            "none",
        ),
        (
            json!(["s3:getobject", "s3:List*"]),
            json!("arn:aws:s3:::b*"),
            "none",
        ),
        (json!("s3:GetObjekt"), json!("arn:aws:s3:::b/*"), action),
        (json!("iam:CreateUser"), json!("arn:aws:s3:::b/*"), action),
        (json!("s3:GetObject"), json!("arn:aws:s3:::c/*"), resource),
        (json!("s3:GetObject"), json!("arn:aws:s3:::bc/*"), resource),
        (json!("s3:GetObject"), json!("*"), resource),
        (json!("s3:*"), json!("arn:aws:s3:::*"), "none"),
        (json!("s3:GetObject"), json!("arn:aws:s3:::*/*"), "none"),
        (json!("s3:ListBucket"), json!("arn:aws:s3:::?"), "none"),
        (json!("s3:GetObject"), json!("arn:aws:s3:::?"), apart),
        (json!("s3:ListBucket"), json!("arn:aws:s3:::*/*"), apart),
        (json!("s3:GetObject"), json!("arn:aws:s3:::c*"), resource),
        (
            json!("s3:GetObject"),
            json!("arn:aws:s3:::${aws:username}/*"),
            resource,
        ),
        (json!("s3:GetObject"), json!("arn:aws:sqs:::b/*"), resource),
        (json!("s3:GetObject"), json!("arn:aws:s3:::b"), apart),
        (json!("s3:ListBucket"), json!("arn:aws:s3:::b/*"), apart),
        (json!("s3:ListAllMyBuckets"), json!("arn:aws:s3:::b"), apart),
    ] {
        let described = format!("{actions} {resources}");
        assert_eq!(with(actions, resources), expected, "{described}");
    }
}
