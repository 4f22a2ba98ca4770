use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;
use crate::error::{Code, S3Error};
use crate::kms::{KeyId, WrappedKey};

const KEY: &str = "pO3upElrwuEXSoFwCfnZPdSsmt/xWeFa0N9KgDijwVs=";
const MD5: &str = "DWygnHRtgiJ77HCm+1rvHw==";

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &'static str)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    };
    pairs.iter().map(pair).collect()
}

fn asked(pairs: &[(&'static str, &'static str)]) -> Result<Asked, S3Error> {
    Asked::parse(&headers(pairs))
}

#[track_caller]
fn refused(pairs: &[(&'static str, &'static str)], code: Code, part: &str) {
    let error = asked(pairs).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert!(error.to_string().contains(part), "{error}");
}

#[test]
fn a_customer_key_has_three_headers_that_agree() {
    let all = [
        (REQUEST.algorithm, "AES256"),
        ("x-amz-server-side-encryption-customer-key", KEY),
        (REQUEST.md5, MD5),
    ];
    let Ok(Asked::Customer(key)) = asked(&all) else {
        panic!("refused");
    };
    assert_eq!((key.md5.as_str(), key.key.0[0]), (MD5, 0xa4));
    let [algorithm, secret, md5] = all;
    let invalid = Code::InvalidArgument;
    refused(&[secret, md5], invalid, "valid encryption algorithm");
    refused(&[algorithm, md5], invalid, "appropriate secret key");
    refused(&[algorithm, secret], invalid, "calculated MD5");
    let other = (REQUEST.md5, "AAAAAAAAAAAAAAAAAAAAAA==");
    refused(&[algorithm, secret, other], invalid, "did not match");
    let short = ("x-amz-server-side-encryption-customer-key", "AAAA");
    refused(&[algorithm, short, md5], invalid, "was invalid for");
    let method = (REQUEST.algorithm, "AES192");
    let code = Code::InvalidEncryptionAlgorithmError;
    refused(&[method, secret, md5], code, "AES256");
}

#[test]
fn methods_exclude_each_other() {
    let invalid = Code::InvalidArgument;
    refused(
        &[
            (METHOD, "AES256"),
            (REQUEST.algorithm, "AES256"),
            ("x-amz-server-side-encryption-customer-key", KEY),
            (REQUEST.md5, MD5),
        ],
        invalid,
        "incompatible",
    );
    refused(&[(METHOD, "AES256"), (KMS_KEY_ID, "one")], invalid, "KMS");
    refused(&[(KMS_KEY_ID, "one")], invalid, "KMS");
    refused(&[(CONTEXT, "e30=")], invalid, "KMS");
    refused(&[(METHOD, "aes:kms")], invalid, "not supported");
    refused(&[(METHOD, "aws:kms:dsse")], Code::NotImplemented, "dsse");
    refused(
        &[(METHOD, "aws:kms"), (CONTEXT, "no base64")],
        invalid,
        "string-string map",
    );
    refused(
        &[(METHOD, "aws:kms"), (CONTEXT, "eyJhIjoxfQ==")],
        invalid,
        "string-string map",
    );
    assert!(matches!(
        asked(&[(METHOD, "AES256")]),
        Ok(Asked::Managed(Wanted::S3))
    ));
}

#[test]
fn equal_contexts_have_equal_bytes() {
    let one = EncryptionContext::from_json(br#"{"b": "2", "a": "1"}"#).unwrap();
    let other = EncryptionContext::from_json(br#"{"a":"1","b":"2"}"#).unwrap();
    assert_eq!(one, other);
    assert_eq!(EncryptionContext::parse(&one.base64()).unwrap(), one);
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(5000));
    assert_eq!(EncryptionContext::from_json(long.as_bytes()), None);
}

#[test]
fn what_is_kept_is_read_again() {
    let context = EncryptionContext::from_json(br#"{"a":"1"}"#);
    let kms = |context| Method::Kms {
        context,
        bucket_key: true,
    };
    for method in [Method::S3, kms(None), kms(context)] {
        let wrapped = WrappedKey {
            key: KeyId::parse("arn:aws:kms:us-east-1:1:key/one").unwrap(),
            version: 3,
            sealed: vec![1, 2, 3],
        };
        let managed = Managed { method, wrapped };
        let attribute = managed.attribute();
        assert!(attribute.name.starts_with(':'));
        assert_eq!(Managed::of(&[attribute]), Some(Ok(managed)));
    }
    assert_eq!(Managed::of(&[]), None);
    let foreign = storage_engine::row::Attribute {
        name: ATTRIBUTE.into(),
        value: b"2 AES256 one 1 AQID".to_vec(),
    };
    assert!(matches!(Managed::of(&[foreign]), Some(Err(_))));
}
