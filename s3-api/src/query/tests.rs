use super::*;

fn canonical(raw: &str) -> String {
    let mut out = Vec::new();
    Query::parse(Some(raw))
        .unwrap()
        .push_canonical(&mut out, "X-Amz-Signature");
    String::from_utf8(out).unwrap()
}

#[test]
fn parameters_are_decoded() {
    let query = Query::parse(Some("prefix=a%2Fb+c&acl&&empty=&n=12&bad=x")).unwrap();
    assert_eq!(query.get("prefix"), Some(&b"a/b c"[..]));
    assert_eq!(query.get("acl"), Some(&b""[..]));
    assert!(query.has("empty") && !query.has(""));
    assert_eq!(query.number::<u32>("n").unwrap(), Some(12));
    assert_eq!(query.number::<u32>("empty").unwrap(), None);
    assert_eq!(
        query.number::<u32>("bad").unwrap_err().code(),
        Code::InvalidArgument
    );
}

#[test]
fn the_canonical_form_is_sorted_by_name_then_value() {
    assert_eq!(canonical("b=2&a=1&b=1&acl"), "a=1&acl=&b=1&b=2");
    assert_eq!(canonical("a-b=1&a=2&a1=3"), "a=2&a-b=1&a1=3");
    assert_eq!(canonical("p=a/b+c%2b&X-Amz-Signature=x"), "p=a%2Fb%20c%2B");
    assert_eq!(canonical(""), "");
}

#[test]
fn the_number_of_parameters_is_bounded() {
    let raw = |count: usize| vec!["a=1"; count].join("&");
    assert!(Query::parse(Some(&raw(QUERY_PARAMETERS_MAX))).is_ok());
    let error = Query::parse(Some(&raw(QUERY_PARAMETERS_MAX + 1))).unwrap_err();
    assert_eq!(error.code(), Code::InvalidURI);
}
