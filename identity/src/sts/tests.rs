//! Temporary credentials, from end to end.

use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::*;
use crate::caller::{Owner, Refusal, Target};
use crate::iam::{NewProvider, NewRole, NewUser, PolicyHolder};
use crate::model::{Account, Provider, Tag};
use crate::policy::Context;
use crate::rig::{Rig, document};

async fn role(rig: &Rig, account: &Account, name: &str, trust: Value) -> String {
    let trust = json!({"Version": "2012-10-17", "Statement": trust}).to_string();
    let new = NewRole {
        name,
        trust: &trust,
        tags: vec![Tag {
            key: "Department".into(),
            value: "Engineering".into(),
        }],
        ..NewRole::default()
    };
    rig.identity
        .iam_of(account)
        .create_role(new)
        .await
        .unwrap()
        .arn()
}

fn assume(role_arn: &str) -> AssumeRole<'_> {
    AssumeRole {
        role_arn,
        session_name: "today",
        ..AssumeRole::default()
    }
}

fn may(caller: &Caller, action: &str, resource: &str) -> bool {
    let target = Target {
        resource: resource.as_bytes(),
        owner: Owner::Caller,
        policy: None,
    };
    caller
        .authorize(action, &target, &Context::new())
        .is_allowed()
}

#[tokio::test]
async fn a_session_token_carries_the_rights_of_its_user() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    iam.create_user(NewUser {
        name: "anna",
        ..NewUser::default()
    })
    .await
    .unwrap();
    let anna = rig.key(&iam, "anna").await;
    iam.put_policy(
        PolicyHolder::User("anna"),
        "p",
        &document("Allow", "s3:Get*", "*"),
    )
    .await
    .unwrap();
    let anna = rig.identity.find(&anna, None).unwrap();
    let issued = rig.identity.get_session_token(&anna.caller, None).unwrap();
    let found = rig
        .identity
        .find(&issued.access_key, Some(&issued.token))
        .unwrap();
    assert_eq!(found.secret, issued.secret);
    assert_eq!(found.caller.arn(), anna.caller.arn());
    assert!(found.caller.is_temporary());
    assert!(may(&found.caller, "s3:GetObject", "arn:aws:s3:::b/k"));
    // A change is seen by sessions that have been seen before.
    iam.delete_policy_of(PolicyHolder::User("anna"), "p")
        .await
        .unwrap();
    let found = rig
        .identity
        .find(&issued.access_key, Some(&issued.token))
        .unwrap();
    assert!(!may(&found.caller, "s3:GetObject", "arn:aws:s3:::b/k"));
    let again = rig
        .identity
        .get_session_token(&found.caller, None)
        .unwrap_err();
    assert_eq!(again.code(), "AccessDenied");
    for (key, token) in [
        (&*issued.access_key, None),
        (&*issued.access_key, Some("x")),
        (anna.caller.access_key(), Some(&*issued.token)),
    ] {
        assert_eq!(
            rig.identity.find(key, token).unwrap_err(),
            Refusal::InvalidToken
        );
    }
    rig.pass(limits::USER_SESSION_SECONDS_DEFAULT.into());
    let late = rig.identity.find(&issued.access_key, Some(&issued.token));
    assert_eq!(late.unwrap_err(), Refusal::ExpiredToken);
}

#[tokio::test]
async fn a_deleted_user_has_no_sessions() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    iam.create_user(NewUser {
        name: "anna",
        ..NewUser::default()
    })
    .await
    .unwrap();
    let key = rig.key(&iam, "anna").await;
    let anna = rig.identity.find(&key, None).unwrap();
    let issued = rig
        .identity
        .get_session_token(&anna.caller, Some(900))
        .unwrap();
    iam.delete_access_key(Some("anna"), &key).await.unwrap();
    iam.delete_user("anna").await.unwrap();
    let found = rig.identity.find(&issued.access_key, Some(&issued.token));
    assert_eq!(found.unwrap_err(), Refusal::InvalidToken);
}

