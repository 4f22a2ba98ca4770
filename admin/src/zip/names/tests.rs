use super::*;

fn folder(keys: &[&str], prefix: Option<&str>) -> String {
    let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    folder_of(&keys, prefix)
}

#[test]
fn names_are_relative_to_what_is_common() {
    assert_eq!(folder(&["a/b/c", "a/b/d"], None), "a/b/");
    assert_eq!(folder(&["a/b/c", "a/bb/d"], None), "a/");
    assert_eq!(folder(&["a/b/c"], None), "a/b/");
    assert_eq!(folder(&["x", "a/b"], None), "");
    assert_eq!(folder(&["a/b/"], None), "a/");
    assert_eq!(folder(&["b/"], None), "");
    assert_eq!(folder(&["a/b/", "a/c"], None), "a/");
    assert_eq!(folder(&[], Some("a/b/2020-")), "a/b/");
    assert_eq!(folder(&[], Some("")), "");
    assert_eq!(folder(&["a/x"], Some("a/b/")), "a/");
    // Half a character is none.
    assert_eq!(folder(&["ä/x", "å/x"], None), "");
    assert_eq!(name_of(b"a/b/c.txt", "a/b/"), "c.txt");
    assert_eq!(name_of(b"a/b/", "a/"), "b/");
    assert_eq!(name_of("ä b/ö".as_bytes(), ""), "ä b/ö");
}

#[test]
fn no_name_leads_out_of_its_folder_and_no_two_become_one() {
    let keys: [&[u8]; 14] = [
        b"../../etc/passwd",
        b"/etc/passwd",
        b"_/etc/passwd",
        b"a//b",
        b"a/./b",
        b"a/../b",
        b"a/_/b",
        b"..\\windows",
        b"C:/x",
        b"a\0b",
        b"a\nb",
        b"a\xff",
        b"a\xfe",
        b"//",
    ];
    let names: Vec<String> = keys.iter().map(|key| name_of(key, "")).collect();
    for name in &names {
        let parts: Vec<&str> = name.trim_end_matches('/').split('/').collect();
        assert!(
            parts.iter().all(|it| !["", ".", ".."].contains(it)),
            "{name}"
        );
        assert!(name.chars().all(is_harmless), "{name}");
        assert!(name.len() < 65_535);
    }
    let mut once = names.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), names.len(), "{names:?}");
    assert_eq!(name_of(b"a/_/b", ""), "a/_/b");
}
