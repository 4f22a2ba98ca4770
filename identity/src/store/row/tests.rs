use super::*;

fn user() -> User {
    User {
        id: "AIDAA".into(),
        space: "123456789012".into(),
        path: "/a/".into(),
        name: "anna".into(),
        created: 7,
        tags: Vec::new(),
        groups: vec!["AGPAB".into()],
        attached: Vec::new(),
        boundary: None,
        suspended: None,
    }
}

#[test]
fn rows_come_back() {
    let inline = Row::Inline(Inline {
        of: "a/b".into(),
        name: "n".into(),
        document: "{\n}".into(),
    });
    for row in [Row::User(user()), inline] {
        let (key, value) = (row.key().encode(), row.encode().unwrap());
        assert_eq!(Row::decode(key.as_bytes(), &value).unwrap(), row);
        assert!(Row::decode(b"user/other", &value).is_err());
        assert!(Row::decode(key.as_bytes(), &value[..value.len() - 1]).is_err());
        assert!(Row::decode(key.as_bytes(), &[&[2], &value[1..]].concat()).is_err());
    }
    assert!(Row::decode(b"user/AIDAA", b"").is_err());
    assert!(Row::decode(b"ghost/AIDAA", &[1]).is_err());
}

/// What version 1 wrote is read for good.
#[test]
fn the_layout_does_not_change() {
    let bytes = Row::User(user()).encode().unwrap();
    let expected = concat!(
        "\x01{\"id\":\"AIDAA\",\"space\":\"123456789012\",\"path\":\"/a/\",\"name\":\"anna\",",
        "\"created\":7,\"tags\":[],\"groups\":[\"AGPAB\"],\"attached\":[],\"boundary\":null}"
    );
    assert_eq!(std::str::from_utf8(&bytes).unwrap(), expected);
}
