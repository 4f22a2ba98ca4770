//! What is not taken on: too often, too many at once, too large, too much.

use super::support::{Call, Client, Keys, Reply, call};
use http::Request;
use http_body_util::BodyExt;
use identity::iam::{NewPolicy, NewUser, PolicyHolder};
use identity::model::Limits;
use s3_api::{ConnectionFate, Load, LoadLimits, Scheme};
use std::sync::Arc;
use std::time::{Duration, Instant};

const MIB: usize = 1 << 20;

async fn client_with(limits: LoadLimits) -> Client {
    Client::set(|config| config.load = Arc::new(Load::new(limits))).await
}

/// A user of the server's own account that may do everything in S3, with these limits.
async fn user(client: &Client, name: &str, limits: Limits) -> Keys {
    let root = client.identity.root();
    let iam = client.identity.iam_of(&root);
    let new = NewUser {
        name,
        ..NewUser::default()
    };
    iam.create_user(new).await.unwrap();
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","iam:*"],"Resource":"*"}]}"#;
    let policy = iam.create_policy(NewPolicy {
        name,
        document: text,
        ..NewPolicy::default()
    });
    let arn = policy.await.unwrap().arn;
    iam.attach_policy(PolicyHolder::User(name), &arn)
        .await
        .unwrap();
    iam.set_policy_limits(&arn, limits).await.unwrap();
    key_of(client, name).await
}

async fn key_of(client: &Client, user: &str) -> Keys {
    let root = client.identity.root();
    let iam = client.identity.iam_of(&root);
    let key = iam.create_access_key(Some(user)).await.unwrap();
    Keys::new(&key.key.id, key.secret.expose())
}

#[track_caller]
fn slowed(reply: Reply) {
    let reply = reply.refused(503, "SlowDown");
    assert_eq!(reply.header("retry-after"), "1");
    assert_eq!(reply.observation.error, Some("SlowDown"));
}

/// Asks until that is told: however slow the machine is, it is faster than a few in a second.
async fn until_slowed(mut ask: impl AsyncFnMut() -> Reply) {
    for _ in 0..100 {
        let reply = ask().await;
        if reply.status.as_u16() == 503 {
            return slowed(reply);
        }
    }
    panic!("nobody was slowed down");
}

#[tokio::test]
async fn a_key_is_told_to_slow_down_and_others_are_not() {
    let client = client_with(LoadLimits {
        key_requests_per_second: 2,
        ..LoadLimits::default()
    })
    .await;
    let anna = client.account("anna").await;
    until_slowed(async || client.get("/").await).await;
    client.send_as(&anna, call("GET", "/")).await.ok();
    // Nobody has no key, and a wrong signature takes nothing from who has the key.
    let thief = Keys::new(&anna.access, "wrong");
    for _ in 0..20 {
        let nobody = client.send_raw(call("GET", "/").unsigned()).await;
        nobody.refused(403, "AccessDenied");
        let reply = client.send_as(&thief, call("GET", "/")).await;
        reply.refused(403, "SignatureDoesNotMatch");
    }
    client.send_as(&anna, call("GET", "/")).await.ok();
    // Calls of IAM count, too, and are refused in its own words.
    let mut throttled = 0;
    for _ in 0..20 {
        let reply = client.iam(&anna, "GetUser", &[]).await;
        if reply.status.as_u16() == 400 {
            reply.refused(400, "Throttling");
            throttled += 1;
        }
    }
    assert!(throttled > 0);
    assert_eq!(client.s3.load().stats().by_key, throttled + 1);
}

#[tokio::test]
async fn keys_of_a_user_share_what_its_policies_grant() {
    let client = Client::new().await;
    let two = Limits {
        requests_per_second: Some(2),
        ..Limits::default()
    };
    let first = user(&client, "anna", two).await;
    let second = key_of(&client, "anna").await;
    let begun = Instant::now();
    let mut granted = 0;
    for number in 0..60 {
        let keys = if number % 2 == 0 { &first } else { &second };
        let reply = client.send_as(keys, call("GET", "/")).await;
        match reply.status.as_u16() {
            200 => granted += 1,
            _ => slowed(reply),
        }
    }
    let most = 2 + 2 * (begun.elapsed().as_secs() + 1);
    assert!(granted <= most, "{granted} in {:?}", begun.elapsed());
    // The root has none, and a limit that is lifted is gone at once.
    client.get("/").await.ok();
    let root = client.identity.root();
    let iam = client.identity.iam_of(&root);
    let arn = iam.arn("policy/anna");
    iam.set_policy_limits(&arn, Limits::default())
        .await
        .unwrap();
    client.send_as(&first, call("GET", "/")).await.ok();
    assert_eq!(client.s3.load().stats().by_user, 60 - granted);
}

#[tokio::test]
async fn an_address_is_told_before_anything_is_looked_at() {
    let client = client_with(LoadLimits {
        address_requests_per_second: 2,
        ..LoadLimits::default()
    })
    .await;
    let from = |address: String| {
        let mut request: Request<_> = call("GET", "/").unsigned();
        request.extensions_mut().insert(s3_api::Client {
            address: address.parse().unwrap(),
            scheme: Scheme::Http,
        });
        request
    };
    let mut number = 0;
    until_slowed(async || {
        number += 1;
        client.send_raw(from(format!("2001:db8::{number}"))).await
    })
    .await;
    let other = client.send_raw(from("2001:db8:0:1::1".to_owned())).await;
    other.refused(403, "AccessDenied");
}

