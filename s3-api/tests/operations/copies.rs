//! CopyObject.

use crate::support::{Call, Client, call};

fn copy(target: &str, source: &str) -> Call {
    call("PUT", target).header("x-amz-copy-source", source)
}

async fn with_source() -> Client {
    let client = Client::with_bucket().await;
    let put = call("PUT", "/bucket/source")
        .header("content-type", "text/plain")
        .header("x-amz-meta-a", "1")
        .header("x-amz-tagging", "k=v")
        .body("data");
    client.send(put).await.ok();
    client
}

#[tokio::test]
async fn metadata_is_taken_over_or_replaced() {
    let client = with_source().await;
    let copied = client
        .send(copy("/bucket/copy", "/bucket/source"))
        .await
        .ok();
    assert!(copied.text().contains("<CopyObjectResult xmlns="));
    assert_eq!(
        copied.tag("ETag"),
        "&quot;8d777f385d3dfec8815d20f7496026dc&quot;"
    );
    let reply = client.get("/bucket/copy").await.ok();
    assert_eq!((reply.text(), reply.header("x-amz-meta-a")), ("data", "1"));
    assert_eq!(reply.header("content-type"), "text/plain");
    assert_eq!(reply.header("x-amz-tagging-count"), "1");

    let replace = copy("/bucket/copy", "bucket/source")
        .header("x-amz-metadata-directive", "REPLACE")
        .header("x-amz-tagging-directive", "REPLACE")
        .header("x-amz-meta-b", "2");
    client.send(replace).await.ok();
    let reply = client.get("/bucket/copy").await.ok();
    assert_eq!(
        (reply.header("x-amz-meta-a"), reply.header("x-amz-meta-b")),
        ("", "2")
    );
    assert_eq!(reply.header("x-amz-tagging-count"), "");
    assert_eq!(reply.header("content-type"), "binary/octet-stream");

    let class = copy("/bucket/copy", "bucket/source").header("x-amz-storage-class", "ONEZONE_IA");
    client.send(class).await.ok();
    let reply = client.get("/bucket/copy").await.ok();
    assert_eq!(reply.header("x-amz-storage-class"), "ONEZONE_IA");
    assert_eq!(reply.header("x-amz-meta-a"), "1");
    let redirect =
        copy("/bucket/copy", "bucket/source").header("x-amz-website-redirect-location", "/x");
    client.send(redirect).await.ok();
    let reply = client.get("/bucket/copy").await.ok();
    assert_eq!(reply.header("x-amz-website-redirect-location"), "/x");
    assert_eq!(reply.header("x-amz-meta-a"), "1");
}

#[tokio::test]
async fn an_object_can_be_copied_onto_itself_only_changed() {
    let client = with_source().await;
    let itself = || copy("/bucket/source", "bucket/source");
    client.send(itself()).await.refused(400, "InvalidRequest");
    let replace = itself()
        .header("x-amz-metadata-directive", "REPLACE")
        .header("x-amz-meta-a", "2");
    client.send(replace).await.ok();
    assert_eq!(
        client.get("/bucket/source").await.header("x-amz-meta-a"),
        "2"
    );
}

#[tokio::test]
async fn sources_and_directives_are_checked() {
    let client = with_source().await;
    for (source, status, code) in [
        ("bucket/missing", 404, "NoSuchKey"),
        ("no-bucket/key", 404, "NoSuchBucket"),
        ("nonsense", 400, "InvalidArgument"),
        ("bucket/source?versionId=zz", 400, "InvalidArgument"),
    ] {
        client
            .send(copy("/bucket/copy", source))
            .await
            .refused(status, code);
    }
    let unknown = copy("/bucket/copy", "bucket/source").header("x-amz-metadata-directive", "KEEP");
    client.send(unknown).await.refused(400, "InvalidArgument");
    let into_nothing = copy("/no-bucket/copy", "bucket/source");
    client.send(into_nothing).await.refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn conditions_on_source_and_destination() {
    let client = with_source().await;
    let with = |name: &str, value: &str| copy("/bucket/copy", "bucket/source").header(name, value);
    let etag = "\"8d777f385d3dfec8815d20f7496026dc\"";
    let failed = "PreconditionFailed";
    client
        .send(with("x-amz-copy-source-if-match", "\"other\""))
        .await
        .refused(412, failed);
    client
        .send(with("x-amz-copy-source-if-none-match", etag))
        .await
        .refused(412, failed);
    let past = "Sat, 01 Jan 2000 00:00:00 GMT";
    client
        .send(with("x-amz-copy-source-if-unmodified-since", past))
        .await
        .refused(412, failed);
    client.get("/bucket/copy").await.refused(404, "NoSuchKey");
    client
        .send(with("x-amz-copy-source-if-match", etag))
        .await
        .ok();
    client
        .send(with("if-none-match", "*"))
        .await
        .refused(412, failed);
    client.send(with("if-match", etag)).await.ok();
}

#[tokio::test]
async fn a_checksum_can_be_asked_for() {
    let client = with_source().await;
    let asked = copy("/bucket/copy", "bucket/source").header("x-amz-checksum-algorithm", "CRC32");
    let reply = client.send(asked).await.ok();
    assert_eq!(reply.tag("ChecksumCRC32"), "rfPzYw==");
    let get = call("GET", "/bucket/copy").header("x-amz-checksum-mode", "ENABLED");
    assert_eq!(
        client.send(get).await.header("x-amz-checksum-crc32"),
        "rfPzYw=="
    );
}
