//! The examples Amazon published with this version, and what is made of changes to them.

use super::*;
use crate::auth::Verified;
use crate::domains::Domains;
use http::Request;

const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// 2007-03-27 19:40:00, within minutes of the examples.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_175_024_400)
}

fn verified_by(sigv2: SigV2, request: Request<()>) -> Result<Verified, S3Error> {
    let identity = crate::auth::tests::identity_of(ACCESS_KEY, SECRET);
    let verifier = Verifier::new(identity, "us-east-1".into(), now).with_sigv2(sigv2);
    let (parts, ()) = request.into_parts();
    let domains = Domains::new(["s3.amazonaws.com".to_owned()]).unwrap();
    verifier.verify(&Parsed::parse(&parts, &domains)?)
}

/// The account that signed, none where nobody did.
fn verified(request: Request<()>) -> Result<Option<String>, Code> {
    let verified = verified_by(SigV2::Accepted, request);
    let signer = |caller: &Caller| (!caller.is_anonymous()).then(|| caller.account().id.clone());
    verified
        .map(|verified| signer(&verified.caller))
        .map_err(|error| error.code())
}

fn owner() -> Result<Option<String>, Code> {
    Ok(Some("owner".to_owned()))
}

fn example(uri: &str, host: &str, date: &str, signature: &str) -> Request<()> {
    let request = Request::builder().uri(uri).header("host", host);
    let request = request.header("date", date);
    let authorization = format!("AWS {ACCESS_KEY}:{signature}");
    request
        .header("authorization", authorization)
        .body(())
        .unwrap()
}

#[test]
fn published_examples_are_accepted() {
    let host = "johnsmith.s3.amazonaws.com";
    for (uri, host, date, signature) in [
        (
            "/photos/puppy.jpg",
            host,
            "Tue, 27 Mar 2007 19:36:42 +0000",
            "bWq2s1WEIj+Ydj0vQ697zp+IXMU=",
        ),
        (
            "/johnsmith/photos/puppy.jpg",
            "s3.amazonaws.com",
            "Tue, 27 Mar 2007 19:36:42 +0000",
            "bWq2s1WEIj+Ydj0vQ697zp+IXMU=",
        ),
        (
            "/?prefix=photos&max-keys=50&marker=puppy",
            host,
            "Tue, 27 Mar 2007 19:42:41 +0000",
            "htDYFYduRNen8P9ZfE/s9SuKy0U=",
        ),
        (
            "/?acl",
            host,
            "Tue, 27 Mar 2007 19:44:46 +0000",
            "c2WLPFtWHVgbEmeEG93a4cG37dM=",
        ),
    ] {
        let found = verified(example(uri, host, date, signature));
        assert_eq!(found, owner(), "{uri}");
    }
}

#[test]
fn amazon_headers_are_signed_sorted_and_joined() {
    let request = Request::builder()
        .method("PUT")
        .uri("/static.johnsmith.net/db-backup.dat.gz")
        .header("host", "s3.amazonaws.com")
        .header("x-amz-meta-reviewedby", "joe@johnsmith.net")
        .header("x-amz-meta-reviewedby", "jane@johnsmith.net")
        .header("x-amz-acl", "public-read")
        .header("content-type", "application/x-download")
        .header("content-md5", "4gJE4saaMU4BqNR0kLY+lw==")
        .header("x-amz-meta-filechecksum", "0x02661779")
        .header("x-amz-meta-checksumalgorithm", "crc32");
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let parsed = Parsed::parse(&parts, &Domains::default()).unwrap();
    let text = string_to_sign(
        &parsed,
        "Tue, 27 Mar 2007 21:06:08 +0000",
        PathEnd::AsItCame,
    );
    assert_eq!(sign(SECRET, &text), "ilyl83RwaSoYIEdixDQcA4OnAnc=");
}

fn link(uri: &str) -> Request<()> {
    let request = Request::builder()
        .uri(uri)
        .header("host", "johnsmith.s3.amazonaws.com");
    request.body(()).unwrap()
}

