use super::*;

fn taken(query: &str, headers: &[(&'static str, &'static str)]) -> Parts {
    let mut request = http::Request::put(format!("/bucket/key?{query}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    take_from_query(&mut parts);
    parts
}

#[test]
fn a_links_headers_are_found_in_its_query() {
    let query = "X-Amz-Algorithm=a&X-Amz-Signature=s&X-Amz-Date=d&X-Amz-SignedHeaders=host&x-amz-acl=private\
        &x-amz-meta-a=%C3%A9&X-Amz-Storage-Class=STANDARD_IA&x-amz-checksum-crc32=AAAAAA%3D%3D\
        &x-amz-sdk-checksum-algorithm=CRC32&x-amz-checksum-mode=ENABLED&x-id=PutObject\
        &versionId=1&x-amz-meta-%0A=b&x-amz-meta-c=%0A";
    let parts = taken(query, &[("x-amz-acl", "public-read")]);
    let mut found: Vec<&str> = parts.headers.keys().map(HeaderName::as_str).collect();
    found.sort_unstable();
    let expected = [
        "x-amz-acl",
        "x-amz-checksum-mode",
        "x-amz-meta-a",
        "x-amz-storage-class",
    ];
    assert_eq!(found, expected);
    assert_eq!(parts.headers["x-amz-meta-a"].as_bytes(), "é".as_bytes());
    assert_eq!(parts.headers["x-amz-acl"], "public-read");
    assert!(Hoisted::has(&parts, "x-amz-meta-a"));
    assert!(!Hoisted::has(&parts, "x-amz-acl"));
}

#[test]
fn only_links_have_any() {
    for query in [
        "x-amz-acl=private",
        "x-amz-acl=a&X-Amz-Signature=b",
        "Signature",
    ] {
        assert!(taken(query, &[]).headers.is_empty(), "{query}");
    }
    let second = taken("Signature=s&x-amz-acl=private", &[]);
    assert_eq!(second.headers["x-amz-acl"], "private");
}
