use super::*;

fn pairs(tags: Result<Vec<Tag>, S3Error>) -> Result<Vec<(String, String)>, Code> {
    let tags = tags.map_err(|error| error.code())?;
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
}

fn document(count: usize) -> String {
    let tag = |number| format!("<Tag><Key>{number:03}</Key><Value/></Tag>");
    let tags: String = (0..count).map(tag).collect();
    format!("<Tagging><TagSet>{tags}</TagSet></Tagging>")
}

#[test]
fn tags_come_in_the_order_of_their_keys() {
    let expected = vec![("a b".into(), "1".into()), ("b".into(), String::new())];
    assert_eq!(pairs(parse_header("b&a+b=1")), Ok(expected));
    assert_eq!(pairs(parse_header("")), Ok(vec![]));
    let body = b"<Tagging><TagSet><Tag><Key>b</Key><Value>2</Value></Tag>\
        <Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
    let expected = vec![("a".into(), "1".into()), ("b".into(), "2".into())];
    assert_eq!(pairs(of_object(body)), Ok(expected));
}

#[test]
fn there_are_only_so_many() {
    assert!(of_object(document(10).as_bytes()).is_ok());
    let eleven = of_object(document(11).as_bytes());
    assert_eq!(pairs(eleven), Err(Code::InvalidTag));
    let header: Vec<String> = (0..11).map(|number| number.to_string()).collect();
    assert_eq!(
        pairs(parse_header(&header.join("&"))),
        Err(Code::BadRequest)
    );
    assert!(of_bucket(document(50).as_bytes()).is_ok());
    let more = of_bucket(document(51).as_bytes());
    assert_eq!(pairs(more), Err(Code::BadRequest));
}

#[test]
fn what_is_no_tag_is_refused() {
    let long_key = "k".repeat(129);
    let long_value = format!("k={}", "v".repeat(257));
    for text in [
        "=v",
        "a=1&a=2",
        "aws:a=1",
        "a=%00",
        "a%3F=1",
        &long_key,
        &long_value,
    ] {
        assert_eq!(pairs(parse_header(text)), Err(Code::InvalidTag), "{text}");
    }
    assert!(parse_header(&"ä".repeat(128)).is_ok());
}

#[test]
fn what_is_no_document_is_refused() {
    for body in [
        "<Tagging/>",
        "<TagSet/>",
        "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>",
        "<Tagging><TagSet><Tag><Value>a</Value></Tag></TagSet></Tagging>",
        "<Tagging><TagSet><Other/></TagSet></Tagging>",
    ] {
        assert_eq!(pairs(of_object(body.as_bytes())), Err(Code::MalformedXML));
    }
}
