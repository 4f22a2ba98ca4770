//! Virtual-host style.

use super::support::{Client, call};
use s3_api::Domains;

async fn client() -> Client {
    let domains = Domains::new(["s3.example.com".to_owned()]).unwrap();
    Client::set(|config| config.domains = domains).await
}

const BUCKET: &str = "photos.s3.example.com:9000";

#[tokio::test]
async fn a_bucket_is_the_same_by_its_host_and_by_its_path() {
    let client = client().await;
    client.send(call("PUT", "/").host(BUCKET)).await.ok();
    client
        .send(call("PUT", "/a//b%20c").host(BUCKET).body("data"))
        .await
        .ok();
    let by_path = client.get("/photos/a//b%20c").await.ok();
    assert_eq!(by_path.body, "data");
    let plain_domain = call("GET", "/photos/a//b%20c").host("s3.example.com");
    assert_eq!(client.send(plain_domain).await.ok().body, "data");
    let listing = client
        .send(call("GET", "/?list-type=2").host(BUCKET))
        .await
        .ok();
    assert_eq!(
        (listing.tag("Name"), listing.tag("Key")),
        ("photos", "a//b c")
    );
    client
        .send(call("DELETE", "/a//b%20c").host(BUCKET))
        .await
        .ok();
    client.send(call("DELETE", "/").host(BUCKET)).await.ok();
    client.get("/photos").await.refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn a_host_that_names_no_bucket_is_refused_as_a_path_would_be() {
    let client = client().await;
    let bad = call("GET", "/").host("no_bucket.s3.example.com");
    client.send(bad).await.refused(400, "InvalidBucketName");
    let unknown = call("GET", "/").host("unknown.s3.example.com");
    client.send(unknown).await.refused(404, "NoSuchBucket");
    // Without a domain that is known it is a path like any other.
    let other = call("GET", "/").host("photos.example.com");
    assert!(
        client
            .send(other)
            .await
            .ok()
            .text()
            .contains("ListAllMyBucketsResult")
    );
}
