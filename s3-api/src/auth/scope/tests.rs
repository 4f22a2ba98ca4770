use super::*;

#[test]
fn a_scope_is_taken_apart() {
    let scope = Scope::parse("A/K/20130524/us-east-1/s3/aws4_request").unwrap();
    assert_eq!(scope.access_key, "A/K");
    assert_eq!(
        (scope.date, scope.region, scope.service),
        ("20130524", "us-east-1", "s3")
    );
    assert_eq!(scope.signed_part(), "20130524/us-east-1/s3/aws4_request");
}

#[test]
fn broken_scopes_are_none() {
    for text in [
        "",
        "A",
        "A/20130524/us-east-1/s3",
        "/20130524/us-east-1/s3/aws4_request",
        "A/2013052/us-east-1/s3/aws4_request",
        "A/20131324/us-east-1/s3/aws4_request",
        "A/20130524/us-east-1/s3/aws2_request",
    ] {
        assert_eq!(Scope::parse(text), None, "{text}");
    }
}
