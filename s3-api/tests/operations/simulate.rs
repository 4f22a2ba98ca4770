//! What policies would decide, asked through IAM, against what they then do decide; and when keys
//! were last used.

use crate::calls::Parameter;
use crate::support::{Client, Keys, Reply, call};

const NUMBER: &str = "111122223333";
const ANNA: &str = "arn:aws:iam::111122223333:user/anna";
const READING: &str = r#"{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::bucket/open/*"},
 {"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/open/not",
  "Condition":{"StringEquals":{"aws:UserAgent":"browser"}}}]}"#;

/// An account whose root has a bucket, and a user who may read some of it.
async fn with_anna() -> (Client, Keys, Keys) {
    let client = Client::new().await;
    let root = client.account_with_number("one", NUMBER).await;
    client.send_as(&root, call("PUT", "/bucket")).await.ok();
    let anna = ("UserName", "anna");
    client.iam(&root, "CreateUser", &[anna]).await.ok();
    let policy = [anna, ("PolicyName", "read"), ("PolicyDocument", READING)];
    client.iam(&root, "PutUserPolicy", &policy).await.ok();
    let key = client.iam(&root, "CreateAccessKey", &[anna]).await.ok();
    let keys = Keys::new(key.tag("AccessKeyId"), key.tag("SecretAccessKey"));
    (client, root, keys)
}

async fn simulate(client: &Client, root: &Keys, more: &[Parameter<'_>]) -> Reply {
    let mut parameters = vec![("PolicySourceArn", ANNA)];
    parameters.extend(more);
    client
        .iam(root, "SimulatePrincipalPolicy", &parameters)
        .await
}

const GET: Parameter<'static> = ("ActionNames.member.1", "s3:GetObject");
const OPEN: Parameter<'static> = ("ResourceArns.member.1", "arn:aws:s3:::bucket/open/a");
const SHUT: Parameter<'static> = ("ResourceArns.member.2", "arn:aws:s3:::bucket/shut/a");
const NOT: Parameter<'static> = ("ResourceArns.member.1", "arn:aws:s3:::bucket/open/not");

#[tokio::test]
async fn what_is_simulated_is_what_happens() {
    let (client, root, anna) = with_anna().await;
    let both = simulate(&client, &root, &[GET, OPEN, SHUT]).await.ok();
    assert_eq!(
        both.tags("EvalResourceDecision"),
        ["allowed", "implicitDeny"]
    );
    assert_eq!(both.tag("EvalDecision"), "implicitDeny");
    assert_eq!(both.tags("SourcePolicyId"), ["user_anna_read"]);
    assert_eq!(both.tags("Line"), ["2", "2"]);
    for (key, status) in [("open/a", 404), ("shut/a", 403)] {
        let target = format!("/bucket/{key}");
        let got = client.send_as(&anna, call("GET", target)).await;
        // Who may read an object but not list the bucket is not told that it is absent.
        let expected = if status == 404 { 403 } else { status };
        assert_eq!(got.status, expected, "{key}");
    }
    client
        .send_as(&root, call("PUT", "/bucket/open/a").body("x"))
        .await
        .ok();
    client
        .send_as(&anna, call("GET", "/bucket/open/a"))
        .await
        .ok();

    let blind = simulate(&client, &root, &[GET, NOT]).await.ok();
    assert_eq!(blind.tag("EvalDecision"), "allowed");
    assert!(blind.text().contains("<member>aws:UserAgent</member>"));
    let browser = [
        ("ContextEntries.member.1.ContextKeyName", "aws:UserAgent"),
        ("ContextEntries.member.1.ContextKeyType", "string"),
        (
            "ContextEntries.member.1.ContextKeyValues.member.1",
            "browser",
        ),
    ];
    let denied = simulate(&client, &root, &[&[GET, NOT], &browser[..]].concat()).await;
    let denied = denied.ok();
    assert_eq!(denied.tag("EvalDecision"), "explicitDeny");
    assert_eq!(denied.tags("Line")[0], "3");
    assert!(!denied.text().contains("<member>aws:UserAgent</member>"));
}

#[tokio::test]
async fn simulations_are_refused_with_a_reason() {
    let (client, root, anna) = with_anna().await;
    for (more, code) in [
        (&[][..], "InvalidInput"),
        (&[("ActionNames.member.1", "s3:*")], "InvalidInput"),
        (&[GET, ("ResourceArns.member.1", "bucket")], "InvalidInput"),
        (&[GET, ("PolicyInputList.member.1", "{")], "InvalidInput"),
        (
            &[GET, ("PolicyExclusionList.member.1.PolicyArn", "arn:aws:x")],
            "InvalidInput",
        ),
        (&[GET, ("MaxItems", "0")], "ValidationError"),
        (
            &[GET, ("ContextEntries.member.1.ContextKeyType", "ip")],
            "ValidationError",
        ),
    ] {
        let refused = simulate(&client, &root, more).await;
        refused.refused(400, code);
    }
    // It tells what others may: not everybody may ask.
    simulate(&client, &anna, &[GET])
        .await
        .refused(403, "AccessDenied");
    let custom = [("PolicyInputList.member.1", READING), GET];
    let custom = client.iam(&anna, "SimulateCustomPolicy", &custom).await;
    custom.refused(403, "AccessDenied");
    let nobody = [("PolicySourceArn", "arn:aws:iam::111122223333:user/x"), GET];
    let nobody = client.iam(&root, "SimulatePrincipalPolicy", &nobody).await;
    nobody.refused(404, "NoSuchEntity");
}

#[tokio::test]
async fn keys_tell_when_they_were_last_used() {
    let (client, root, anna) = with_anna().await;
    let of = |keys: &Keys| [("AccessKeyId", keys.access.clone())];
    let ask = async |asking: &Keys, of: [(&str, String); 1]| {
        let of = [(of[0].0, of[0].1.as_str())];
        client.iam(asking, "GetAccessKeyLastUsed", &of).await
    };
    let unused = ask(&root, of(&anna)).await.ok();
    assert_eq!(
        (unused.tag("ServiceName"), unused.tag("Region")),
        ("N/A", "N/A")
    );
    assert!(!unused.text().contains("LastUsedDate"));
    // A wrong signature is no use of the key.
    let thief = Keys::new(&anna.access, "guessed");
    client
        .send_as(&thief, call("GET", "/bucket/open/a"))
        .await
        .refused(403, "SignatureDoesNotMatch");
    let unused = ask(&root, of(&anna)).await.ok();
    assert_eq!(unused.tag("ServiceName"), "N/A");
    client.send_as(&anna, call("GET", "/bucket/open/a")).await;
    let used = ask(&root, of(&anna)).await.ok();
    assert_eq!(
        (
            used.tag("UserName"),
            used.tag("ServiceName"),
            used.tag("Region")
        ),
        ("anna", "s3", "us-east-1")
    );
    assert!(used.tag("LastUsedDate").ends_with('Z'));
    let stranger = client.account_with_number("two", "444455556666").await;
    ask(&stranger, of(&anna)).await.refused(404, "NoSuchEntity");
    ask(&anna, of(&anna)).await.refused(403, "AccessDenied");
}
