//! Sessions: roles assumed, web identities, and who one is.

use crate::calls::{form, unsigned};
use crate::support::{Client, Keys, call};
use identity::model::Provider;
use identity::sts::{KeySource, KeysFuture};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

const NUMBER: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/r";
const S3: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

fn trusting(principal: &str, actions: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":[{actions}],"Principal":{principal}}}]}}"#
    )
}

async fn with_role(client: &Client, root: &Keys, trust: &str) {
    let role = ("RoleName", "r");
    let create = [role, ("AssumeRolePolicyDocument", trust)];
    client.iam(root, "CreateRole", &create).await.ok();
    let put = [role, ("PolicyName", "p"), ("PolicyDocument", S3)];
    client.iam(root, "PutRolePolicy", &put).await.ok();
}

const ASSUME: [(&str, &str); 2] = [("RoleArn", ROLE), ("RoleSessionName", "anna")];

#[tokio::test]
async fn a_role_is_assumed_and_used() {
    let client = Client::new().await;
    let root = client.account_with_number("one", NUMBER).await;
    let trust = trusting(r#"{"AWS":"*"}"#, r#""sts:AssumeRole","sts:TagSession""#);
    with_role(&client, &root, &trust).await;
    let assumed = client.sts(&root, "AssumeRole", &ASSUME).await.ok();
    assert_eq!(
        assumed.shape().split_once('\n').unwrap().1,
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <AssumeRoleResult><AssumedRoleUser>\
         <Arn>arn:aws:sts::111122223333:assumed-role/r/anna</Arn>\
         <AssumedRoleId>…</AssumedRoleId></AssumedRoleUser>\
         <Credentials><AccessKeyId>…</AccessKeyId><SecretAccessKey>…</SecretAccessKey>\
         <SessionToken>…</SessionToken><Expiration>…</Expiration></Credentials>\
         <PackedPolicySize>…</PackedPolicySize></AssumeRoleResult>\
         <ResponseMetadata><RequestId>…</RequestId></ResponseMetadata></AssumeRoleResponse>"
    );
    let session = assumed.keys();
    client.send_as(&session, call("PUT", "/bucket")).await.ok();
    let who = client.sts(&session, "GetCallerIdentity", &[]).await.ok();
    assert_eq!(
        (who.tag("Arn"), who.tag("Account"), who.tag("UserId")),
        (
            "arn:aws:sts::111122223333:assumed-role/r/anna",
            NUMBER,
            assumed.tag("AssumedRoleId")
        )
    );
    // What a session policy leaves out the session may not do.
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]}"#;
    let limited = [ASSUME[0], ASSUME[1], ("Policy", document)];
    let limited = client.sts(&root, "AssumeRole", &limited).await.ok().keys();
    client.send_as(&limited, call("GET", "/bucket")).await.ok();
    let put = client.send_as(&limited, call("PUT", "/bucket/key")).await;
    put.refused(403, "AccessDenied");
    for (parameter, code) in [
        (("DurationSeconds", "899"), "ValidationError"),
        (("DurationSeconds", "43201"), "ValidationError"),
        (("DurationSeconds", "soon"), "ValidationError"),
        (("Policy", "{"), "MalformedPolicyDocument"),
        (
            ("TransitiveTagKeys.member.1", "not-given"),
            "ValidationError",
        ),
    ] {
        let refused = [ASSUME[0], ASSUME[1], parameter];
        let reply = client.sts(&root, "AssumeRole", &refused).await;
        reply.refused(400, code);
    }
    let device = [ASSUME[0], ASSUME[1], ("TokenCode", "123456")];
    let device = client.sts(&root, "AssumeRole", &device).await;
    device.refused(403, "AccessDenied");
    let absent = [("RoleArn", "arn:aws:iam::111122223333:role/x"), ASSUME[1]];
    let absent = client.sts(&root, "AssumeRole", &absent).await;
    absent.refused(403, "AccessDenied");
}

#[tokio::test]
async fn sessions_of_users_and_roots() {
    let client = Client::new().await;
    let root = client.account_with_number("one", NUMBER).await;
    let who = client.sts(&root, "GetCallerIdentity", &[]).await.ok();
    assert_eq!(
        (who.tag("Arn"), who.tag("UserId")),
        ("arn:aws:iam::111122223333:root", NUMBER)
    );
    let session = client.sts(&root, "GetSessionToken", &[]).await.ok().keys();
    client.send_as(&session, call("PUT", "/bucket")).await.ok();
    let again = client.sts(&session, "GetSessionToken", &[]).await;
    again.refused(403, "AccessDenied");
    let tampered = Keys {
        token: session.token.map(|token| token[1..].to_owned()),
        ..session
    };
    let tampered = client.sts(&tampered, "GetCallerIdentity", &[]).await;
    tampered.refused(403, "InvalidClientTokenId");
}

