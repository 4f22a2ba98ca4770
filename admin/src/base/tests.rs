use super::*;

#[test]
fn a_path_is_read_with_and_without_its_last_slash() {
    for (text, expected) in [
        ("/", "/"),
        ("/cairn", "/cairn/"),
        ("/cairn/", "/cairn/"),
        ("/a/b-1", "/a/b-1/"),
        ("/apiary", "/apiary/"),
    ] {
        assert_eq!(BasePath::parse(text).unwrap().as_str(), expected, "{text}");
    }
}

#[test]
fn what_could_mean_something_else_is_refused() {
    for text in [
        "", "cairn", "//", "/a//b", "/a/../b", "/a b", "/a\"b", "/a%20",
    ] {
        assert_eq!(
            BasePath::parse(text),
            Err(BasePathError::Malformed),
            "{text}"
        );
    }
    for text in ["/api", "/api/x", "/assets"] {
        assert_eq!(BasePath::parse(text), Err(BasePathError::Taken), "{text}");
    }
}

#[test]
fn the_base_is_taken_off_where_it_is() {
    let base = BasePath::parse("/cairn").unwrap();
    for (path, expected) in [
        ("/cairn/", Place::Inside("/")),
        ("/cairn/api/v1/session", Place::Inside("/api/v1/session")),
        ("/cairn", Place::Bare),
        ("/cairns", Place::Inside("/cairns")),
        ("/api/v1/session", Place::Inside("/api/v1/session")),
        ("/", Place::Inside("/")),
    ] {
        assert_eq!(base.place(path), expected, "{path}");
    }
    assert_eq!(base.outside("/api/v1"), "/cairn/api/v1");
    let none = BasePath::default();
    assert_eq!(none.place("/buckets"), Place::Inside("/buckets"));
    assert_eq!(none.place("/"), Place::Inside("/"));
    assert_eq!(none.outside("/api/v1"), "/api/v1");
}