#[tokio::test]
async fn requests_at_once_end_with_their_answers() {
    let client = client_with(LoadLimits {
        requests_at_once: 1,
        ..LoadLimits::default()
    })
    .await;
    client.put("/bucket", "").await;
    client.put("/bucket/key", vec![7; 3 * MIB]).await;
    let held = client.s3.handle(call("GET", "/bucket/key").signed()).await;
    assert_eq!(held.status(), 200);
    let put = call("PUT", "/bucket/other").body(vec![1; MIB]);
    let refused = client.send(put.clone()).await;
    assert_eq!(
        refused.fate,
        ConnectionFate::LingerThenClose,
        "its body is not read"
    );
    slowed(refused);
    drop(held);
    client.send(put).await.ok();
}

#[tokio::test]
async fn memory_for_bodies_is_waited_for_a_moment() {
    let client = client_with(LoadLimits {
        body_bytes: 2 << 20,
        ..LoadLimits::default()
    })
    .await;
    client.put("/bucket", "").await;
    // More than all there is goes alone.
    client.put("/bucket/key", vec![7; 5 * MIB]).await;
    let held = client.s3.handle(call("GET", "/bucket/key").signed()).await;
    let begun = Instant::now();
    slowed(
        client
            .send(call("PUT", "/bucket/other").body("small"))
            .await,
    );
    assert!(begun.elapsed() >= Duration::from_millis(900));
    // What has no body needs none.
    client.send(call("HEAD", "/bucket/key")).await.ok();
    let body = held.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body.len(), 5 * MIB);
    client.put("/bucket/other", "small").await;
    assert_eq!(client.s3.load().stats().body_bytes, 0);
}

fn largest(bytes: usize) -> Limits {
    Limits {
        largest_object: Some(bytes as u64),
        ..Limits::default()
    }
}

#[track_caller]
fn too_large(reply: Reply) -> Reply {
    reply.refused(400, "EntityTooLarge")
}

#[tokio::test]
async fn the_largest_object_of_a_user_is_refused_before_it_is_read() {
    let client = Client::new().await;
    client.put("/bucket", "").await;
    let anna = user(&client, "anna", largest(MIB)).await;
    let put = |bytes: usize| call("PUT", "/bucket/key").body(vec![1; bytes]);
    client.send_as(&anna, put(MIB)).await.ok();
    let reply = too_large(client.send_as(&anna, put(MIB + 1)).await);
    assert_eq!(reply.tag("MaxSizeAllowed"), MIB.to_string());
    assert_eq!(reply.observation.bytes_in, 0);
    too_large(client.send_as(&anna, put(MIB + 1).chunked()).await);
    // Others may.
    client.send(put(2 * MIB)).await.ok();
    let copy = |to: &str| call("PUT", to).header("x-amz-copy-source", "/bucket/key");
    too_large(client.send_as(&anna, copy("/bucket/copy")).await);
    client.send(copy("/bucket/copy")).await.ok();
    client.send(put(MIB)).await.ok();
    client.send_as(&anna, copy("/bucket/copy")).await.ok();
}

fn part(upload: &str, number: u32) -> Call {
    call(
        "PUT",
        format!("/bucket/parts?partNumber={number}&uploadId={upload}"),
    )
}

#[tokio::test]
async fn parts_together_are_an_object() {
    const PART: usize = 5 * MIB;
    let client = Client::new().await;
    client.put("/bucket", "").await;
    client.put("/bucket/source", vec![3; 6 * MIB]).await;
    let anna = user(&client, "anna", largest(PART + MIB - 1)).await;
    let begun = client
        .send_as(&anna, call("POST", "/bucket/parts?uploads"))
        .await
        .ok();
    let upload = begun.tag("UploadId");
    too_large(
        client
            .send_as(&anna, part(upload, 1).body(vec![1; 6 * MIB]))
            .await,
    );
    let copy = part(upload, 1).header("x-amz-copy-source", "/bucket/source");
    too_large(client.send_as(&anna, copy.clone()).await);
    let range = copy.header("x-amz-copy-source-range", format!("bytes=0-{}", PART - 1));
    let first = client.send_as(&anna, range).await.ok();
    let first = first.tag("ETag").to_owned();
    let last = |bytes: usize| part(upload, 2).body(vec![2; bytes]);
    let complete = |last: &Reply| {
        let document = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{first}</ETag></Part>\
             <Part><PartNumber>2</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
            last.header("etag")
        );
        call("POST", format!("/bucket/parts?uploadId={upload}")).body(document)
    };
    let second = client.send_as(&anna, last(MIB)).await.ok();
    too_large(client.send_as(&anna, complete(&second)).await);
    let second = client.send_as(&anna, last(MIB - 1)).await.ok();
    client.send_as(&anna, complete(&second)).await.ok();
}

