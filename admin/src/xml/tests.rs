use super::*;

#[test]
fn what_is_written_is_read_again() {
    let tag = Element::new("Tag")
        .with(Element::of_text("Key", "<a>&\"'"))
        .with(Element::of_text("Value", "ü  "));
    let mut grantee = Element::new("Grantee").with(Element::of_text("ID", "1"));
    grantee.kind = Some("CanonicalUser".into());
    let root = Element::new("Tagging").with(tag).with(grantee);
    assert_eq!(parse(root.document().as_bytes()).unwrap(), root);
}

#[test]
fn layout_is_no_text() {
    let root = parse(b"<?xml version=\"1.0\"?>\n<A xmlns=\"x\">\n  <B/>\n <B>1</B></A>").unwrap();
    assert_eq!(root.all("B").count(), 2);
    assert_eq!(root.text, "");
}

#[test]
fn what_is_no_document_is_refused() {
    for text in [
        &b""[..],
        b"<A>",
        b"<A></B>",
        b"</A>",
        b"\xff",
        b"<A>&x;</A>",
    ] {
        assert!(parse(text).is_err(), "{}", String::from_utf8_lossy(text));
    }
    let deep = "<A>".repeat(100);
    assert!(parse(deep.as_bytes()).is_err());
}

/// No sign of XML, but one of keys: S3 writes it in its answers.
#[test]
fn a_zero_is_read_where_s3_writes_one() {
    let root = parse(b"<A><Key>a&#x0;b&#x1;</Key></A>").unwrap();
    assert_eq!(root.text_of("Key"), "a\0b\u{1}");
}
