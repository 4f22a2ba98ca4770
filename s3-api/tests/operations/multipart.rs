//! Uploads in parts.

use crate::support::{Call, Client, Reply, call};

const PART: usize = 5 << 20;

async fn begin(client: &Client, headers: &[(&str, &str)]) -> String {
    let mut begin = call("POST", "/bucket/key?uploads");
    for (name, value) in headers {
        begin = begin.header(name, *value);
    }
    client.send(begin).await.ok().tag("UploadId").to_owned()
}

fn part(upload: &str, number: u32, body: Vec<u8>) -> Call {
    call(
        "PUT",
        format!("/bucket/key?partNumber={number}&uploadId={upload}"),
    )
    .body(body)
}

async fn put_part(client: &Client, upload: &str, number: u32, body: Vec<u8>) -> String {
    client
        .send(part(upload, number, body))
        .await
        .ok()
        .header("etag")
        .to_owned()
}

fn complete(upload: &str, parts: &[(u32, &str)]) -> Call {
    let parts: String = parts
        .iter()
        .map(|(number, etag)| {
            format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
        })
        .collect();
    let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    call("POST", format!("/bucket/key?uploadId={upload}")).body(body)
}

#[tokio::test]
async fn parts_become_an_object() {
    let client = Client::with_bucket().await;
    let upload = begin(
        &client,
        &[("content-type", "text/plain"), ("x-amz-meta-a", "1")],
    )
    .await;
    let first = put_part(&client, &upload, 3, vec![b'a'; PART]).await;
    put_part(&client, &upload, 7, vec![b'x'; 10]).await;
    let last = put_part(&client, &upload, 7, vec![b'b'; 100]).await;
    client.get("/bucket/key").await.refused(404, "NoSuchKey");
    // Clients send tags with and without quotes.
    let request = complete(&upload, &[(3, &first), (7, last.trim_matches('"'))]);
    let reply = client.send(request.clone()).await.ok();
    assert_eq!((reply.tag("Bucket"), reply.tag("Key")), ("bucket", "key"));
    assert_eq!(reply.tag("Location"), "http://localhost:9000/bucket/key");
    assert!(reply.tag("ETag").ends_with("-2&quot;"), "{}", reply.text());
    assert_eq!(reply.tag("ChecksumType"), "FULL_OBJECT");
    let object = client.get("/bucket/key").await.ok();
    assert_eq!(object.body.len(), PART + 100);
    assert_eq!(
        (object.header("content-type"), object.header("x-amz-meta-a")),
        ("text/plain", "1")
    );
    let second = client.get("/bucket/key?partNumber=2").await;
    assert_eq!(
        (
            second.status.as_u16(),
            second.header("x-amz-mp-parts-count")
        ),
        (206, "2")
    );
    assert_eq!(second.body, vec![b'b'; 100]);
    assert_eq!(
        second.header("content-range"),
        format!("bytes {PART}-{}/{}", PART + 99, PART + 100)
    );
    client
        .get("/bucket/key?partNumber=3")
        .await
        .refused(400, "InvalidPart");
    // Completing again, as after a lost answer, tells the same.
    let again = client.send(request).await.ok();
    assert_eq!(again.tag("ETag"), reply.tag("ETag"));
    let gone = format!("/bucket/key?uploadId={upload}");
    client.get(&gone).await.refused(404, "NoSuchUpload");
}

#[tokio::test]
async fn completing_is_checked() {
    let client = Client::with_bucket().await;
    let upload = begin(&client, &[]).await;
    let first = put_part(&client, &upload, 1, vec![1; 10]).await;
    let second = put_part(&client, &upload, 2, vec![2; 10]).await;
    let zeros = "\"00000000000000000000000000000000\"";
    for (parts, code) in [
        (vec![(1, first.as_str()), (2, &second)], "EntityTooSmall"),
        (vec![(2, second.as_str()), (1, &first)], "InvalidPartOrder"),
        (vec![(1, zeros)], "InvalidPart"),
        (vec![(1, "nonsense")], "InvalidPart"),
        (vec![(3, first.as_str())], "InvalidPart"),
        (vec![], "MalformedXML"),
        (vec![(0, first.as_str())], "MalformedXML"),
        (vec![(10_001, first.as_str())], "MalformedXML"),
    ] {
        client
            .send(complete(&upload, &parts))
            .await
            .refused(400, code);
    }
    let size = complete(&upload, &[(1, &first)]).header("x-amz-mp-object-size", "11");
    client.send(size).await.refused(400, "BadDigest");
    let unknown = "0".repeat(32);
    client
        .send(complete(&unknown, &[(1, &first)]))
        .await
        .refused(404, "NoSuchUpload");
    client
        .send(complete("nonsense", &[(1, &first)]))
        .await
        .refused(404, "NoSuchUpload");
    let body = call("POST", format!("/bucket/key?uploadId={upload}")).body("<x/>");
    client.send(body).await.refused(400, "MalformedXML");
    client.send(complete(&upload, &[(1, &first)])).await.ok();
}

