use super::*;
use crate::error::Code;

fn with_key(key: &str, file: &str) -> Result<String, S3Error> {
    let mut fields = Fields::default();
    fields.push("KEY", key.into());
    fields.set_file_name(Some(file));
    fields.key()
}

#[test]
fn the_key_may_name_the_file() {
    for (key, file, expected) in [
        ("plain", "a.txt", "plain"),
        ("${filename}", "a.txt", "a.txt"),
        ("up/${filename}.${filename}", "a", "up/a.a"),
        ("${filename}", "C:\\Users\\me\\a.txt", "a.txt"),
        ("${filename}", "/pictures/me/a.txt", "a.txt"),
        ("$filename", "a.txt", "$filename"),
    ] {
        assert_eq!(with_key(key, file).unwrap(), expected);
    }
}

#[test]
fn a_form_needs_a_key() {
    assert_eq!(with_key("", "a").unwrap_err().code(), Code::InvalidArgument);
    let none = Fields::default().key().unwrap_err();
    assert_eq!(none.code(), Code::InvalidArgument);
    assert!(none.sentence().contains("'key'"));
}

#[test]
fn a_field_that_comes_twice_hides_nothing_from_the_policy() {
    let mut fields = Fields::default();
    for (name, value) in [
        ("acl", "private"),
        ("ACL", "public-read"),
        ("x-amz-meta-a", "b"),
        ("X-Amz-Meta-A", "c"),
    ] {
        fields.push(name, value.into());
    }
    let list: Vec<_> = fields.iter().collect();
    assert_eq!(list, [("acl", &b"private"[..]), ("x-amz-meta-a", b"b,c")]);
}