#[tokio::test]
async fn a_user_vouches_for_somebody() {
    let client = Client::new().await;
    let root = client.account_with_number("one", NUMBER).await;
    let bob = [("Name", "Bob"), ("Policy", S3)];
    let given = client.sts(&root, "GetFederationToken", &bob).await.ok();
    assert_eq!(
        given.shape().split_once('\n').unwrap().1,
        "<GetFederationTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetFederationTokenResult>\
         <Credentials><AccessKeyId>…</AccessKeyId><SecretAccessKey>…</SecretAccessKey>\
         <SessionToken>…</SessionToken><Expiration>…</Expiration></Credentials>\
         <FederatedUser><FederatedUserId>111122223333:Bob</FederatedUserId>\
         <Arn>arn:aws:sts::111122223333:federated-user/Bob</Arn></FederatedUser>\
         <PackedPolicySize>…</PackedPolicySize></GetFederationTokenResult>\
         <ResponseMetadata><RequestId>…</RequestId></ResponseMetadata></GetFederationTokenResponse>"
    );
    let session = given.keys();
    client.send_as(&session, call("PUT", "/bucket")).await.ok();
    let who = client.sts(&session, "GetCallerIdentity", &[]).await.ok();
    assert_eq!(
        (who.tag("Arn"), who.tag("Account"), who.tag("UserId")),
        (
            "arn:aws:sts::111122223333:federated-user/Bob",
            NUMBER,
            "111122223333:Bob"
        )
    );
    // Of IAM and STS there is nothing else for it.
    let users = client.iam(&session, "ListUsers", &[]).await;
    users.refused(403, "AccessDenied");
    for action in ["GetFederationToken", "GetSessionToken"] {
        let again = client.sts(&session, action, &bob).await;
        again.refused(403, "AccessDenied");
    }
    let role = client.sts(&session, "AssumeRole", &ASSUME).await;
    role.refused(403, "AccessDenied");
    // Without a policy it has no rights.
    let bare = client
        .sts(&root, "GetFederationToken", &bob[..1])
        .await
        .ok();
    let bare = client.send_as(&bare.keys(), call("GET", "/bucket")).await;
    bare.refused(403, "AccessDenied");
}

#[tokio::test]
async fn the_servers_own_account_has_a_number() {
    let client = Client::new().await;
    let root = Keys::root();
    let who = client.sts(&root, "GetCallerIdentity", &[]).await.ok();
    let number = who.tag("Account");
    assert!(number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit()));
    assert_eq!(who.tag("Arn"), format!("arn:aws:iam::{number}:root"));
    client.send_as(&root, call("PUT", "/bucket")).await.ok();
    // Clients may say whose bucket they expect it to be.
    for (owner, status) in [(number, 200), ("111122223333", 403)] {
        let head = call("HEAD", "/bucket").header("x-amz-expected-bucket-owner", owner);
        assert_eq!(client.send_as(&root, head).await.status, status);
    }
    let anna = ("UserName", "anna");
    let made = client.iam(&root, "CreateUser", &[anna]).await.ok();
    assert_eq!(made.tag("Arn"), format!("arn:aws:iam::{number}:user/anna"));
    let key = client.iam(&root, "CreateAccessKey", &[anna]).await.ok();
    let anna = Keys::new(key.tag("AccessKeyId"), key.tag("SecretAccessKey"));
    let policy = format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{number}:user/anna"}},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::bucket"}}}}"#
    );
    client
        .send_as(&anna, call("GET", "/bucket"))
        .await
        .refused(403, "AccessDenied");
    let put = call("PUT", "/bucket?policy").body(policy);
    client.send_as(&root, put).await.sent();
    client.send_as(&anna, call("GET", "/bucket")).await.ok();
}

/// Provider of one key.
#[derive(Debug)]
struct OneKey(String);

impl KeySource for OneKey {
    fn keys<'a>(&'a self, _: &'a Provider, _: Option<&'a str>) -> KeysFuture<'a> {
        Box::pin(async { Ok(self.0.as_str().into()) })
    }
}

fn token(pair: &Ed25519KeyPair, claims: &str) -> String {
    let encode = |bytes: &[u8]| base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes);
    let signed = format!(
        "{}.{}",
        encode(br#"{"alg":"EdDSA","kid":"k"}"#),
        encode(claims.as_bytes())
    );
    let signature = encode(pair.sign(signed.as_bytes()).as_ref());
    format!("{signed}.{signature}")
}

