//! What policies would decide, asked through IAM, against what they then do decide; and when keys
//! were last used.

use crate::calls::Parameter;
use crate::support::{Client, Keys, Reply, call};
use identity::Caller;
use identity::policy::Work;
use s3_api::{Deliberation, Ground, Ownership};

const NUMBER: &str = "111122223333";
const ANNA: &str = "arn:aws:iam::111122223333:user/anna";
const READING: &str = r#"{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::bucket/open/*"},
 {"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/open/not",
  "Condition":{"StringEquals":{"aws:UserAgent":"browser"}}}]}"#;

/// A simulation of a document, on resources of another account.
pub(crate) fn of_document(document: &'static str) -> Vec<Parameter<'static>> {
    vec![
        ("PolicyInputList.member.1", document),
        ("PermissionsBoundaryPolicyInputList.member.1", document),
        ("ActionNames.member.1", "s3:GetObject"),
        ("ActionNames.member.2", "iam:CreateUser"),
        ("ResourceArns.member.1", "arn:aws:s3:::b/k"),
        ("ResourceArns.member.2", "arn:aws:s3:::b"),
        ("ResourceOwner", "arn:aws:iam::444455556666:root"),
        ("ContextEntries.member.1.ContextKeyName", "aws:SourceIp"),
        ("ContextEntries.member.1.ContextKeyType", "ip"),
        (
            "ContextEntries.member.1.ContextKeyValues.member.1",
            "10.0.0.1",
        ),
    ]
}

/// A simulation of a user's policies.
pub(crate) fn of_anna() -> Vec<Parameter<'static>> {
    vec![
        ("PolicySourceArn", "arn:aws:iam::111122223333:user/a/anna"),
        ("ActionNames.member.1", "s3:GetObject"),
    ]
}

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

/// A bucket of one account, and whoever else: what decides is named, whatever it is.
#[tokio::test]
async fn what_decides_is_named() {
    let client = Client::set(|config| config.ownership = Ownership::ObjectWriter).await;
    let owner = client.account_with_number("one", NUMBER).await;
    let other = client.account_with_number("two", "444455556666").await;
    client.send_as(&owner, call("PUT", "/bucket")).await.ok();
    let other = client.identity.find(&other.access, None).unwrap();
    let owner_caller = client.identity.find(&owner.access, None).unwrap();
    let explain = async |caller: &Caller, action: &str| {
        let asked = Deliberation {
            caller,
            action,
            bucket: "bucket",
            key: if action == "s3:ListBucket" { b"" } else { b"k" },
            context: &[],
            work: &Work::default(),
        };
        client.s3.explain(asked).await.unwrap()
    };
    let own = explain(owner_caller.caller().unwrap(), "s3:GetObject").await;
    assert_eq!((own.is_allowed(), own.ground), (true, Ground::Policies));
    let stranger = explain(other.caller().unwrap(), "s3:ListBucket").await;
    assert_eq!(
        (stranger.is_allowed(), stranger.ground),
        (false, Ground::Policies)
    );
    assert!(stranger.statements.is_empty());

    let policy = r#"{"Version":"2012-10-17","Statement":{"Sid":"all","Effect":"Allow","Principal":"*","Action":["s3:ListBucket","s3:PutObject"],"Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"]}}"#;
    let put = call("PUT", "/bucket?policy").body(policy);
    client.send_as(&owner, put).await.ok();
    let let_in = explain(other.caller().unwrap(), "s3:ListBucket").await;
    assert_eq!(
        (let_in.is_allowed(), let_in.ground),
        (true, Ground::Policies)
    );
    assert_eq!(let_in.statements[0].sid.as_deref(), Some("all"));

    let block = "<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
    let put = call("PUT", "/bucket?publicAccessBlock").body(block).md5();
    client.send_as(&owner, put).await.ok();
    let shut = explain(other.caller().unwrap(), "s3:ListBucket").await;
    assert_eq!(
        (shut.is_allowed(), shut.ground),
        (false, Ground::PublicAccessBlock)
    );
    let put = call("PUT", "/bucket?acl").header("x-amz-acl", "public-read");
    client.send_as(&owner, put).await.ok();
    let listed = explain(other.caller().unwrap(), "s3:ListBucket").await;
    assert_eq!((listed.is_allowed(), listed.ground), (true, Ground::List));
    let writing = explain(other.caller().unwrap(), "s3:PutObject").await;
    assert!(!writing.is_allowed());
    // And so it is.
    let list = |by| client.send_raw(call("GET", "/bucket").signed_by(by));
    let keys = Keys::new(other.caller().unwrap().access_key(), other.secret.expose());
    list(&keys).await.ok();
    let nobody = Caller::anonymous();
    assert!(explain(&nobody, "s3:ListBucket").await.is_allowed());
    let absent = Deliberation {
        caller: &nobody,
        action: "s3:ListBucket",
        bucket: "absent",
        key: b"",
        context: &[],
        work: &Work::default(),
    };
    let absent = client.s3.explain(absent).await.unwrap_err();
    assert!(matches!(absent, storage_engine::Error::NoSuchBucket { .. }));
}
