use super::*;
use serde_json::json;

#[test]
fn what_means_no_action_is_told_with_what_was_meant() {
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": ["s3:GetObjekt", "s3:Get*", "S3:PUTOBJECT", "*"], "Resource": "*" },
        { "Effect": "Allow", "Action": "admin:ServerInfo", "Resource": "*" },
        { "Effect": "Deny", "NotAction": ["GetObject", "s3:Getttt*", "s3:GetObjekt"], "Resource": "*" },
        { "Effect": "Allow", "Action": ["cairn:RunJob", "kms:CreateKey", "iam:CreateLoginProfile",
          "sts:AssumeRole", "iam:ListUsers"], "Resource": "*" },
    ] });
    let told = unknown_in(&document);
    let told: Vec<_> = told
        .iter()
        .map(|it| (it.action.as_str(), it.near.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("s3:GetObjekt", Some("s3:GetObject")),
            ("admin:ServerInfo", None),
            ("GetObject", Some("s3:GetObject")),
            ("s3:Getttt*", None),
        ]
    );
    let words = unknown_actions(&document);
    assert!(words[0].ends_with("; is s3:GetObject meant?"), "{words:?}");
    for odd in [
        json!(null),
        json!("x"),
        json!({ "Statement": [1, { "Action": [2] }] }),
    ] {
        assert_eq!(unknown_in(&odd), []);
    }
}

#[test]
fn a_document_of_nothing_else_is_told_of_in_part() {
    let actions: Vec<String> = (0..100).map(|number| format!("none:No{number}")).collect();
    let statement = json!({ "Statement": { "Action": actions } });
    assert_eq!(unknown_in(&statement).len(), TOLD_MAX);
}

#[test]
fn every_service_has_actions_that_are_known() {
    for service in ["s3", "iam", "sts", "kms", "cairn"] {
        assert!(is_known(&format!("{service}:*")), "{service}");
    }
    assert!(!is_known("-"));
}
