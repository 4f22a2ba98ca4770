//! Writing and reading objects.

use crate::support::{Client, call};

#[tokio::test]
async fn what_is_put_comes_back() {
    let client = Client::with_bucket().await;
    let put = call("PUT", "/bucket/key")
        .header("content-type", "text/plain")
        .header("cache-control", "no-cache")
        .header("content-encoding", "gzip, aws-chunked")
        .header("x-amz-meta-color", "blue")
        .header("x-amz-storage-class", "STANDARD_IA")
        .header("x-amz-tagging", "a=1&b=2")
        .body("hello");
    let put = client.send(put).await.ok();
    assert_eq!(put.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_eq!(put.header("x-amz-checksum-type"), "FULL_OBJECT");
    for method in ["GET", "HEAD"] {
        let reply = client.send(call(method, "/bucket/key")).await.ok();
        assert_eq!(reply.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
        assert_eq!(reply.header("content-type"), "text/plain");
        assert_eq!(reply.header("cache-control"), "no-cache");
        assert_eq!(reply.header("content-encoding"), "gzip");
        assert_eq!(reply.header("x-amz-meta-color"), "blue");
        assert_eq!(reply.header("x-amz-storage-class"), "STANDARD_IA");
        assert_eq!(reply.header("x-amz-tagging-count"), "2");
        assert_eq!(reply.header("content-length"), "5");
        assert_eq!(reply.header("accept-ranges"), "bytes");
        assert!(reply.header("last-modified").ends_with(" GMT"));
        assert_eq!(reply.header("x-amz-version-id"), "");
        assert_eq!(reply.header("x-amz-checksum-crc64nvme"), "");
        assert_eq!(reply.body, if method == "GET" { "hello" } else { "" });
    }
    let checked = call("HEAD", "/bucket/key").header("x-amz-checksum-mode", "ENABLED");
    let checked = client.send(checked).await.ok();
    assert_eq!(
        checked.header("x-amz-checksum-crc64nvme"),
        put.header("x-amz-checksum-crc64nvme")
    );
    assert!(!checked.header("x-amz-checksum-crc64nvme").is_empty());
}

#[tokio::test]
async fn bodies_of_all_sizes() {
    let client = Client::with_bucket().await;
    for size in [0, 1, 2048, 2049, 65_536, 131_073, 3 << 20] {
        let body: Vec<u8> = (0..size).map(|at: u32| (at % 251) as u8).collect();
        client.put("/bucket/key", body.clone()).await;
        let reply = client.get("/bucket/key").await.ok();
        assert!(reply.body == body, "{size}");
        assert_eq!(reply.header("content-length"), size.to_string());
        assert_eq!(reply.header("content-type"), "binary/octet-stream");
    }
}

#[tokio::test]
async fn keys_are_bytes() {
    let client = Client::with_bucket().await;
    let keys = [
        "a", "a/b", "a//b", "/a", ".", "..", "a/../b", "a%20b", "a+b", "a%2Bb", "%C3%BC", "a%0Ab",
        "a%25", "%FF%FE", "a%3Fb", "a/", "//",
    ];
    for (number, key) in keys.iter().enumerate() {
        client
            .put(&format!("/bucket/{key}"), number.to_string())
            .await;
    }
    for (number, key) in keys.iter().enumerate() {
        let expected = if *key == "a+b" { 9 } else { number };
        assert_eq!(
            client.get(&format!("/bucket/{key}")).await.text(),
            expected.to_string(),
            "{key}"
        );
    }
    let long = "k".repeat(1025);
    client
        .get(&format!("/bucket/{long}"))
        .await
        .refused(400, "KeyTooLongError");
    client.put(&format!("/bucket/{}", &long[..1024]), "x").await;
}

#[tokio::test]
async fn ranges() {
    let client = Client::with_bucket().await;
    client.put("/bucket/key", "0123456789").await;
    client.put("/bucket/empty", "").await;
    let get = |range: &str| call("GET", "/bucket/key").header("range", range);
    for (range, body, content_range) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=8-", "89", "bytes 8-9/10"),
        ("bytes=-1", "9", "bytes 9-9/10"),
        ("bytes=5-99", "56789", "bytes 5-9/10"),
    ] {
        let reply = client.send(get(range)).await;
        assert_eq!((reply.status.as_u16(), reply.text()), (206, body));
        assert_eq!(reply.header("content-range"), content_range);
    }
    for range in ["bytes=4-2", "bytes=0-1,3-4", "nonsense"] {
        let reply = client.send(get(range)).await;
        assert_eq!((reply.status.as_u16(), reply.text()), (200, "0123456789"));
    }
    let refused = client
        .send(get("bytes=10-"))
        .await
        .refused(416, "InvalidRange");
    assert_eq!(refused.tag("ActualObjectSize"), "10");
    let empty = call("GET", "/bucket/empty").header("range", "bytes=0-0");
    client.send(empty).await.refused(416, "InvalidRange");
    let head = client
        .send(call("HEAD", "/bucket/key").header("range", "bytes=2-5"))
        .await;
    assert_eq!(
        (head.status.as_u16(), head.header("content-length")),
        (206, "4")
    );
    let mixed = call("GET", "/bucket/key?partNumber=1").header("range", "bytes=0-1");
    client.send(mixed).await.refused(400, "InvalidRequest");
    let part = client.get("/bucket/key?partNumber=1").await;
    assert_eq!((part.status.as_u16(), part.text()), (206, "0123456789"));
    client
        .get("/bucket/key?partNumber=2")
        .await
        .refused(400, "InvalidPart");
}

#[tokio::test]
async fn conditional_reads() {
    let client = Client::with_bucket().await;
    let etag = client
        .put("/bucket/key", "data")
        .await
        .header("etag")
        .to_owned();
    let get = |name: &str, value: &str| call("GET", "/bucket/key").header(name, value);
    client.send(get("if-match", &etag)).await.ok();
    let refused = client.send(get("if-match", "\"other\"")).await;
    assert_eq!(
        refused.refused(412, "PreconditionFailed").tag("Condition"),
        "If-Match"
    );
    let same = client.send(get("if-none-match", &etag)).await;
    assert_eq!(
        (same.status.as_u16(), same.header("etag")),
        (304, etag.as_str())
    );
    assert!(same.body.is_empty() && !same.header("last-modified").is_empty());
    client.send(get("if-none-match", "\"other\"")).await.ok();
    let past = "Sat, 01 Jan 2000 00:00:00 GMT";
    let future = "Fri, 01 Jan 2100 00:00:00 GMT";
    client.send(get("if-modified-since", past)).await.ok();
    assert_eq!(
        client.send(get("if-modified-since", future)).await.status,
        304
    );
    client
        .send(get("if-unmodified-since", past))
        .await
        .refused(412, "PreconditionFailed");
    client.send(get("if-unmodified-since", future)).await.ok();
    let ranged = get("range", "bytes=0-0").header("if-range", &etag);
    assert_eq!(client.send(ranged).await.status, 206);
    let ranged = get("range", "bytes=0-0").header("if-range", "\"other\"");
    assert_eq!(client.send(ranged).await.status, 200);
    let head = call("HEAD", "/bucket/key").header("if-none-match", &etag);
    assert_eq!(client.send(head).await.status, 304);
}

#[tokio::test]
async fn answer_headers_can_be_overridden() {
    let client = Client::with_bucket().await;
    client.put("/bucket/key", "data").await;
    let target = "/bucket/key?response-content-type=text%2Fcsv&response-cache-control=no-store&\
                  response-content-disposition=attachment%3B%20filename%3Da&x-id=GetObject";
    let reply = client.get(target).await.ok();
    assert_eq!(reply.header("content-type"), "text/csv");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(
        reply.header("content-disposition"),
        "attachment; filename=a"
    );
    let broken = client.get("/bucket/key?response-content-type=a%0Ab").await;
    broken.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn conditional_writes() {
    let client = Client::with_bucket().await;
    let put = |name: &str, value: &str| call("PUT", "/bucket/key").header(name, value).body("new");
    client
        .send(put("if-match", "\"5d41402abc4b2a76b9719d911017c592\""))
        .await
        .refused(404, "NoSuchKey");
    let etag = client
        .send(put("if-none-match", "*"))
        .await
        .ok()
        .header("etag")
        .to_owned();
    let refused = client
        .send(put("if-none-match", "*"))
        .await
        .refused(412, "PreconditionFailed");
    assert_eq!(refused.tag("Condition"), "If-None-Match");
    client
        .send(put("if-none-match", &etag))
        .await
        .refused(412, "PreconditionFailed");
    client.send(put("if-none-match", "\"other\"")).await.ok();
    client
        .send(put("if-match", "\"5d41402abc4b2a76b9719d911017c592\""))
        .await
        .refused(412, "PreconditionFailed");
    client
        .send(put("if-match", "no tag"))
        .await
        .refused(412, "PreconditionFailed");
    client.send(put("if-match", &etag)).await.ok();
    client.send(put("if-match", "*")).await.ok();
}

#[tokio::test]
async fn an_encoding_without_framing_stays_as_it_came() {
    let client = Client::with_bucket().await;
    for (given, kept) in [
        ("deflate, gzip", "deflate, gzip"),
        ("gzip,br", "gzip,br"),
        ("gzip, aws-chunked", "gzip"),
        ("aws-chunked , gzip, br", "gzip,br"),
        ("aws-chunked", ""),
    ] {
        let put = call("PUT", "/bucket/key").header("content-encoding", given);
        client.send(put).await.ok();
        let head = client.send(call("HEAD", "/bucket/key")).await.ok();
        assert_eq!(head.header("content-encoding"), kept, "{given}");
    }
}

#[tokio::test]
async fn who_finds_nothing_is_told_whether_a_marker_is_why() {
    let client = Client::with_bucket().await;
    let absent = client.get("/bucket/key").await.refused(404, "NoSuchKey");
    assert_eq!(absent.header("x-amz-delete-marker"), "false");
    let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let enable = call("PUT", "/bucket?versioning").body(on);
    client.send(enable).await.ok();
    client.send(call("DELETE", "/bucket/key")).await.ok();
    let deleted = client.get("/bucket/key").await.refused(404, "NoSuchKey");
    assert_eq!(deleted.header("x-amz-delete-marker"), "true");
}
