use std::collections::HashSet;

use super::*;
use crate::limits;

#[test]
fn ids_look_like_amazons() {
    let made: HashSet<String> = (0..100).map(|_| unique_id(Unique::User).unwrap()).collect();
    assert_eq!(made.len(), 100);
    for id in made {
        assert!(id.starts_with("AIDA") && id.len() == 20, "{id}");
    }
    assert_eq!(new_secret().unwrap().len(), 40);
    assert_eq!(new_canonical_id().unwrap().len(), 64);
    for _ in 0..100 {
        let number = new_account_number().unwrap();
        assert!(number.len() == 12 && !number.starts_with('0'), "{number}");
    }
}

#[test]
fn names_and_paths() {
    let name = |name: &str| check_name("userName", name, limits::USER_NAME_BYTES_MAX).is_ok();
    assert!(name("anna.b+c=d,e@f_g-h") && name(&"x".repeat(64)));
    assert!(!name("") && !name("a b") && !name("a/b") && !name(&"x".repeat(65)));
    for (path, good) in [
        ("/", true),
        ("/a/b/", true),
        ("", false),
        ("a/", false),
        ("/a", false),
    ] {
        assert_eq!(check_path(path).is_ok(), good, "{path}");
    }
    assert!(check_email("a@b").is_ok() && check_email("ab").is_err());
    assert!(check_session_name("a").is_err());
}

#[test]
fn tags() {
    let tag = |key: &str| Tag {
        key: key.into(),
        value: "v".into(),
    };
    assert!(check_tags(&[tag("a"), tag("b")], 2).is_ok());
    assert!(check_tags(&[tag("a"), tag("A")], 2).is_err());
    assert!(check_tags(&[tag("a"), tag("b")], 1).is_err());
    assert!(check_tags(&[tag("aws:x")], 1).is_err());
    assert!(check_tags(&[tag("")], 1).is_err());
}

#[test]
fn secrets_show_nothing() {
    assert_eq!(format!("{:?}", Secret::new("geheim")), "Secret(..)");
}
