//! Tags of objects and buckets.

use crate::support::{Call, Client, call};

fn document(tags: &[(&str, &str)]) -> String {
    let tag =
        |(key, value): &(&str, &str)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
    let tags: String = tags.iter().map(tag).collect();
    format!("<Tagging><TagSet>{tags}</TagSet></Tagging>")
}

fn put(target: &str, tags: &[(&str, &str)]) -> Call {
    call("PUT", target).proven(document(tags))
}

#[tokio::test]
async fn an_objects_tags_come_and_go() {
    let client = Client::with_bucket().await;
    let begin = call("PUT", "/bucket/key")
        .header("x-amz-tagging", "b=2&a")
        .body("data");
    client.send(begin).await.ok();
    let tags = client.get("/bucket/key?tagging").await.ok();
    assert!(tags.text().contains("<Tagging xmlns="));
    assert_eq!(
        (tags.tags("Key"), tags.tags("Value")),
        (vec!["a", "b"], vec!["", "2"])
    );
    client
        .send(put("/bucket/key?tagging", &[("c", "3")]))
        .await
        .ok();
    let tags = client.get("/bucket/key?tagging").await.ok();
    assert_eq!(tags.tags("Key"), ["c"]);
    let head = client.send(call("HEAD", "/bucket/key")).await.ok();
    assert_eq!(head.header("x-amz-tagging-count"), "1");
    for _ in 0..2 {
        let delete = call("DELETE", "/bucket/key?tagging");
        assert_eq!(client.send(delete).await.status, 204);
    }
    let tags = client.get("/bucket/key?tagging").await.ok();
    assert_eq!(tags.tags("Key"), [""; 0]);
    assert!(tags.text().contains("<TagSet></TagSet>"));
    assert_eq!(client.get("/bucket/key").await.text(), "data");
    client
        .get("/bucket/other?tagging")
        .await
        .refused(404, "NoSuchKey");
}

#[tokio::test]
async fn each_version_has_its_own() {
    let client = Client::with_bucket().await;
    let body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let enable = call("PUT", "/bucket?versioning").body(body);
    client.send(enable).await.ok();
    let first = client.put("/bucket/key", "1").await;
    let first = first.header("x-amz-version-id").to_owned();
    client.put("/bucket/key", "2").await;
    let target = format!("/bucket/key?tagging&versionId={first}");
    let reply = client.send(put(&target, &[("a", "1")])).await.ok();
    assert_eq!(reply.header("x-amz-version-id"), first);
    let old = client.get(&target).await.ok();
    assert_eq!(
        (old.tag("Key"), old.header("x-amz-version-id")),
        ("a", &*first)
    );
    let current = client.get("/bucket/key?tagging").await.ok();
    assert_eq!(current.tags("Key"), [""; 0]);
    let marker = client.send(call("DELETE", "/bucket/key")).await.ok();
    let marker = marker.header("x-amz-version-id").to_owned();
    let target = format!("/bucket/key?tagging&versionId={marker}");
    client.get(&target).await.refused(405, "MethodNotAllowed");
    client
        .send(put(&target, &[("a", "1")]))
        .await
        .refused(405, "MethodNotAllowed");
}

#[tokio::test]
async fn what_is_no_tag_leaves_the_old_ones() {
    let client = Client::with_bucket().await;
    client.put("/bucket/key", "data").await;
    client
        .send(put("/bucket/key?tagging", &[("a", "1")]))
        .await
        .ok();
    let keys: Vec<String> = (0..11).map(|number| number.to_string()).collect();
    let many: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "")).collect();
    for tags in [&many[..], &[("", "1")], &[("a", "1"), ("a", "2")]] {
        let refused = client.send(put("/bucket/key?tagging", tags)).await;
        refused.refused(400, "InvalidTag");
    }
    let other = call("PUT", "/bucket/key?tagging").body("<Tagging/>");
    client.send(other).await.refused(400, "MalformedXML");
    let header = keys.join("&");
    let upload = call("PUT", "/bucket/key").header("x-amz-tagging", header);
    client.send(upload).await.refused(400, "BadRequest");
    let tags = client.get("/bucket/key?tagging").await.ok();
    assert_eq!(tags.tags("Key"), ["a"]);
}

#[tokio::test]
async fn a_buckets_tags_come_and_go() {
    let client = Client::new().await;
    let body = "<CreateBucketConfiguration><Tags><Tag><Key>a</Key><Value>1</Value></Tag></Tags>\
                </CreateBucketConfiguration>";
    client.send(call("PUT", "/bucket").body(body)).await.ok();
    let tags = client.get("/bucket?tagging").await.ok();
    assert_eq!((tags.tag("Key"), tags.tag("Value")), ("a", "1"));
    let unproven = call("PUT", "/bucket?tagging").body(document(&[("b", "2")]));
    client.send(unproven).await.refused(400, "InvalidRequest");
    let reply = client.send(put("/bucket?tagging", &[("b", "2")])).await;
    assert_eq!(reply.status, 204);
    assert_eq!(client.get("/bucket?tagging").await.tags("Key"), ["b"]);
    let delete = call("DELETE", "/bucket?tagging");
    assert_eq!(client.send(delete).await.status, 204);
    client
        .get("/bucket?tagging")
        .await
        .refused(404, "NoSuchTagSet");
}
