//! ListObjects and ListObjectsV2.

use crate::support::{Client, Reply};

async fn with_keys(keys: &[&str]) -> Client {
    let client = Client::with_bucket().await;
    for key in keys {
        client.put(&format!("/bucket/{key}"), "data").await;
    }
    client
}

/// Keys and common prefixes of a page.
fn shown(reply: &Reply) -> (Vec<&str>, Vec<&str>) {
    let prefixes = reply.tags("CommonPrefixes");
    let prefixes = prefixes.into_iter().map(|inside| {
        inside
            .trim_start_matches("<Prefix>")
            .trim_end_matches("</Prefix>")
    });
    (reply.tags("Key"), prefixes.collect())
}

/// All pages of a V2 listing.
async fn all_pages(client: &Client, query: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let mut pages = Vec::new();
    let mut token = String::new();
    loop {
        let reply = client
            .get(&format!("/bucket?list-type=2&{query}{token}"))
            .await
            .ok();
        let (keys, prefixes) = shown(&reply);
        let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
        pages.push((owned(keys), owned(prefixes)));
        let next = reply
            .tag("NextContinuationToken")
            .replace('=', "%3D")
            .replace('+', "%2B");
        assert_eq!(
            reply.tag("IsTruncated"),
            if next.is_empty() { "false" } else { "true" }
        );
        if next.is_empty() {
            return pages;
        }
        token = format!("&continuation-token={next}");
    }
}

#[tokio::test]
async fn keys_come_in_byte_order() {
    let client = with_keys(&["b", "a/1", "a", "%C3%BC", "B", "a%2F%2F"]).await;
    let reply = client.get("/bucket?list-type=2").await.ok();
    assert_eq!(reply.tags("Key"), ["B", "a", "a//", "a/1", "b", "ü"]);
    assert_eq!((reply.tag("KeyCount"), reply.tag("MaxKeys")), ("6", "1000"));
    assert_eq!(
        (reply.tag("Size"), reply.tag("StorageClass")),
        ("4", "STANDARD")
    );
    assert!(reply.tag("ETag").starts_with("&quot;"));
    assert_eq!(reply.tags("Owner"), [""; 0]);
    let with_owner = client.get("/bucket?list-type=2&fetch-owner=true").await;
    assert_eq!(with_owner.tags("Owner").len(), 6);
    assert_eq!(client.get("/bucket").await.tags("Owner").len(), 6);
}

#[tokio::test]
async fn delimiters_and_prefixes() {
    let client = with_keys(&["a/1", "a/2", "b", "c/1/x", "c/2", "d--e--f", "d--g"]).await;
    for version in ["", "list-type=2&"] {
        let list = |query: &str| format!("/bucket?{version}{query}");
        let reply = client.get(&list("delimiter=%2F")).await;
        assert_eq!(
            shown(&reply),
            (vec!["b", "d--e--f", "d--g"], vec!["a/", "c/"])
        );
        let reply = client.get(&list("delimiter=/&prefix=c/")).await;
        assert_eq!(shown(&reply), (vec!["c/2"], vec!["c/1/"]));
        let reply = client.get(&list("delimiter=--&prefix=d")).await;
        assert_eq!(shown(&reply), (vec![], vec!["d--"]));
        let reply = client.get(&list("prefix=zzz")).await;
        assert_eq!(shown(&reply), (vec![], vec![]));
    }
}

#[tokio::test]
async fn pages_meet_without_gap() {
    let client = with_keys(&["a/1", "a/2", "b", "c/1", "d", "e/1", "e/2"]).await;
    for size in 1..=8 {
        let pages = all_pages(&client, &format!("max-keys={size}")).await;
        let keys: Vec<_> = pages.iter().flat_map(|page| page.0.clone()).collect();
        assert_eq!(
            keys,
            ["a/1", "a/2", "b", "c/1", "d", "e/1", "e/2"],
            "{size}"
        );
        assert!(pages.iter().all(|page| page.0.len() <= size));
        let pages = all_pages(&client, &format!("delimiter=/&max-keys={size}")).await;
        let keys: Vec<_> = pages.iter().flat_map(|page| page.0.clone()).collect();
        let prefixes: Vec<_> = pages.iter().flat_map(|page| page.1.clone()).collect();
        assert_eq!(
            (keys, prefixes),
            (
                vec!["b".into(), "d".into()],
                vec!["a/".into(), "c/".into(), "e/".into()]
            )
        );
        assert!(pages.iter().all(|page| page.0.len() + page.1.len() <= size));
    }
}

