//! Operations on buckets.

use crate::support::{Client, OWNER, call};

#[tokio::test]
async fn a_bucket_comes_and_goes() {
    let client = Client::new().await;
    client.get("/bucket").await.refused(404, "NoSuchBucket");
    let created = client.send(call("PUT", "/bucket")).await.ok();
    assert_eq!(created.header("location"), "/bucket");
    client.send(call("PUT", "/bucket")).await.ok();
    let head = client.send(call("HEAD", "/bucket")).await.ok();
    assert_eq!(head.header("x-amz-bucket-region"), "us-east-1");
    client.put("/bucket/key", "data").await;
    client
        .send(call("DELETE", "/bucket"))
        .await
        .refused(409, "BucketNotEmpty");
    client.send(call("DELETE", "/bucket/key")).await.ok();
    assert_eq!(client.send(call("DELETE", "/bucket")).await.status, 204);
    client
        .send(call("DELETE", "/bucket"))
        .await
        .refused(404, "NoSuchBucket");
    assert_eq!(client.send(call("HEAD", "/bucket")).await.status, 404);
}

#[tokio::test]
async fn names_and_settings_are_checked() {
    let client = Client::new().await;
    client
        .send(call("PUT", "/Bad_Name"))
        .await
        .refused(400, "InvalidBucketName");
    let with = |name: &str, value: &str| call("PUT", "/bucket").header(name, value);
    let acl = "InvalidBucketAclWithObjectOwnership";
    client
        .send(with("x-amz-acl", "public-read"))
        .await
        .refused(400, acl);
    let lock = with("x-amz-bucket-object-lock-enabled", "perhaps");
    client.send(lock).await.refused(400, "InvalidArgument");
    let body = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>\
                </CreateBucketConfiguration>";
    let code = "IllegalLocationConstraintException";
    client
        .send(call("PUT", "/bucket").body(body))
        .await
        .refused(400, code);
    client
        .send(call("PUT", "/bucket").body("<x>"))
        .await
        .refused(400, "MalformedXML");
    assert_eq!(client.send(call("HEAD", "/bucket")).await.status, 404);
    client.send(with("x-amz-acl", "private")).await.ok();
    let lock = call("PUT", "/lockable").header("x-amz-bucket-object-lock-enabled", "true");
    client.send(lock).await.ok();
    let versioning = client.get("/lockable?versioning").await.ok();
    assert_eq!(versioning.tag("Status"), "Enabled");
}

#[tokio::test]
async fn buckets_are_listed_in_pages() {
    let client = Client::new().await;
    for name in ["alpha", "beta", "beta2", "gamma"] {
        client.send(call("PUT", format!("/{name}"))).await.ok();
    }
    let all = client.get("/").await.ok();
    assert_eq!(all.tags("Name"), ["alpha", "beta", "beta2", "gamma"]);
    assert_eq!((all.tag("ID"), all.tag("ContinuationToken")), (OWNER, ""));
    assert_eq!(
        client.get("/?prefix=beta").await.tags("Name"),
        ["beta", "beta2"]
    );
    let first = client.get("/?max-buckets=3").await.ok();
    assert_eq!(first.tags("Name"), ["alpha", "beta", "beta2"]);
    assert_eq!(first.tag("BucketRegion"), "us-east-1");
    let token = first.tag("ContinuationToken").replace('=', "%3D");
    let rest = client
        .get(&format!("/?max-buckets=3&continuation-token={token}"))
        .await;
    assert_eq!(
        (rest.tags("Name"), rest.tag("ContinuationToken")),
        (vec!["gamma"], "")
    );
    client
        .get("/?max-buckets=0")
        .await
        .refused(400, "InvalidArgument");
    client
        .get("/?continuation-token=%3F")
        .await
        .refused(400, "InvalidArgument");
}

#[tokio::test]
async fn location_versioning_and_acl() {
    let client = Client::with_bucket().await;
    let location = client.get("/bucket?location").await.ok();
    assert!(
        location
            .text()
            .ends_with("/doc/2006-03-01/\"></LocationConstraint>")
    );
    assert_eq!(
        client.get("/bucket?versioning").await.ok().tag("Status"),
        ""
    );
    let put = |status: &str| {
        let body = format!("<VersioningConfiguration>{status}</VersioningConfiguration>");
        call("PUT", "/bucket?versioning").body(body)
    };
    for status in ["Enabled", "Suspended"] {
        client
            .send(put(&format!("<Status>{status}</Status>")))
            .await
            .ok();
        assert_eq!(client.get("/bucket?versioning").await.tag("Status"), status);
    }
    client
        .send(put("<Status>Off</Status>"))
        .await
        .refused(400, "MalformedXML");
    let code = "IllegalVersioningConfigurationException";
    client.send(put("")).await.refused(400, code);
    let acl = client.get("/bucket?acl").await.ok();
    assert_eq!(
        (acl.tag("ID"), acl.tag("Permission")),
        (OWNER, "FULL_CONTROL")
    );
}
