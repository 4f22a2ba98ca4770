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

/// What the server itself names as the place of S3 must choose no bucket.
#[tokio::test]
async fn a_host_that_names_a_bucket_is_known() {
    let names = |all: &[&str]| Domains::new(all.iter().map(|it| (*it).to_owned())).unwrap();
    let domains = names(&["s3.example.com", "example.com"]);
    let websites = names(&["web.example.org"]);
    let client = Client::set(|config| {
        config.domains = domains;
        config.website_domains = websites;
    })
    .await;
    for (host, of_none) in [
        ("localhost", "localhost"),
        ("[::1]", "[::1]"),
        ("elsewhere.org", "elsewhere.org"),
        ("example.com", "example.com"),
        ("Photos.S3.Example.com.", "example.com"),
        ("a.b.example.com", "example.com"),
        ("site.web.example.org", "web.example.org"),
    ] {
        assert_eq!(client.s3.host_of_none(host), of_none, "{host}");
    }
}

/// The bucket in a host is judged, and not the one that the path would name.
#[tokio::test]
async fn what_would_be_sent_is_judged_with_its_host() {
    let client = client().await;
    let keys = client.account("one").await;
    client.send_as(&keys, call("PUT", "/reports")).await.ok();
    client.send(call("PUT", "/photos")).await.ok();
    let caller = client.identity.find(&keys.access, None).unwrap();
    let caller = caller.caller().unwrap();
    let permitted = async |uri: &str| {
        let request = http::Request::get(uri).body(()).unwrap();
        let (parts, ()) = request.into_parts();
        client.s3.would_permit_sent(caller, &parts).await
    };
    let path = "/reports/2026.pdf";
    for host in ["s3.example.com", "127.0.0.1:9000", "reports.s3.example.com"] {
        let uri = format!("http://{host}{path}");
        assert!(permitted(&uri).await.is_ok(), "{uri}");
    }
    let refused = permitted(&format!("http://{BUCKET}{path}")).await;
    assert_eq!(refused.unwrap_err().code().name(), "AccessDenied");
    let parts = http::Request::get(format!("http://{BUCKET}{path}"));
    let (parts, ()) = parts.body(()).unwrap().into_parts();
    assert!(client.s3.would_permit(caller, &parts).await.is_ok());
}