#[test]
fn a_published_link_is_good_until_its_time() {
    let uri = format!(
        "/photos/puppy.jpg?AWSAccessKeyId={ACCESS_KEY}\
         &Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620"
    );
    assert_eq!(verified(link(&uri)), owner());
    let changed = |from: &str, to: &str| verified(link(&uri.replace(from, to)));
    assert_eq!(
        changed("Expires=1175139620", "Expires=1175139621"),
        Err(Code::SignatureDoesNotMatch)
    );
    assert_eq!(changed("puppy", "kitten"), Err(Code::SignatureDoesNotMatch));
    assert_eq!(
        changed("Expires=1175139620", "Expires=1175024399"),
        Err(Code::AccessDenied)
    );
    assert_eq!(
        changed("Expires=1175139620", "Expires=soon"),
        Err(Code::AccessDenied)
    );
    assert_eq!(changed("&Expires=1175139620", ""), Err(Code::AccessDenied));
    assert_eq!(
        changed("AWSAccessKeyId=AKIA", "AWSAccessKeyId=BKIA"),
        Err(Code::InvalidAccessKeyId)
    );
    assert_eq!(
        changed("&Expires", "&response-expires=x&Expires"),
        Err(Code::SignatureDoesNotMatch)
    );
    let with_token = format!("{uri}&x-amz-security-token=t");
    assert_eq!(verified(link(&with_token)), Err(Code::InvalidToken));
}

#[test]
fn it_is_refused_unless_a_setting_accepts_it() {
    let date = "Tue, 27 Mar 2007 19:36:42 +0000";
    let host = "johnsmith.s3.amazonaws.com";
    let header = example(
        "/photos/puppy.jpg",
        host,
        date,
        "bWq2s1WEIj+Ydj0vQ697zp+IXMU=",
    );
    let query = link("/photos/puppy.jpg?AWSAccessKeyId=a&Signature=b&Expires=1175139620");
    for request in [header, query] {
        let error = verified_by(SigV2::Refused, request).unwrap_err();
        assert_eq!(error.code(), Code::InvalidRequest);
    }
}

#[test]
fn dates_have_to_be_there_and_near() {
    for (date, code) in [
        ("Bad Date", Code::AccessDenied),
        ("", Code::AccessDenied),
        ("Tue, 07 Jul 1950 21:53:04 GMT", Code::AccessDenied),
        ("Tue, 07 Jul 2010 21:53:04 GMT", Code::RequestTimeTooSkewed),
        ("Tue, 07 Jul 9999 21:53:04 GMT", Code::RequestTimeTooSkewed),
        ("Tue, 27 Mar 2007 19:36:42 GMT", Code::SignatureDoesNotMatch),
        ("20070327T193642Z", Code::SignatureDoesNotMatch),
    ] {
        let mut request = example(
            "/photos/puppy.jpg",
            "h",
            "Tue, 27 Mar 2007 19:36:42 GMT",
            "x",
        );
        let value = http::HeaderValue::from_str(date).unwrap();
        request.headers_mut().insert("x-amz-date", value);
        assert_eq!(verified(request), Err(code), "{date}");
    }
}

#[test]
fn parameters_of_the_resource_are_sorted_and_decoded() {
    let uri = "/b/k?versionId=1%2B2&acl&prefix=x&response-expires=a+b%20c&uploads=";
    let (parts, ()) = Request::builder().uri(uri).body(()).unwrap().into_parts();
    let parsed = Parsed {
        target: crate::target::Target::from_path("/b/k").unwrap(),
        query: crate::query::Query::parse(parts.uri.query()).unwrap(),
        operation: &crate::op::OPERATIONS[0],
        parts: &parts,
    };
    let text = String::from_utf8(string_to_sign(&parsed, "D", PathEnd::AsItCame)).unwrap();
    assert_eq!(
        text,
        "GET\n\n\nD\n/b/k?acl&response-expires=a+b c&uploads=&versionId=1+2"
    );
}

/// The example of `?acl` signs `/johnsmith/`.
#[test]
fn a_bucket_may_be_signed_with_a_slash_at_its_end() {
    let signed = |uri| {
        let signature = "c2WLPFtWHVgbEmeEG93a4cG37dM=";
        let date = "Tue, 27 Mar 2007 19:44:46 +0000";
        verified(example(uri, "s3.amazonaws.com", date, signature))
    };
    assert_eq!(signed("/johnsmith?acl"), owner());
    assert_eq!(signed("/johnsmith/?acl"), owner());
    assert_eq!(signed("/johnsmit?acl"), Err(Code::SignatureDoesNotMatch));
}