#[tokio::test]
async fn a_web_identity_signs_nothing() {
    let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref()).unwrap();
    let x = base64_simd::URL_SAFE_NO_PAD.encode_to_string(pair.public_key());
    let keys = format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"k","x":"{x}"}}]}}"#);
    let source = Arc::new(OneKey(keys));
    let client = Client::set(|config| config.web_keys = source).await;
    let root = client.account_with_number("one", NUMBER).await;
    let provider = [
        ("Url", "https://id.example.com"),
        ("ClientIDList.member.1", "app"),
    ];
    client
        .iam(&root, "CreateOpenIDConnectProvider", &provider)
        .await
        .ok();
    let principal = r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/id.example.com"}"#;
    with_role(
        &client,
        &root,
        &trusting(principal, r#""sts:AssumeRoleWithWebIdentity""#),
    )
    .await;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let claims = |audience: &str, expires: u64| {
        format!(
            r#"{{"iss":"https://id.example.com","aud":"{audience}","sub":"subject","exp":{expires}}}"#
        )
    };
    let assume = async |token: &str| {
        let parameters = [ASSUME[0], ASSUME[1], ("WebIdentityToken", token)];
        let body = form("AssumeRoleWithWebIdentity", &parameters);
        client.send_raw(unsigned(body)).await
    };
    let assumed = assume(&token(&pair, &claims("app", now + 60))).await.ok();
    assert_eq!(
        (
            assumed.tag("SubjectFromWebIdentityToken"),
            assumed.tag("Audience"),
            assumed.tag("Provider")
        ),
        ("subject", "app", "https://id.example.com")
    );
    client
        .send_as(&assumed.keys(), call("PUT", "/bucket"))
        .await
        .ok();
    let refused = assume(&token(&pair, &claims("app", now - 60))).await;
    assert!(refused.text().contains("sts.amazonaws.com/doc/2011-06-15"));
    refused.refused(400, "ExpiredTokenException");
    let other = assume(&token(&pair, &claims("other", now + 60))).await;
    other.refused(400, "InvalidIdentityToken");
    assume("abcdef").await.refused(400, "InvalidIdentityToken");
    let long = "x".repeat(30_000);
    assume(&long).await.refused(400, "InvalidIdentityToken");
    // As some write it: everything in the query, and nothing in the body.
    let query = form(
        "AssumeRoleWithWebIdentity",
        &[
            ASSUME[0],
            ASSUME[1],
            ("WebIdentityToken", &token(&pair, &claims("app", now + 60))),
        ],
    );
    let asked = client
        .send_raw(call("POST", format!("/?{query}")).unsigned())
        .await;
    asked.ok();
}

#[tokio::test]
async fn without_a_source_of_keys_nobody_is_let_in() {
    let client = Client::new().await;
    let root = client.account_with_number("one", NUMBER).await;
    let provider = [("Url", "https://id.example.com")];
    client
        .iam(&root, "CreateOpenIDConnectProvider", &provider)
        .await
        .ok();
    with_role(
        &client,
        &root,
        &trusting(r#"{"AWS":"*"}"#, r#""sts:AssumeRole""#),
    )
    .await;
    let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref()).unwrap();
    let token = token(&pair, r#"{"iss":"https://id.example.com"}"#);
    let parameters = [ASSUME[0], ASSUME[1], ("WebIdentityToken", token.as_str())];
    let body = form("AssumeRoleWithWebIdentity", &parameters);
    let refused = client.send_raw(unsigned(body)).await;
    refused.refused(400, "IDPCommunicationError");
}

/// Tags that go on stay with whoever goes from role to role, and cannot be changed on the way.
#[tokio::test]
async fn transitive_tags_go_on() {
    let client = Client::new().await;
    let root = client.account_with_number("one", NUMBER).await;
    let trust = trusting(r#"{"AWS":"*"}"#, r#""sts:AssumeRole","sts:TagSession""#);
    with_role(&client, &root, &trust).await;
    let second = ("RoleName", "second");
    let create = [second, ("AssumeRolePolicyDocument", trust.as_str())];
    client.iam(&root, "CreateRole", &create).await.ok();
    let blue = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}]}"#;
    let put = [second, ("PolicyName", "p"), ("PolicyDocument", blue)];
    client.iam(&root, "PutRolePolicy", &put).await.ok();
    let tag = [
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "blue"),
    ];
    let plain = [ASSUME[0], ASSUME[1], tag[0], tag[1]];
    let goes_on = [&plain[..], &[("TransitiveTagKeys.member.1", "team")]].concat();
    let next = [
        ("RoleArn", "arn:aws:iam::111122223333:role/second"),
        ASSUME[1],
    ];
    for (first, status) in [(&plain[..], 403), (&goes_on[..], 200)] {
        let session = client.sts(&root, "AssumeRole", first).await.ok().keys();
        let session = client.sts(&session, "AssumeRole", &next).await.ok().keys();
        let listed = client.send_as(&session, call("GET", "/")).await;
        assert_eq!(listed.status, status, "{}", listed.text());
    }
    let session = client.sts(&root, "AssumeRole", &goes_on).await.ok().keys();
    let other = [
        next[0],
        next[1],
        ("Tags.member.1.Key", "TEAM"),
        ("Tags.member.1.Value", "red"),
    ];
    let other = client.sts(&session, "AssumeRole", &other).await;
    other.refused(400, "ValidationError");
}
