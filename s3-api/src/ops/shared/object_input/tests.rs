use super::*;
use http::HeaderName;

fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in list {
        headers.append(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    headers
}

fn attributes(headers: &HeaderMap) -> Result<Vec<Attribute>, S3Error> {
    let (mut parts, ()) = http::Request::new(()).into_parts();
    parts.headers = headers.clone();
    super::attributes(&parts)
}

fn kept(list: &[(&'static str, &str)]) -> Vec<(String, String)> {
    let text = |attribute: Attribute| (attribute.name, String::from_utf8(attribute.value).unwrap());
    attributes(&headers(list))
        .unwrap()
        .into_iter()
        .map(text)
        .collect()
}

#[test]
fn only_what_belongs_to_the_object_is_kept() {
    let list = [
        ("content-type", "a/b"),
        ("x-amz-date", "d"),
        ("x-amz-meta-k", "v"),
        ("host", "h"),
    ];
    let expected = [
        ("content-type".into(), "a/b".into()),
        ("x-amz-meta-k".into(), "v".into()),
    ];
    assert_eq!(kept(&list), expected);
}

#[test]
fn framing_is_cut_out_of_the_encoding() {
    assert_eq!(kept(&[("content-encoding", "aws-chunked")]), []);
    let expected = [("content-encoding".to_owned(), "gzip".to_owned())];
    assert_eq!(kept(&[("content-encoding", "gzip, aws-chunked")]), expected);
    assert_eq!(kept(&[("content-encoding", "aws-chunked,gzip")]), expected);
}

#[test]
fn repeated_metadata_is_joined() {
    let list = [("x-amz-meta-k", "a"), ("x-amz-meta-k", "b")];
    assert_eq!(kept(&list), [("x-amz-meta-k".to_owned(), "a,b".to_owned())]);
}

#[test]
fn metadata_is_bounded_without_its_prefix() {
    let value = "v".repeat(USER_METADATA_BYTES_MAX - 1);
    assert_eq!(kept(&[("x-amz-meta-k", &value)]).len(), 1);
    let error = attributes(&headers(&[("x-amz-meta-kk", &value)])).unwrap_err();
    assert_eq!(error.code(), Code::MetadataTooLarge);
}

#[test]
fn metadata_is_counted_as_it_is_kept() {
    assert_eq!(kept(&[("x-amz-meta-k", "\u{e9}")])[0].1, "\u{c3}\u{a9}");
    // Each of the two bytes that were sent becomes two.
    let value = "\u{e9}".repeat(USER_METADATA_BYTES_MAX / 4);
    let error = attributes(&headers(&[("x-amz-meta-k", &value)])).unwrap_err();
    assert_eq!(error.code(), Code::MetadataTooLarge);
    // Other headers are not looked at.
    assert_eq!(kept(&[("content-disposition", "\u{e9}")])[0].1, "\u{e9}");
}

#[test]
fn what_is_not_done_is_refused() {
    let code = |name, value| check_unsupported(&headers(&[(name, value)])).map_err(|e| e.code());
    assert_eq!(
        code("x-amz-write-offset-bytes", "0"),
        Err(Code::NotImplemented)
    );
}
