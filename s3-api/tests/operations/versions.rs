//! Versions and delete markers.

use crate::support::{Client, call};

async fn versioned() -> Client {
    let client = Client::with_bucket().await;
    set(&client, "Enabled").await;
    client
}

async fn set(client: &Client, status: &str) {
    let body =
        format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
    client
        .send(call("PUT", "/bucket?versioning").body(body))
        .await
        .ok();
}

#[tokio::test]
async fn versions_stay_readable() {
    let client = versioned().await;
    let first = client
        .put("/bucket/key", "1")
        .await
        .header("x-amz-version-id")
        .to_owned();
    let second = client
        .put("/bucket/key", "2")
        .await
        .header("x-amz-version-id")
        .to_owned();
    assert_ne!(first, second);
    assert_eq!(client.get("/bucket/key").await.text(), "2");
    let old = client
        .get(&format!("/bucket/key?versionId={first}"))
        .await
        .ok();
    assert_eq!(
        (old.text(), old.header("x-amz-version-id")),
        ("1", first.as_str())
    );

    let deleted = client.send(call("DELETE", "/bucket/key")).await.ok();
    assert_eq!(deleted.header("x-amz-delete-marker"), "true");
    let marker = deleted.header("x-amz-version-id").to_owned();
    let gone = client.get("/bucket/key").await.refused(404, "NoSuchKey");
    assert_eq!(gone.header("x-amz-delete-marker"), "true");
    let on_marker = client.get(&format!("/bucket/key?versionId={marker}")).await;
    assert_eq!(
        on_marker
            .refused(405, "MethodNotAllowed")
            .header("x-amz-delete-marker"),
        "true"
    );
    assert_eq!(client.get("/bucket").await.tags("Key"), [""; 0]);

    let versions = client.get("/bucket?versions").await.ok();
    assert_eq!(
        versions.tags("VersionId"),
        [marker.as_str(), &second, &first]
    );
    assert_eq!(versions.tags("IsLatest"), ["true", "false", "false"]);
    assert_eq!(versions.tags("DeleteMarker").len(), 1);

    let undone = client
        .send(call("DELETE", format!("/bucket/key?versionId={marker}")))
        .await
        .ok();
    assert_eq!(undone.header("x-amz-delete-marker"), "true");
    assert_eq!(client.get("/bucket/key").await.text(), "2");
    client
        .send(call("DELETE", format!("/bucket/key?versionId={second}")))
        .await
        .ok();
    assert_eq!(client.get("/bucket/key").await.text(), "1");
    client
        .get(&format!("/bucket/key?versionId={second}"))
        .await
        .refused(404, "NoSuchVersion");
    client
        .get("/bucket/key?versionId=nonsense")
        .await
        .refused(400, "InvalidArgument");
    client
        .get("/bucket/key?versionId=")
        .await
        .refused(400, "InvalidArgument");
}

#[tokio::test]
async fn suspended_versioning_has_one_null_version() {
    let client = versioned().await;
    client.put("/bucket/key", "kept").await;
    set(&client, "Suspended").await;
    for body in ["a", "b"] {
        // Only readers are told that a version has no name.
        let put = client.put("/bucket/key", body).await;
        assert_eq!(put.header("x-amz-version-id"), "");
        let get = client.get("/bucket/key").await.ok();
        assert_eq!(get.header("x-amz-version-id"), "null");
    }
    let versions = client.get("/bucket?versions").await;
    assert_eq!(versions.tags("VersionId").len(), 2);
    assert_eq!(client.get("/bucket/key?versionId=null").await.text(), "b");
}

#[tokio::test]
async fn versions_are_listed_in_pages() {
    let client = versioned().await;
    let mut written = Vec::new();
    for key in ["a", "b/1", "b/2", "c"] {
        for body in ["1", "2"] {
            let target = format!("/bucket/{key}");
            written.push(
                client
                    .put(&target, body)
                    .await
                    .header("x-amz-version-id")
                    .to_owned(),
            );
        }
    }
    let mut seen = Vec::new();
    let (mut key, mut version) = (String::new(), String::new());
    loop {
        let target =
            format!("/bucket?versions&max-keys=3&key-marker={key}&version-id-marker={version}");
        let reply = client.get(&target).await.ok();
        seen.extend(reply.tags("VersionId").into_iter().map(str::to_owned));
        if reply.tag("IsTruncated") == "false" {
            break;
        }
        key = reply.tag("NextKeyMarker").to_owned();
        version = reply.tag("NextVersionIdMarker").to_owned();
    }
    seen.sort();
    written.sort();
    assert_eq!(seen, written);
    let grouped = client.get("/bucket?versions&delimiter=/").await.ok();
    assert_eq!(grouped.tags("Key"), ["a", "a", "c", "c"]);
    assert_eq!(grouped.tags("CommonPrefixes"), ["<Prefix>b/</Prefix>"]);
    client
        .get("/bucket?versions&version-id-marker=null")
        .await
        .refused(400, "InvalidArgument");
}