#[tokio::test]
async fn a_role_is_assumed_by_whom_it_trusts() {
    let rig = Rig::new().await;
    let (one, two) = (rig.account("one").await, rig.account("two").await);
    let iam = rig.identity.iam_of(&two);
    let view = iam
        .create_user(NewUser {
            name: "berta",
            ..NewUser::default()
        })
        .await
        .unwrap();
    let berta = rig
        .identity
        .find(&rig.key(&iam, "berta").await, None)
        .unwrap();
    let trust = |who: &str| json!({"Effect": "Allow", "Principal": {"AWS": who}, "Action": "sts:AssumeRole"});
    let named = role(&rig, &one, "named", trust(&view.arn)).await;
    let by_account = role(&rig, &one, "account", trust(&two.number)).await;
    let none = Context::new();
    let try_it = |arn: &str| rig.identity.assume_role(&berta.caller, &assume(arn), &none);
    let assumed = try_it(&named).unwrap();
    assert_eq!(
        assumed.arn,
        format!("arn:aws:sts::{}:assumed-role/named/today", one.number)
    );
    assert_eq!(try_it(&by_account).unwrap_err().code(), "AccessDenied");
    assert_eq!(
        try_it("arn:aws:iam::1:role/x").unwrap_err().code(),
        "AccessDenied"
    );
    let policy = document("Allow", "sts:AssumeRole", "*");
    iam.put_policy(PolicyHolder::User("berta"), "p", &policy)
        .await
        .unwrap();
    let berta = rig.identity.find(berta.caller.access_key(), None).unwrap();
    rig.identity
        .assume_role(&berta.caller, &assume(&by_account), &none)
        .unwrap();

    // The session has the role's rights, as they are now, in the role's account.
    let credentials = &assumed.credentials;
    let find = || {
        rig.identity
            .find(&credentials.access_key, Some(&credentials.token))
            .unwrap()
    };
    assert!(!may(&find().caller, "s3:ListAllMyBuckets", "*"));
    let policy = document("Allow", "s3:*", "*");
    let home = rig.identity.iam_of(&one);
    home.put_policy(PolicyHolder::Role("named"), "p", &policy)
        .await
        .unwrap();
    let found = find();
    assert!(may(&found.caller, "s3:ListAllMyBuckets", "*"));
    assert_eq!(found.caller.account().id, one.id);
    // Its sessions end with the role.
    home.delete_policy_of(PolicyHolder::Role("named"), "p")
        .await
        .unwrap();
    home.delete_role("named").await.unwrap();
    let gone = rig
        .identity
        .find(&credentials.access_key, Some(&credentials.token));
    assert_eq!(gone.unwrap_err(), Refusal::InvalidToken);
}

#[tokio::test]
async fn session_policies_limit_a_session() {
    let rig = Rig::new().await;
    let one = rig.account("one").await;
    let trust = json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"});
    let arn = role(&rig, &one, "r", trust).await;
    let iam = rig.identity.iam_of(&one);
    iam.put_policy(
        PolicyHolder::Role("r"),
        "p",
        &document("Allow", "s3:*", "*"),
    )
    .await
    .unwrap();
    let root = rig.root_of(&one);
    let limited = |policy: Option<&'static str>, arns: &[&str]| {
        let request = AssumeRole {
            policy,
            policy_arns: arns.iter().map(|arn| (*arn).to_owned()).collect(),
            ..assume(&arn)
        };
        rig.identity
            .assume_role(&root.caller, &request, &Context::new())
            .map(|assumed| {
                let credentials = assumed.credentials;
                rig.identity
                    .find(&credentials.access_key, Some(&credentials.token))
                    .unwrap()
            })
    };
    const GET: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
    let (get, put) = ("s3:GetObject", "s3:PutObject");
    let read_only = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    for (policy, arns, may_get, may_put) in [
        (None, &[][..], true, true),
        (Some(GET), &[], true, false),
        (None, &[read_only], true, false),
    ] {
        let found = limited(policy, arns).unwrap();
        assert_eq!(may(&found.caller, get, "arn:aws:s3:::b/k"), may_get);
        assert_eq!(may(&found.caller, put, "arn:aws:s3:::b/k"), may_put);
    }
    assert_eq!(
        limited(Some("{"), &[]).unwrap_err().code(),
        "MalformedPolicyDocument"
    );
    assert_eq!(
        limited(None, &["arn:aws:iam::aws:policy/No"])
            .unwrap_err()
            .code(),
        "NoSuchEntity"
    );
    let long = AssumeRole {
        seconds: Some(7200),
        ..assume(&arn)
    };
    let refused = rig
        .identity
        .assume_role(&root.caller, &long, &Context::new());
    assert_eq!(refused.unwrap_err().code(), "ValidationError");
}

/// A provider whose keys are at hand.
#[derive(Debug)]
struct Keys(String);

