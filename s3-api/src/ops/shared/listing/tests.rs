use super::*;

fn scope(prefix: &'static str, delimiter: &'static str) -> Scope {
    let (prefix, delimiter) = (Bytes::from(prefix), Bytes::from(delimiter));
    Scope {
        prefix,
        delimiter,
        spelling: Spelling::Plain,
    }
}

#[test]
fn a_marker_that_is_a_common_prefix_stands_for_all_under_it() {
    let after = |scope: Scope, marker: &'static str| scope.after(&Bytes::from(marker));
    let key = |text: &'static str| Cursor::AfterKey(Bytes::from(text));
    let prefix = |text: &'static str| Cursor::AfterPrefix(Bytes::from(text));
    assert_eq!(after(scope("", "/"), "a/"), prefix("a/"));
    assert_eq!(after(scope("", "/"), "a/b"), key("a/b"));
    assert_eq!(after(scope("", "/"), "a"), key("a"));
    assert_eq!(after(scope("a/", "/"), "a/b/"), prefix("a/b/"));
    assert_eq!(after(scope("a/", "/"), "a/"), key("a/"));
    assert_eq!(after(scope("", "ab"), "xab"), prefix("xab"));
    assert_eq!(after(scope("", ""), "a/"), key("a/"));
    assert_eq!(after(scope("b", "/"), "a/"), key("a/"));
    assert_eq!(after(scope("", "/"), ""), Cursor::Start);
}

#[test]
fn tokens_round_trip() {
    for cursor in [
        Cursor::AfterKey(Bytes::from_static(b"a\xff/b")),
        Cursor::AfterPrefix(Bytes::from_static(b"p/")),
    ] {
        assert_eq!(parse_token(&token(&cursor)).unwrap(), cursor);
    }
    for text in ["", "x", "====", "eA=="] {
        assert!(parse_token(text).is_err(), "{text}");
    }
}
