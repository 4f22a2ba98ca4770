use super::*;
use std::time::{Duration, UNIX_EPOCH};

#[test]
fn a_document_has_declaration_and_namespace() {
    let tag = "0123456789abcdef0123456789abcdef-1".parse().unwrap();
    let mut xml = Writer::document("Result");
    xml.element("Outer", |xml| {
        xml.text("Text", "a<b>&\"c\"\u{1}\r\n");
        xml.number("Number", 7);
        xml.boolean("Flag", true);
        xml.etag("ETag", &tag);
        xml.bytes("Key", b"\xffk");
        xml.time("Time", UNIX_EPOCH + Duration::from_millis(1_500));
    });
    assert_eq!(
        std::str::from_utf8(&xml.finish()).unwrap(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Result xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Outer>\
         <Text>a&lt;b&gt;&amp;&quot;c&quot;&#x1;&#xd;\n</Text><Number>7</Number><Flag>true</Flag>\
         <ETag>&quot;0123456789abcdef0123456789abcdef-1&quot;</ETag><Key>\u{fffd}k</Key>\
         <Time>1970-01-01T00:00:01.500Z</Time></Outer></Result>"
    );
}

#[test]
fn an_error_document_has_no_namespace() {
    let mut xml = Writer::error_document();
    xml.text("Code", "X");
    assert!(xml.finish().ends_with(b"\n<Error><Code>X</Code></Error>"));
}
