use super::*;
use crate::hash::md5::md5_inline;
use proptest::prelude::*;

#[test]
fn whole_objects() {
    let tag = ETag::md5(md5_inline(b""));
    assert_eq!(tag.to_string(), "d41d8cd98f00b204e9800998ecf8427e");
    assert_eq!(tag.parts(), None);
    assert_eq!("d41d8cd98f00b204e9800998ecf8427e".parse(), Ok(tag));
    assert_eq!("\"d41d8cd98f00b204e9800998ecf8427e\"".parse(), Ok(tag));
}

/// Two parts, `a` and `b`: the MD5 of their two binary MD5s, computed with another implementation.
#[test]
fn multipart_objects() {
    let parts = [ETag::md5(md5_inline(b"a")), ETag::md5(md5_inline(b"b"))];
    let tag = ETag::multipart(parts).unwrap();
    assert_eq!(tag.to_string(), "96e024ba2074fe77e8e965ba43a704be-2");
    assert_eq!(ETag::multipart([]), None);
    assert_eq!(ETag::multipart(std::iter::repeat_n(parts[0], 65_536)), None);
    assert!(ETag::multipart(std::iter::repeat_n(parts[0], 65_535)).is_some());
}

#[test]
fn a_tag_is_told_apart_by_its_parts() {
    let part = ETag::md5([7; 16]);
    let multipart = ETag::multipart([part]).unwrap();
    assert_ne!(ETag::md5(multipart.value()), multipart);
    assert_eq!(ETag::opaque([7; 16]), part);
}

#[test]
fn other_text_is_refused() {
    let digits = "d41d8cd98f00b204e9800998ecf8427e";
    for text in [
        String::new(),
        "\"".to_owned(),
        "\"\"".to_owned(),
        "*".to_owned(),
        format!("\"{digits}"),
        format!("{digits}\""),
        format!("W/\"{digits}\""),
        format!("\"\"{digits}\"\""),
        digits.to_uppercase(),
        digits[1..].to_owned(),
        format!("{digits}0"),
        format!("+{}", &digits[1..]),
        format!("{digits}-"),
        format!("{digits}-0"),
        format!("{digits}-01"),
        format!("{digits}-+1"),
        format!("{digits}-65536"),
        format!("{digits}-1-1"),
        format!(" {digits}"),
        "é".repeat(16),
    ] {
        assert_eq!(text.parse::<ETag>(), Err(ParseETagError), "{text:?}");
    }
}

proptest! {
    #[test]
    fn text_and_bytes_round_trip(value in any::<[u8; 16]>(), parts in any::<u16>()) {
        let tag = ETag { value, parts: NonZeroU16::new(parts) };
        prop_assert_eq!(tag.to_string().parse(), Ok(tag));
        prop_assert_eq!(format!("\"{tag}\"").parse(), Ok(tag));
        let stored = postcard::to_stdvec(&tag).unwrap();
        prop_assert_eq!(postcard::from_bytes(&stored), Ok(tag));
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in ".{0,40}") {
        if let Ok(tag) = text.parse::<ETag>() {
            prop_assert_eq!(text.trim_matches('"'), tag.to_string());
        }
    }
}