#[tokio::test]
async fn what_a_users_buckets_hold_together_is_bounded() {
    let client = Client::new().await;
    let limits = Limits {
        storage: Some(1000),
        objects: Some(3),
        ..Limits::default()
    };
    let anna = user(&client, "anna", limits).await;
    let berta = user(&client, "berta", Limits::default()).await;
    for bucket in ["/one", "/two"] {
        client.send_as(&anna, call("PUT", bucket)).await.ok();
    }
    client.send_as(&berta, call("PUT", "/bertas")).await.ok();
    let put = |key: &str, bytes: usize| call("PUT", key).body(vec![b'x'; bytes]);
    client.send_as(&anna, put("/one/a", 600)).await.ok();
    let refused = client.send_as(&anna, put("/two/b", 401)).await;
    let refused = refused.refused(403, "QuotaExceeded");
    assert!(
        refused.tag("Message").contains("1000 bytes"),
        "{}",
        refused.text()
    );
    // Whoever writes: the bucket is hers. And what she writes elsewhere is not.
    client
        .send_as(&berta, put("/two/b", 401))
        .await
        .refused(403, "QuotaExceeded");
    client
        .send(put("/two/b", 401))
        .await
        .refused(403, "QuotaExceeded");
    client.send_as(&anna, put("/bertas/a", 5000)).await.ok();
    client.send(put("/two/b", 400)).await.ok();
    let copy = call("PUT", "/one/c").header("x-amz-copy-source", "/two/b");
    client
        .send_as(&anna, copy.clone())
        .await
        .refused(403, "QuotaExceeded");
    client.send_as(&anna, call("DELETE", "/one/a")).await.ok();
    client.send_as(&anna, copy).await.ok();
    client.send_as(&anna, put("/one/d", 0)).await.ok();
    let refused = client.send_as(&anna, put("/one/e", 0)).await;
    let refused = refused.refused(403, "QuotaExceeded");
    assert!(
        refused.tag("Message").contains("3 objects"),
        "{}",
        refused.text()
    );
    // A limit that is taken away is gone at once.
    let root = client.identity.root();
    let iam = client.identity.iam_of(&root);
    let arn = iam.arn("policy/anna");
    iam.reset_policy_limits(&arn).await.unwrap();
    client.send_as(&anna, put("/one/e", 5000)).await.ok();
    // Roots have none.
    client.put("/roots", "").await;
    client.put("/roots/a", vec![1; 100_000]).await;
}

#[tokio::test]
async fn what_will_not_fit_is_refused_before_it_is_read() {
    let client = Client::new().await;
    let limits = Limits {
        storage: Some(MIB as u64),
        ..Limits::default()
    };
    let anna = user(&client, "anna", limits).await;
    client.send_as(&anna, call("PUT", "/bucket")).await.ok();
    let put = |bytes: usize| call("PUT", "/bucket/key").body(vec![1; bytes]);
    let reply = client.send_as(&anna, put(MIB + 1)).await;
    let reply = reply.refused(403, "QuotaExceeded");
    assert_eq!(reply.observation.bytes_in, 0);
    client.send_as(&anna, put(MIB)).await.ok();
    client.send_as(&anna, put(MIB)).await.ok();
    let begun = client
        .send_as(&anna, call("POST", "/bucket/parts?uploads"))
        .await
        .ok();
    let part = part(begun.tag("UploadId"), 1).body(vec![1; MIB]);
    let reply = client.send_as(&anna, part.clone()).await;
    let reply = reply.refused(403, "QuotaExceeded");
    assert_eq!(reply.observation.bytes_in, 0);
    client
        .send_as(&anna, call("DELETE", "/bucket/key"))
        .await
        .ok();
    client.send_as(&anna, part).await.ok();
    // What does not say how long it is, is refused all the same.
    let reply = client.send_as(&anna, put(1).chunked()).await;
    reply.refused(403, "QuotaExceeded");
}

#[tokio::test]
async fn copies_that_are_encrypted_anew_take_memory_for_bodies() {
    let bytes = 2 << 20;
    let client = client_with(LoadLimits {
        body_bytes: bytes,
        ..LoadLimits::default()
    })
    .await;
    client.put("/bucket", "").await;
    client.put("/bucket/source", vec![3; MIB]).await;
    let copy = call("PUT", "/bucket/copy").header("x-amz-copy-source", "/bucket/source");
    let encrypted = copy
        .clone()
        .header("x-amz-server-side-encryption", "AES256");
    let begun = client
        .send(
            call("POST", "/bucket/parts?uploads").header("x-amz-server-side-encryption", "AES256"),
        )
        .await
        .ok();
    let part = part(begun.tag("UploadId"), 1).header("x-amz-copy-source", "/bucket/source");
    let held = client.s3.load().hold(bytes).await.unwrap();
    slowed(client.send(encrypted.clone()).await);
    slowed(client.send(part.clone()).await);
    // Those that share their bytes take none.
    client.send(copy).await.ok();
    drop(held);
    client.send(encrypted).await.ok();
    client.send(part).await.ok();
    assert_eq!(client.s3.load().stats().body_bytes, 0);
}
