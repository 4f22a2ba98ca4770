use super::*;
use proptest::prelude::*;

fn error(document: &str) -> String {
    parse(document.as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_document_becomes_a_tree() {
    let document = b"<?xml version=\"1.0\"?>\n<Delete xmlns=\"urn:x\"><Quiet>true</Quiet>\
        <Object><Key> a&amp;b&#10;&#x63;<![CDATA[<d>]]></Key></Object><Object><Key/></Object>\
        </Delete>\n";
    let root = parse(document).unwrap();
    assert_eq!(root.name(), "Delete");
    assert_eq!(root.child_text("Quiet"), Some("true"));
    let objects: Vec<_> = root
        .children()
        .iter()
        .filter(|child| child.name() == "Object")
        .collect();
    assert_eq!(objects[0].child("Key").unwrap().text(), " a&b\nc<d>");
    assert_eq!(objects[1].child("Key").unwrap().text(), "");
    assert!(root.child("Absent").is_none());
}

#[test]
fn prefixes_are_dropped() {
    let root = parse(b"<s3:Delete xmlns:s3=\"urn:x\"><s3:Quiet>1</s3:Quiet></s3:Delete>").unwrap();
    assert_eq!(root.child_text("Quiet"), Some("1"));
}

#[test]
fn nothing_expands() {
    assert_eq!(
        error("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        "a document type is not allowed"
    );
    assert_eq!(error("<a>&b;</a>"), "unknown entity `b`");
}

#[test]
fn broken_documents_are_refused() {
    for document in [
        "", "  ", "text", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "</a>", "<a>&</a>",
    ] {
        assert!(parse(document.as_bytes()).is_err(), "{document}");
    }
    assert_eq!(parse(b"<a>\xff</a>").unwrap_err().to_string(), "not utf-8");
}

#[test]
fn depth_and_count_are_bounded() {
    let deep = |levels: usize| "<a>".repeat(levels) + &"</a>".repeat(levels);
    assert!(parse(deep(DOCUMENT_DEPTH_MAX).as_bytes()).is_ok());
    assert_eq!(
        error(&deep(DOCUMENT_DEPTH_MAX + 1)),
        "nested deeper than 16"
    );
    let wide = |children: usize| format!("<a>{}</a>", "<b/>".repeat(children));
    assert!(parse(wide(DOCUMENT_ELEMENTS_MAX - 1).as_bytes()).is_ok());
    assert_eq!(
        error(&wide(DOCUMENT_ELEMENTS_MAX)),
        "more than 80000 elements"
    );
}

proptest! {
    #[test]
    fn no_input_panics(document in "[<>/a&;#x!\\[\\]\"'? -]{0,64}") {
        let _ = parse(document.as_bytes());
    }

    #[test]
    fn what_the_writer_writes_is_read_back(value in "[ -~üß\n\t]{0,40}") {
        let mut xml = crate::xml::writer::Writer::document("R");
        xml.text("T", &value);
        let document = xml.finish();
        let root = parse(&document).unwrap();
        prop_assert_eq!(root.child("T").unwrap().text(), value);
    }
}
