use super::*;
use proptest::prelude::*;

#[test]
fn percent_form_is_the_one_of_signatures() {
    let mut out = Vec::new();
    push_percent_encoded(&mut out, "a b/ü~*".as_bytes(), Keep::Nothing);
    assert_eq!(out, b"a%20b%2F%C3%BC~%2A");
    out.clear();
    push_percent_encoded(&mut out, b"a/b", Keep::Slash);
    assert_eq!(out, b"a/b");
}

#[test]
fn query_plus_is_a_space_but_path_plus_is_not() {
    assert_eq!(&*query_decode(b"a+b%2B%zz"), b"a b+%zz");
    assert_eq!(&*percent_decode(b"a+b%2B%zz"), b"a+b+%zz");
}

#[test]
fn hex_digest_wants_exactly_64_digits() {
    assert!(hex_digest(&[b'a'; 64]).is_some());
    assert!(hex_digest(&[b'a'; 63]).is_none());
    assert!(hex_digest(&[b'g'; 64]).is_none());
}

proptest! {
    #[test]
    fn percent_round_trip(bytes: Vec<u8>) {
        let mut out = Vec::new();
        push_percent_encoded(&mut out, &bytes, Keep::Nothing);
        prop_assert_eq!(percent_decode(&out).into_owned(), bytes.clone());
        prop_assert_eq!(query_decode(&out).into_owned(), bytes);
    }
}
