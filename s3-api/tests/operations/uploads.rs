//! The bodies of PutObject: framed, signed, checked.

use crate::support::{Client, call};

const UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// Today's default of every SDK.
#[tokio::test]
async fn an_unsigned_body_with_a_checksum_trailer() {
    let client = Client::with_bucket().await;
    let put = |crc: &str| {
        call("PUT", "/bucket/key")
            .content(UNSIGNED_TRAILER)
            .header("content-encoding", "aws-chunked")
            .header("x-amz-decoded-content-length", "9")
            .header("x-amz-trailer", "x-amz-checksum-crc32")
            .header("x-amz-sdk-checksum-algorithm", "CRC32")
            .body(format!(
                "4\r\n1234\r\n5\r\n56789\r\n0\r\nx-amz-checksum-crc32:{crc}\r\n\r\n"
            ))
    };
    let reply = client.send(put("y/Q5Jg==")).await.ok();
    assert_eq!(reply.header("x-amz-checksum-crc32"), "y/Q5Jg==");
    let get = call("GET", "/bucket/key").header("x-amz-checksum-mode", "ENABLED");
    let get = client.send(get).await.ok();
    assert_eq!(
        (get.text(), get.header("x-amz-checksum-crc32")),
        ("123456789", "y/Q5Jg==")
    );
    assert_eq!(get.header("content-encoding"), "");
    client.put("/bucket/key", "before").await;
    client.send(put("y/Q5Jw==")).await.refused(400, "BadDigest");
    client.send(put("y/Q5")).await.refused(400, "BadDigest");
    assert_eq!(client.get("/bucket/key").await.text(), "before");
}

/// Nothing that fails verification may become visible.
#[tokio::test]
async fn what_is_not_what_was_sent_is_not_kept() {
    let client = Client::with_bucket().await;
    let put = || call("PUT", "/bucket/key").body("123456789");
    let mut changed = put().signed();
    *changed.body_mut() = http_body_util::Full::new("123456780".into());
    client
        .send_raw(changed)
        .await
        .refused(400, "XAmzContentSHA256Mismatch");
    for (name, value, code) in [
        ("content-md5", "JfnnlDI7RTiF9RgfG2JNCg==", "BadDigest"),
        ("content-md5", "nonsense", "InvalidDigest"),
        ("x-amz-checksum-crc32", "y/Q5Jw==", "BadDigest"),
        ("x-amz-checksum-crc32c", "y/Q5Jw==", "BadDigest"),
        ("x-amz-checksum-sha256", "y/Q5Jw==", "BadDigest"),
        ("x-amz-sdk-checksum-algorithm", "SHA256", "InvalidRequest"),
    ] {
        client
            .send(put().header(name, value))
            .await
            .refused(400, code);
    }
    let short = put()
        .header("x-amz-decoded-content-length", "8")
        .content(UNSIGNED_TRAILER);
    let short = short.body("9\r\n123456789\r\n0\r\n\r\n");
    client.send(short).await.refused(400, "IncompleteBody");
    let unframed = put().content(UNSIGNED_TRAILER);
    client
        .send(unframed)
        .await
        .refused(411, "MissingContentLength");
    client.get("/bucket/key").await.refused(404, "NoSuchKey");
    client
        .send(put().header("content-md5", "JfnnlDI7RTiF9RgfG2JNCw=="))
        .await
        .ok();
    let crc = put().header("x-amz-checksum-crc32", "y/Q5Jg==");
    assert_eq!(
        client.send(crc).await.ok().header("x-amz-checksum-crc32"),
        "y/Q5Jg=="
    );
}

#[tokio::test]
async fn an_unsigned_payload_is_accepted() {
    let client = Client::with_bucket().await;
    client
        .send(
            call("PUT", "/bucket/key")
                .content("UNSIGNED-PAYLOAD")
                .body("data"),
        )
        .await
        .ok();
    assert_eq!(client.get("/bucket/key").await.text(), "data");
}

#[tokio::test]
async fn a_body_needs_a_length_within_bounds() {
    let client = Client::with_bucket().await;
    let huge = call("PUT", "/bucket/key").content(UNSIGNED_TRAILER);
    let huge = huge.header("x-amz-decoded-content-length", "5368709121");
    let refused = client.send(huge).await.refused(400, "EntityTooLarge");
    assert_eq!(refused.tag("MaxSizeAllowed"), "5368709120");
    let mut unknown = call("PUT", "/bucket/key")
        .content("UNSIGNED-PAYLOAD")
        .body("data");
    unknown = unknown.header("x-id", "PutObject");
    let mut request = unknown.signed();
    request.headers_mut().remove("content-length");
    // The length was signed, so without it the signature cannot hold.
    client.send_raw(request).await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn what_is_not_implemented_is_refused() {
    let client = Client::with_bucket().await;
    for (name, value, status, code) in [
        (
            "x-amz-server-side-encryption",
            "aws:kms:dsse",
            501,
            "NotImplemented",
        ),
        ("x-amz-write-offset-bytes", "0", 501, "NotImplemented"),
        (
            "x-amz-acl",
            "public-read",
            400,
            "AccessControlListNotSupported",
        ),
        (
            "x-amz-storage-class",
            "NONSENSE",
            400,
            "InvalidStorageClass",
        ),
        ("x-amz-tagging", "a=1&a=2", 400, "InvalidTag"),
    ] {
        let put = call("PUT", "/bucket/key").header(name, value).body("data");
        client.send(put).await.refused(status, code);
    }
    let large = "v".repeat(2049);
    let put = call("PUT", "/bucket/key")
        .header("x-amz-meta-a", large)
        .body("data");
    client.send(put).await.refused(400, "MetadataTooLarge");
    client.get("/bucket/key").await.refused(404, "NoSuchKey");
}

#[tokio::test]
async fn a_body_is_announced_or_comes_in_chunks_of_http() {
    let client = Client::with_bucket().await;
    let chunked = call("PUT", "/bucket/key").body("some bytes").chunked();
    client.send(chunked).await.ok();
    assert_eq!(client.get("/bucket/key").await.body, "some bytes");
    let empty = call("PUT", "/bucket/empty").chunked();
    client.send(empty).await.ok();
    assert_eq!(client.get("/bucket/empty").await.ok().body, "");
    let silent = call("PUT", "/bucket/silent").without_length();
    let silent = client.send(silent).await;
    silent.refused(411, "MissingContentLength");
    let silent = call("PUT", "/bucket/silent").content("UNSIGNED-PAYLOAD");
    let silent = client.send(silent.without_length()).await;
    silent.refused(411, "MissingContentLength");
    client.get("/bucket/silent").await.refused(404, "NoSuchKey");
    // Requests that have no body need not say so.
    for call in [
        call("DELETE", "/bucket/key").without_length(),
        call("PUT", "/bucket").without_length(),
        call("POST", "/bucket/key?uploads").without_length(),
    ] {
        client.send(call).await.ok();
    }
}
