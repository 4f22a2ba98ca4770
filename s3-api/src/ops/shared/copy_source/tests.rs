use super::*;

fn parse(header: &str) -> Result<(String, Bytes, Option<VersionId>), Code> {
    CopySource::parse(header.as_bytes())
        .map(|source| (source.bucket, source.key, source.version))
        .map_err(|error| error.code())
}

#[test]
fn sources_are_taken_apart() {
    let source = |key: &'static str| Ok(("bucket".to_owned(), Bytes::from(key), None));
    assert_eq!(parse("bucket/key"), source("key"));
    assert_eq!(parse("/bucket/a//b/"), source("a//b/"));
    assert_eq!(parse("bucket%2Fa%20b+c"), source("a b+c"));
    assert_eq!(parse("bucket/a?b"), source("a?b"));
    assert_eq!(
        parse("bucket/a%3FversionId=null"),
        source("a?versionId=null")
    );
    let null = Ok((
        "bucket".to_owned(),
        Bytes::from("key"),
        Some(VersionId::Null),
    ));
    assert_eq!(parse("bucket/key?versionId=null"), null);
}

#[test]
fn sources_that_name_nothing_are_refused() {
    for header in [
        "",
        "/",
        "bucket",
        "bucket/",
        "bucket/key?versionId=zz",
        "bucket/k?versionId=",
    ] {
        assert_eq!(parse(header), Err(Code::InvalidArgument), "{header}");
    }
    assert_eq!(parse("B/key"), Err(Code::InvalidBucketName));
    assert_eq!(
        parse(&format!("bucket/{}", "a".repeat(1025))),
        Err(Code::KeyTooLongError)
    );
}