#[tokio::test]
async fn parts_are_checked() {
    let client = Client::with_bucket().await;
    let upload = begin(&client, &[]).await;
    for number in [0, 10_001] {
        client
            .send(part(&upload, number, vec![1]))
            .await
            .refused(400, "InvalidArgument");
    }
    client
        .send(part("nonsense", 1, vec![1]))
        .await
        .refused(404, "NoSuchUpload");
    let no_number = call("PUT", format!("/bucket/key?uploadId={upload}"));
    client.send(no_number).await.refused(400, "InvalidArgument");
    let wrong = part(&upload, 1, vec![1]).header("x-amz-checksum-crc32", "AAAAAA==");
    client.send(wrong).await.refused(400, "BadDigest");
    let listed = client
        .get(&format!("/bucket/key?uploadId={upload}"))
        .await
        .ok();
    assert_eq!(listed.tags("Part"), [""; 0]);
}

#[tokio::test]
async fn checksums_of_parts_compose() {
    let client = Client::with_bucket().await;
    let upload = begin(&client, &[("x-amz-checksum-algorithm", "CRC32")]).await;
    let other = part(&upload, 1, b"123456789".to_vec());
    let other = other.header("x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=");
    client.send(other).await.refused(400, "InvalidRequest");
    let etag = put_part(&client, &upload, 1, b"123456789".to_vec()).await;
    let wrong = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag>\
         <ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part></CompleteMultipartUpload>"
    );
    let target = format!("/bucket/key?uploadId={upload}");
    let wrong = call("POST", target).body(wrong);
    client.send(wrong).await.refused(400, "InvalidPart");
    let body = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag>\
         <ChecksumCRC32>y/Q5Jg==</ChecksumCRC32></Part></CompleteMultipartUpload>"
    );
    let target = format!("/bucket/key?uploadId={upload}");
    let reply = client.send(call("POST", target).body(body)).await.ok();
    assert_eq!(reply.tag("ChecksumType"), "COMPOSITE");
    let value = reply.tag("ChecksumCRC32").to_owned();
    assert!(value.ends_with("-1"), "{value}");
    let get = call("GET", "/bucket/key").header("x-amz-checksum-mode", "ENABLED");
    let get = client.send(get).await;
    assert_eq!(get.header("x-amz-checksum-crc32"), value);
    assert_eq!(get.header("x-amz-checksum-type"), "COMPOSITE");
}

#[tokio::test]
async fn uploads_and_parts_are_listed() {
    let client = Client::with_bucket().await;
    let mut uploads = Vec::new();
    for key in ["a/1", "a/2", "b", "b"] {
        let begun = client
            .send(call("POST", format!("/bucket/{key}?uploads")))
            .await
            .ok();
        uploads.push(begun.tag("UploadId").to_owned());
    }
    let all = client.get("/bucket?uploads").await.ok();
    assert_eq!(all.tags("Key"), ["a/1", "a/2", "b", "b"]);
    let by_prefix = client.get("/bucket?uploads&prefix=a/").await;
    assert_eq!(by_prefix.tags("Key"), ["a/1", "a/2"]);
    let grouped = client.get("/bucket?uploads&delimiter=/").await;
    assert_eq!(
        (
            grouped.tags("Key").len(),
            grouped.tags("CommonPrefixes").len()
        ),
        (2, 1)
    );
    let (mut seen, mut markers) = (Vec::new(), String::new());
    loop {
        let page = client
            .get(&format!("/bucket?uploads&max-uploads=1{markers}"))
            .await
            .ok();
        seen.push(page.tag("UploadId").to_owned());
        if page.tag("IsTruncated") == "false" {
            break;
        }
        let (key, upload) = (page.tag("NextKeyMarker"), page.tag("NextUploadIdMarker"));
        markers = format!("&key-marker={key}&upload-id-marker={upload}");
    }
    seen.sort();
    uploads.sort();
    assert_eq!(seen, uploads);

    let upload = begin(&client, &[]).await;
    for number in [1, 2, 5] {
        put_part(&client, &upload, number, vec![1; number as usize]).await;
    }
    let target = format!("/bucket/key?uploadId={upload}");
    let first = client.get(&format!("{target}&max-parts=2")).await.ok();
    assert_eq!(
        (first.tags("PartNumber"), first.tags("Size")),
        (vec!["1", "2"], vec!["1", "2"])
    );
    assert_eq!(
        (first.tag("NextPartNumberMarker"), first.tag("IsTruncated")),
        ("2", "true")
    );
    let rest = client.get(&format!("{target}&part-number-marker=2")).await;
    assert_eq!(
        (rest.tags("PartNumber"), rest.tag("IsTruncated")),
        (vec!["5"], "false")
    );
}