#[tokio::test]
async fn markers_of_the_first_version() {
    let client = with_keys(&["a/1", "a/2", "b", "c/1", "d"]).await;
    let mut marker = String::new();
    let mut seen = Vec::new();
    loop {
        let target = format!("/bucket?delimiter=/&max-keys=1&marker={marker}");
        let reply = client.get(&target).await.ok();
        let (keys, prefixes) = shown(&reply);
        seen.extend(keys.into_iter().chain(prefixes).map(str::to_owned));
        marker = reply.tag("NextMarker").to_owned();
        if reply.tag("IsTruncated") == "false" {
            break;
        }
    }
    assert_eq!(seen, ["a/", "b", "c/", "d"]);
    let plain = client.get("/bucket?max-keys=2").await;
    assert_eq!(
        (plain.tag("NextMarker"), plain.tag("IsTruncated")),
        ("", "true")
    );
    assert_eq!(
        client.get("/bucket?marker=a/2").await.tags("Key"),
        ["b", "c/1", "d"]
    );
    assert_eq!(client.get("/bucket?marker=zzz").await.tags("Key"), [""; 0]);
}

#[tokio::test]
async fn start_after_and_odd_sizes() {
    let client = with_keys(&["a", "b", "c"]).await;
    let reply = client.get("/bucket?list-type=2&start-after=a").await;
    assert_eq!(
        (reply.tags("Key"), reply.tag("StartAfter")),
        (vec!["b", "c"], "a")
    );
    let none = client.get("/bucket?list-type=2&max-keys=0").await.ok();
    assert_eq!(
        (none.tag("KeyCount"), none.tag("IsTruncated")),
        ("0", "false")
    );
    let many = client.get("/bucket?list-type=2&max-keys=5000").await.ok();
    assert_eq!(many.tag("MaxKeys"), "1000");
    for query in [
        "max-keys=-1",
        "max-keys=x",
        "max-keys=2147483648",
        "encoding-type=x",
    ] {
        client
            .get(&format!("/bucket?{query}"))
            .await
            .refused(400, "InvalidArgument");
    }
    let token = client
        .get("/bucket?list-type=2&continuation-token=%21")
        .await;
    token.refused(400, "InvalidArgument");
    client
        .get("/no-bucket?list-type=2&max-keys=0")
        .await
        .refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn keys_xml_cannot_hold() {
    let client = with_keys(&["a%01b", "c%20d%2Fe%2Bf", "g%26"]).await;
    let plain = client.get("/bucket?list-type=2").await;
    assert_eq!(plain.tags("Key"), ["a&#x1;b", "c d/e+f", "g&amp;"]);
    let encoded = client
        .get("/bucket?list-type=2&encoding-type=url&delimiter=%2F")
        .await;
    assert_eq!(shown(&encoded), (vec!["a%01b", "g%26"], vec!["c%20d/"]));
    assert_eq!(
        (encoded.tag("EncodingType"), encoded.tag("Delimiter")),
        ("url", "/")
    );
}

#[tokio::test]
async fn an_empty_token_begins_at_the_beginning() {
    let client = Client::with_bucket().await;
    client.put("/bucket/a", "").await;
    client.put("/bucket/b", "").await;
    let list = "/bucket?list-type=2&start-after=a&continuation-token=";
    let page = client.get(list).await.ok();
    assert_eq!(page.tags("Key"), ["b"]);
    assert!(
        page.text()
            .contains("<ContinuationToken></ContinuationToken>")
    );
    let wrong = client.get("/bucket?list-type=2&continuation-token=x").await;
    wrong.refused(400, "InvalidArgument");
}
