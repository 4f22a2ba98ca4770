use super::*;
use http::Request;

/// The example of Amazon's guide: GET with a range.
#[test]
fn the_published_example_comes_out_byte_for_byte() {
    let request = Request::builder()
        .uri("/test.txt")
        .header("host", "examplebucket.s3.amazonaws.com")
        .header("range", "bytes=0-9")
        .header("x-amz-content-sha256", "e3b0")
        .header("x-amz-date", "20130524T000000Z")
        .body(())
        .unwrap();
    let query = Query::default();
    let signable = Signable {
        method: request.method(),
        uri: request.uri(),
        query: &query,
        headers: request.headers(),
        signed_headers: "host;range;x-amz-content-sha256;x-amz-date",
        payload: b"e3b0",
    };
    let mut out = Vec::new();
    signable.push_to(&mut out, PathForm::Raw).unwrap();
    let expected = "GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n\
        x-amz-content-sha256:e3b0\nx-amz-date:20130524T000000Z\n\n\
        host;range;x-amz-content-sha256;x-amz-date\ne3b0";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

fn canonical(uri: &str, headers: &[(&str, &str)], signed: &str) -> String {
    let mut request = Request::builder().uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let out = fuzz_canonical_request(&request.body(()).unwrap(), signed).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_path_stays_raw_and_its_other_form_is_encoded() {
    let both = canonical("/b/a//./(x)%2f", &[("host", "h:9000")], "host");
    assert!(both.starts_with("GET\n/b/a//./(x)%2f\n\nhost:h:9000\n"));
    assert!(both.contains("GET\n/b/a//./%28x%29/\n"));
}

#[test]
fn values_are_trimmed_collapsed_and_joined() {
    let headers = [
        ("host", "h"),
        ("x-amz-meta-a", "  b   c "),
        ("x-amz-meta-a", "d"),
    ];
    let text = canonical("/", &headers, "host;x-amz-meta-a");
    assert!(text.contains("\nx-amz-meta-a:b c,d\n"), "{text}");
}

#[test]
fn the_host_of_an_absolute_uri_counts() {
    assert!(canonical("http://h:1/b", &[], "host").contains("\nhost:h:1\n"));
}

#[test]
fn unsigned_amazon_headers_are_refused() {
    let request = Request::builder()
        .header("host", "h")
        .header("x-amz-acl", "private");
    let request = request.header("expect", "100-continue").body(()).unwrap();
    let query = Query::default();
    let coverage = |signed_headers: &str, exempt: &str| {
        Signable {
            method: request.method(),
            uri: request.uri(),
            query: &query,
            headers: request.headers(),
            signed_headers,
            payload: b"",
        }
        .check_coverage(|name| name == exempt)
        .map_err(|error| error.code())
    };
    assert_eq!(coverage("host;x-amz-acl", ""), Ok(()));
    assert_eq!(coverage("host", ""), Err(Code::AccessDenied));
    assert_eq!(coverage("host", "x-amz-acl"), Ok(()));
    assert_eq!(coverage("x-amz-acl", ""), Err(Code::AccessDenied));
}
