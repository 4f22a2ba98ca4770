//! What all answers have, and what is refused before any operation runs.

use crate::support::{Client, call};
use bytes::Bytes;
use s3_api::{Code, ConnectionFate, OPERATIONS};

#[tokio::test]
async fn every_answer_has_its_ids() {
    let client = Client::with_bucket().await;
    let mut seen = Vec::new();
    for target in ["/", "/bucket", "/bucket/missing", "/bucket?nonsense"] {
        let reply = client.get(target).await;
        assert_eq!(reply.header("x-amz-request-id").len(), 16, "{target}");
        assert!(!reply.header("x-amz-id-2").is_empty());
        seen.push(reply.header("x-amz-request-id").to_owned());
        if reply.status.as_u16() >= 400 {
            assert_eq!(reply.tag("RequestId"), reply.header("x-amz-request-id"));
            assert_eq!(reply.header("content-type"), "application/xml");
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 4);
}

#[tokio::test]
async fn a_refused_head_has_no_body() {
    let client = Client::with_bucket().await;
    for target in ["/bucket/missing", "/other-bucket", "/Bad_Bucket"] {
        let reply = client.send(call("HEAD", target)).await;
        assert!(reply.status.is_client_error(), "{target}");
        assert!(reply.body.is_empty());
    }
}

#[tokio::test]
async fn nobody_may_do_anything_unsigned() {
    let client = Client::with_bucket().await;
    client.put("/bucket/key", "data").await;
    for (method, target) in [
        ("GET", "/"),
        ("GET", "/bucket"),
        ("GET", "/bucket/key"),
        ("PUT", "/bucket/key"),
        ("DELETE", "/bucket/key"),
        ("GET", "/bucket?acl"),
    ] {
        let reply = client.send_raw(call(method, target).unsigned()).await;
        reply.refused(403, "AccessDenied");
    }
    let absent = client.send_raw(call("GET", "/other-bucket").unsigned());
    absent.await.refused(404, "NoSuchBucket");
    assert_eq!(client.get("/bucket/key").await.body, "data");
}

/// Every operation we do not serve says so; no request for one becomes another operation.
#[tokio::test]
async fn deliberate_answers() {
    let client = Client::with_bucket().await;
    client.put("/bucket/key", "data").await;
    for (target, status, code) in [
        ("/bucket?cors", 404, "NoSuchCORSConfiguration"),
        ("/bucket?lifecycle", 404, "NoSuchLifecycleConfiguration"),
        ("/bucket?policy", 404, "NoSuchBucketPolicy"),
        ("/bucket?tagging", 404, "NoSuchTagSet"),
        ("/bucket?website", 404, "NoSuchWebsiteConfiguration"),
        (
            "/bucket?replication",
            404,
            "ReplicationConfigurationNotFoundError",
        ),
        (
            "/bucket?encryption",
            404,
            "ServerSideEncryptionConfigurationNotFoundError",
        ),
        (
            "/bucket?object-lock",
            404,
            "ObjectLockConfigurationNotFoundError",
        ),
        (
            "/bucket?publicAccessBlock",
            404,
            "NoSuchPublicAccessBlockConfiguration",
        ),
        ("/bucket?analytics&id=1", 404, "NoSuchConfiguration"),
        ("/bucket/key?retention", 400, "InvalidRequest"),
        ("/bucket/key?torrent", 404, "NoSuchKey"),
        ("/bucket?session", 501, "NotImplemented"),
        ("/bucket?something-new", 501, "NotImplemented"),
        ("/no-bucket?cors", 404, "NoSuchBucket"),
    ] {
        client.get(target).await.refused(status, code);
    }
    for (target, root) in [
        ("/bucket?logging", "BucketLoggingStatus"),
        ("/bucket?notification", "NotificationConfiguration"),
        ("/bucket?ownershipControls", "OwnershipControls"),
        ("/bucket?requestPayment", "RequestPaymentConfiguration"),
        ("/bucket?accelerate", "AccelerateConfiguration"),
        ("/bucket?metrics", "ListMetricsConfigurationsResult"),
    ] {
        let reply = client.get(target).await.ok();
        assert!(
            reply.text().contains(&format!("<{root} xmlns=")),
            "{}",
            reply.text()
        );
    }
    for target in ["/bucket?replication"] {
        assert_eq!(client.send(call("DELETE", target)).await.status, 204);
        client
            .send(call("PUT", target).body("<x/>"))
            .await
            .refused(501, "NotImplemented");
    }
    assert_eq!(client.get("/bucket/key").await.body, "data");
}

#[tokio::test]
async fn observations_name_the_operation() {
    let client = Client::with_bucket().await;
    let reply = client.put("/bucket/key", "four").await;
    assert_eq!(reply.observation.operation, Some("PutObject"));
    assert_eq!(
        (reply.observation.bytes_in, reply.observation.error),
        (4, None)
    );
    let reply = client.get("/bucket/key").await;
    assert_eq!(reply.observation.operation, Some("GetObject"));
    assert_eq!(reply.observation.bytes_out, 4);
    let reply = client.get("/bucket/none").await;
    assert_eq!(reply.observation.error, Some(Code::NoSuchKey.name()));
    let reply = client.get("/bucket?unknown-thing").await;
    assert_eq!(reply.observation.operation, None);
    assert!(
        OPERATIONS
            .iter()
            .any(|operation| operation.name == "PutObject")
    );
}

#[tokio::test]
async fn an_expected_owner_is_compared() {
    let client = Client::with_bucket().await;
    let with =
        |account: &str| call("GET", "/bucket").header("x-amz-expected-bucket-owner", account);
    client.send(with(crate::support::OWNER)).await.ok();
    client
        .send(with("111111111111"))
        .await
        .refused(403, "AccessDenied");
}

#[tokio::test]
async fn a_refused_body_is_drained_if_it_is_short() {
    let client = Client::new().await;
    let short = client
        .send(call("PUT", "/no-bucket/key").body("short"))
        .await;
    assert_eq!(short.fate, ConnectionFate::Reusable);
    short.refused(404, "NoSuchBucket");
    let body = Bytes::from(vec![0; 1 << 20]);
    let long = client.send(call("PUT", "/no-bucket/key").body(body)).await;
    assert_eq!(long.fate, ConnectionFate::LingerThenClose);
    assert_eq!(long.header("connection"), "close");
    long.refused(404, "NoSuchBucket");
    let waiting = call("PUT", "/no-bucket/key")
        .body("short")
        .header("expect", "100-continue");
    let waiting = client.send_raw(waiting.signed()).await;
    assert_eq!(waiting.observation.bytes_in, 0);
    waiting.refused(404, "NoSuchBucket");
}
