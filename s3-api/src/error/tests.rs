use super::*;
use std::collections::HashSet;

#[test]
fn a_document_has_code_message_extras_and_ids_in_that_order() {
    let error = S3Error::new(Code::NoSuchKey).extra("Key", "a<b");
    assert_eq!(
        std::str::from_utf8(&error.document("/b/a", "ID", "HOST")).unwrap(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>\
         <Message>The specified key does not exist.</Message><Key>a&lt;b</Key>\
         <Resource>/b/a</Resource><RequestId>ID</RequestId><HostId>HOST</HostId></Error>"
    );
}

#[test]
fn every_code_has_an_error_status() {
    for code in Code::ALL {
        let status = code.status().as_u16();
        assert!(status == 304 || (400..600).contains(&status), "{code:?}");
    }
}

#[test]
fn names_are_unique_except_for_the_codes_that_share_one_on_purpose() {
    let names: HashSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
    // `ObjectLockMissing` is an `InvalidRequest` with its own sentence.
    assert_eq!(names.len() + 1, Code::ALL.len());
}

#[test]
fn a_broken_header_value_is_left_out() {
    let name = HeaderName::from_static("x-amz-bucket-region");
    let mut error = S3Error::new(Code::NoSuchKey).header(name.clone(), "a\nb");
    assert!(
        error
            .take_headers()
            .is_none_or(|headers| headers.is_empty())
    );
    let mut error = S3Error::new(Code::NoSuchKey).header(name.clone(), "x");
    assert_eq!(error.take_headers().unwrap()[name], "x");
}