#[tokio::test]
async fn a_part_listed_twice_is_the_one_sent_last() {
    let client = Client::with_bucket().await;
    let upload = begin(&client, &[]).await;
    let first = put_part(&client, &upload, 1, vec![b'a']).await;
    let last = put_part(&client, &upload, 1, vec![b'b']).await;
    let wrong = complete(&upload, &[(1, &last), (1, &first)]);
    client.send(wrong).await.refused(400, "InvalidPart");
    let right = complete(&upload, &[(1, &first), (1, &last)]);
    client.send(right).await.ok();
    assert_eq!(client.get("/bucket/key").await.text(), "b");
}

#[tokio::test]
async fn uploads_end_with_their_bucket() {
    let client = Client::with_bucket().await;
    let upload = begin(&client, &[]).await;
    put_part(&client, &upload, 1, vec![1]).await;
    begin(&client, &[]).await;
    client.put("/bucket/other", "data").await;
    let delete = call("DELETE", "/bucket");
    client
        .send(delete.clone())
        .await
        .refused(409, "BucketNotEmpty");
    let target = format!("/bucket/key?uploadId={upload}");
    assert_eq!(client.get(&target).await.ok().tag("PartNumber"), "1");
    client.send(call("DELETE", "/bucket/other")).await.ok();
    assert_eq!(client.send(delete).await.status, 204);
    client.get(&target).await.refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn an_aborted_upload_is_gone() {
    let client = Client::with_bucket().await;
    let upload = begin(&client, &[]).await;
    put_part(&client, &upload, 1, vec![1]).await;
    let target = format!("/bucket/key?uploadId={upload}");
    assert_eq!(client.send(call("DELETE", &*target)).await.status, 204);
    client
        .send(part(&upload, 1, vec![1]))
        .await
        .refused(404, "NoSuchUpload");
    client
        .send(call("DELETE", &*target))
        .await
        .refused(404, "NoSuchUpload");
    assert_eq!(client.get("/bucket?uploads").await.tags("Key"), [""; 0]);
}

#[tokio::test]
async fn parts_can_be_copied() {
    let client = Client::with_bucket().await;
    client.put("/bucket/source", "0123456789").await;
    let upload = begin(&client, &[]).await;
    let copy = |range: &str| {
        let target = format!("/bucket/key?partNumber=1&uploadId={upload}");
        let copy = call("PUT", target).header("x-amz-copy-source", "bucket/source");
        if range.is_empty() {
            copy
        } else {
            copy.header("x-amz-copy-source-range", range)
        }
    };
    let refused = |reply: Reply| reply.refused(400, "InvalidArgument");
    for range in ["bytes=5-2", "bytes=-2", "bytes=2-", "0-4", "bytes=0-2,3-5"] {
        refused(client.send(copy(range)).await);
    }
    client
        .send(copy("bytes=0-10"))
        .await
        .refused(416, "InvalidRange");
    client.send(copy("")).await.ok();
    let etag = client
        .send(copy("bytes=2-5"))
        .await
        .ok()
        .tag("ETag")
        .replace("&quot;", "");
    client.send(complete(&upload, &[(1, &etag)])).await.ok();
    assert_eq!(client.get("/bucket/key").await.text(), "2345");
}