impl KeySource for Keys {
    fn keys<'a>(&'a self, _: &'a Provider, _: Option<&'a str>) -> KeysFuture<'a> {
        Box::pin(async { Ok(self.0.as_str().into()) })
    }
}

fn token(pair: &Ed25519KeyPair, claims: &Value) -> String {
    let text = |bytes: &[u8]| base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes);
    let header = text(br#"{"alg":"EdDSA"}"#);
    let signed = format!("{header}.{}", text(claims.to_string().as_bytes()));
    let signature = pair.sign(signed.as_bytes());
    format!("{signed}.{}", text(signature.as_ref()))
}

#[tokio::test]
async fn web_identities() {
    let rig = Rig::new().await;
    let one = rig.account("one").await;
    let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref()).unwrap();
    let x = base64_simd::URL_SAFE_NO_PAD.encode_to_string(pair.public_key());
    let keys = Keys(json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x}]}).to_string());
    let new = NewProvider {
        url: "http://localhost:8080/auth/realms/demo",
        clients: vec!["app".into()],
        ..NewProvider::default()
    };
    let provider = rig
        .identity
        .iam_of(&one)
        .create_provider(new)
        .await
        .unwrap();
    let trust = json!({
        "Effect": "Allow",
        "Principal": {"Federated": provider.arn()},
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
        "Condition": {"StringEquals": {"localhost:8080/auth/realms/demo:sub": "anna"},
                      "ForAllValues:StringEquals": {"aws:TagKeys": ["Team"]}},
    });
    let arn = role(&rig, &one, "web", trust).await;
    let now = rig.identity.seconds();
    let claims = |subject: &str, audience: &str| {
        json!({"iss": provider.url, "sub": subject, "aud": audience, "exp": now + 600,
               "https://aws.amazon.com/tags": {"principal_tags": {"Team": ["a", "b"]}}})
    };
    let ask = async |claims: Value| {
        let token = token(&pair, &claims);
        let request = WebIdentityRequest {
            role_arn: &arn,
            session_name: "anna",
            token: &token,
            ..WebIdentityRequest::default()
        };
        rig.identity
            .assume_role_with_web_identity(&keys, &request, &Context::new())
            .await
    };
    let assumed = ask(claims("anna", "app")).await.unwrap();
    assert_eq!((&*assumed.subject, &*assumed.audience), ("anna", "app"));
    let credentials = assumed.role.credentials;
    let found = rig
        .identity
        .find(&credentials.access_key, Some(&credentials.token))
        .unwrap();
    let context = &found.caller.principal().context;
    assert_eq!(context.get("aws:PrincipalTag/Team").unwrap(), ["a", "b"]);
    assert_eq!(
        context.get("aws:PrincipalTag/Department").unwrap(),
        ["Engineering"]
    );
    assert_eq!(
        context.get("localhost:8080/auth/realms/demo:sub").unwrap(),
        ["anna"]
    );

    for (claims, code) in [
        (claims("berta", "app"), "AccessDenied"),
        (claims("anna", "another"), "InvalidIdentityToken"),
        (
            json!({"iss": "https://nobody", "sub": "anna", "aud": "app", "exp": now + 600}),
            "InvalidIdentityToken",
        ),
        (
            json!({"iss": provider.url, "sub": "anna", "aud": "app", "exp": now}),
            "ExpiredTokenException",
        ),
    ] {
        assert_eq!(
            ask(claims.clone()).await.unwrap_err().code(),
            code,
            "{claims}"
        );
    }
}

#[tokio::test]
async fn a_restricted_key_makes_restricted_sessions() {
    let rig = Rig::new().await;
    let one = rig.account("one").await;
    let restriction = document("Allow", "s3:GetObject", "*");
    let request = crate::iam::KeyRequest {
        restriction: Some(&restriction),
        ..Default::default()
    };
    let new = rig
        .identity
        .iam_of(&one)
        .create_access_key_as(None, request)
        .await
        .unwrap();
    let root = rig.identity.find(&new.key.id, None).unwrap();
    assert!(!may(&root.caller, "s3:PutObject", "arn:aws:s3:::b/k"));
    let issued = rig.identity.get_session_token(&root.caller, None).unwrap();
    let session = rig
        .identity
        .find(&issued.access_key, Some(&issued.token))
        .unwrap();
    assert!(may(&session.caller, "s3:GetObject", "arn:aws:s3:::b/k"));
    assert!(!may(&session.caller, "s3:PutObject", "arn:aws:s3:::b/k"));
}
