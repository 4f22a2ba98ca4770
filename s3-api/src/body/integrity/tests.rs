use super::*;
use crate::auth::PayloadClaim;
use crate::body::wire::WireBody;
use http::{HeaderName, HeaderValue};
use http_body_util::Empty;
use storage_engine::hash::Hasher;

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

/// Verifies a body against headers, as if it had come.
fn verify(list: &[(&'static str, &str)], body: &[u8]) -> Result<(), Code> {
    let integrity = Integrity::from_headers(&headers(list), &[]).map_err(|error| error.code())?;
    let mut wire = WireBody::new(Empty::new(), &HeaderMap::new());
    let payload = Payload::new(&mut wire, PayloadClaim::Unsigned, &HeaderMap::new()).unwrap();
    let checksums: Vec<Checksum> = integrity
        .algorithm()
        .into_iter()
        .map(|algorithm| {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(body);
            hasher.finish()
        })
        .collect();
    let md5 = storage_engine::hash::md5_inline(body);
    integrity
        .check(&payload, Some(md5), &checksums)
        .map_err(|error| error.code())
}

#[test]
fn digests_are_compared() {
    let body = b"123456789";
    assert_eq!(verify(&[], body), Ok(()));
    assert_eq!(
        verify(&[("content-md5", "JfnnlDI7RTiF9RgfG2JNCw==")], body),
        Ok(())
    );
    assert_eq!(
        verify(&[("content-md5", "JfnnlDI7RTiF9RgfG2JNCg==")], body),
        Err(Code::BadDigest)
    );
    assert_eq!(
        verify(&[("content-md5", "short")], body),
        Err(Code::InvalidDigest)
    );
    assert_eq!(
        verify(&[("x-amz-checksum-crc32", "y/Q5Jg==")], body),
        Ok(())
    );
    assert_eq!(
        verify(&[("x-amz-checksum-crc32", "y/Q5Jw==")], body),
        Err(Code::BadDigest)
    );
    assert_eq!(
        verify(&[("x-amz-checksum-crc32", "y/Q5")], body),
        Err(Code::BadDigest)
    );
}

#[test]
fn one_checksum_and_its_name() {
    let crc = ("x-amz-checksum-crc32", "y/Q5Jg==");
    let sha = ("x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=");
    let named = |text| ("x-amz-sdk-checksum-algorithm", text);
    let body = b"123456789";
    assert_eq!(verify(&[crc, sha], body), Err(Code::InvalidRequest));
    assert_eq!(verify(&[crc, named("CRC32")], body), Ok(()));
    assert_eq!(
        verify(&[crc, named("SHA1")], body),
        Err(Code::InvalidRequest)
    );
    assert_eq!(
        verify(&[crc, named("NONE")], body),
        Err(Code::InvalidRequest)
    );
    assert_eq!(verify(&[named("CRC32")], body), Err(Code::InvalidRequest));
    // Neither of these is a value.
    let others = [
        ("x-amz-checksum-mode", "ENABLED"),
        ("x-amz-checksum-algorithm", "CRC32"),
    ];
    assert_eq!(verify(&others, body), Ok(()));
}

#[test]
fn an_announced_trailer_has_to_come() {
    let announced = ["x-amz-checksum-crc32".to_owned()];
    let integrity = Integrity::from_headers(&HeaderMap::new(), &announced).unwrap();
    assert_eq!(integrity.algorithm(), Some(Algorithm::Crc32));
    let mut wire = WireBody::new(Empty::new(), &HeaderMap::new());
    let payload = Payload::new(&mut wire, PayloadClaim::Unsigned, &HeaderMap::new()).unwrap();
    let error = integrity.check(&payload, None, &[]).unwrap_err();
    assert_eq!(error.code(), Code::MalformedTrailerError);
}
