//! GetObjectAttributes, and RestoreObject of what is not archived.

use crate::support::{Call, Client, call};

const ALL: &str = "ETag,Checksum, ObjectParts,StorageClass,ObjectSize";

fn attributes(target: &str, names: &str) -> Call {
    call("GET", target).header("x-amz-object-attributes", names)
}

#[tokio::test]
async fn an_object_in_one_piece() {
    let client = Client::with_bucket().await;
    let put = call("PUT", "/bucket/key")
        .header("x-amz-checksum-crc32", "y/Q5Jg==")
        .header("x-amz-storage-class", "ONEZONE_IA");
    client.send(put.body("123456789")).await.ok();
    let all = client
        .send(attributes("/bucket/key?attributes", ALL))
        .await
        .ok();
    assert!(all.text().contains("<GetObjectAttributesResponse xmlns="));
    assert_eq!(all.tag("ETag"), "25f9e794323b453885f5181f1b624d0b");
    assert_eq!(
        (all.tag("ChecksumCRC32"), all.tag("ChecksumType")),
        ("y/Q5Jg==", "FULL_OBJECT")
    );
    assert_eq!(
        (all.tag("StorageClass"), all.tag("ObjectSize")),
        ("ONEZONE_IA", "9")
    );
    assert_eq!(all.tags("ObjectParts"), [""; 0]);
    assert!(!all.header("last-modified").is_empty());
    let one = client
        .send(attributes("/bucket/key?attributes", "ObjectSize"))
        .await
        .ok();
    assert_eq!((one.tag("ObjectSize"), one.tag("ETag")), ("9", ""));
}

#[tokio::test]
async fn what_is_asked_for_is_checked() {
    let client = Client::with_bucket().await;
    client.put("/bucket/key", "data").await;
    client
        .get("/bucket/key?attributes")
        .await
        .refused(400, "InvalidRequest");
    client
        .send(attributes("/bucket/key?attributes", "ETag,Owner"))
        .await
        .refused(400, "InvalidArgument");
    for name in ["x-amz-max-parts", "x-amz-part-number-marker"] {
        let asked = attributes("/bucket/key?attributes", ALL).header(name, "-1");
        client.send(asked).await.refused(400, "InvalidArgument");
    }
    client
        .send(attributes("/bucket/none?attributes", ALL))
        .await
        .refused(404, "NoSuchKey");
}

#[tokio::test]
async fn a_delete_marker_has_none() {
    let client = Client::with_bucket().await;
    let body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let enable = call("PUT", "/bucket?versioning").body(body);
    client.send(enable).await.ok();
    let first = client.put("/bucket/key", "data").await;
    let first = first.header("x-amz-version-id").to_owned();
    client.send(call("DELETE", "/bucket/key")).await.ok();
    let hidden = client.send(attributes("/bucket/key?attributes", ALL)).await;
    let hidden = hidden.refused(404, "NoSuchKey");
    assert_eq!(hidden.header("x-amz-delete-marker"), "true");
    let target = format!("/bucket/key?attributes&versionId={first}");
    let old = client.send(attributes(&target, ALL)).await.ok();
    assert_eq!(
        (old.tag("ObjectSize"), old.header("x-amz-version-id")),
        ("4", &*first)
    );
}

#[tokio::test]
async fn parts_come_in_pages() {
    let client = Client::with_bucket().await;
    let begin = call("POST", "/bucket/key?uploads").header("x-amz-checksum-algorithm", "SHA256");
    let upload = client.send(begin).await.ok().tag("UploadId").to_owned();
    let mut listed = String::new();
    let sizes = [5 << 20, 5 << 20, 3];
    for (number, size) in (1..).zip(sizes) {
        let target = format!("/bucket/key?partNumber={number}&uploadId={upload}");
        let part = client.put(&target, vec![number; size]).await;
        let (etag, sum) = (part.header("etag"), part.header("x-amz-checksum-sha256"));
        listed.push_str(&format!(
            "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag>\
             <ChecksumSHA256>{sum}</ChecksumSHA256></Part>"
        ));
    }
    let body = format!("<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>");
    let complete = call("POST", format!("/bucket/key?uploadId={upload}")).body(body);
    let whole = client.send(complete).await.ok();
    let all = client
        .send(attributes("/bucket/key?attributes", ALL))
        .await
        .ok();
    assert_eq!(all.tag("PartsCount"), "3");
    assert_eq!(all.tags("PartNumber"), ["1", "2", "3"]);
    assert_eq!(all.tags("Size"), ["5242880", "5242880", "3"]);
    assert_eq!(all.tag("ChecksumSHA256"), whole.tag("ChecksumSHA256"));
    assert_eq!(all.tags("ChecksumSHA256").len(), 4);
    let page = attributes("/bucket/key?attributes", "ObjectParts")
        .header("x-amz-max-parts", "1")
        .header("x-amz-part-number-marker", "1");
    let page = client.send(page).await.ok();
    assert_eq!(page.tags("PartNumber"), ["2"]);
    assert_eq!(
        (page.tag("IsTruncated"), page.tag("MaxParts")),
        ("true", "1")
    );
    assert_eq!(
        (
            page.tag("PartNumberMarker"),
            page.tag("NextPartNumberMarker")
        ),
        ("1", "2")
    );
    // A part that is read alone has its own checksum.
    let part = call("GET", "/bucket/key?partNumber=3").header("x-amz-checksum-mode", "ENABLED");
    let part = client.send(part).await.ok();
    assert_eq!(
        part.header("x-amz-checksum-sha256"),
        all.tags("ChecksumSHA256")[3]
    );
    assert_eq!(part.header("x-amz-checksum-type"), "COMPOSITE");
}

#[tokio::test]
async fn nothing_is_archived() {
    let client = Client::with_bucket().await;
    client.put("/bucket/key", "data").await;
    let restore = |body| call("POST", "/bucket/key?restore").body(body);
    let body = "<RestoreRequest><Days>1</Days></RestoreRequest>";
    let refused = client.send(restore(body)).await;
    let refused = refused.refused(403, "InvalidObjectState");
    assert_eq!(refused.tag("StorageClass"), "STANDARD");
    client
        .send(restore("<Other/>"))
        .await
        .refused(400, "MalformedXML");
    let missing = call("POST", "/bucket/none?restore").body(body);
    client.send(missing).await.refused(404, "NoSuchKey");
}
