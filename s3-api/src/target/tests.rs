use super::*;

fn key(path: &str) -> Bytes {
    Target::from_path(path).unwrap().key
}

#[test]
fn keys_are_bytes_and_nothing_is_normalised() {
    assert_eq!(key("/b/a//c"), "a//c");
    assert_eq!(key("/b//a"), "/a");
    assert_eq!(key("/b/./../a/"), "./../a/");
    assert_eq!(key("/b/a%2Fc%FF+%25"), &b"a/c\xff+%"[..]);
    assert_eq!(key("/b/a%zz"), "a%zz");
}

#[test]
fn the_level_follows_from_what_is_named() {
    for (path, level) in [
        ("/", Level::Service),
        ("/b", Level::Bucket),
        ("/b/", Level::Bucket),
        ("/b/k", Level::Object),
        ("/b//", Level::Object),
    ] {
        assert_eq!(Target::from_path(path).unwrap().level(), level, "{path}");
    }
}

#[test]
fn paths_that_name_nothing_are_refused() {
    assert_eq!(Target::from_path("*").unwrap_err().code(), Code::InvalidURI);
    assert_eq!(
        Target::from_path("//k").unwrap_err().code(),
        Code::InvalidBucketName
    );
    assert_eq!(
        Target::from_path("/%ff/k").unwrap_err().code(),
        Code::InvalidBucketName
    );
}

#[test]
fn a_key_has_at_most_1024_bytes_after_decoding() {
    let path = |count: usize| format!("/b/{}", "%41".repeat(count));
    assert_eq!(key(&path(1024)).len(), 1024);
    assert_eq!(
        Target::from_path(&path(1025)).unwrap_err().code(),
        Code::KeyTooLongError
    );
}

#[test]
fn bucket_names_follow_amazons_rules() {
    for good in [
        "abc",
        "a-b.c1",
        "1.2.3",
        "a--b",
        "192.168.5.4.a",
        &"a".repeat(63),
    ] {
        assert!(is_bucket_name(good), "{good}");
    }
    let long = "a".repeat(64);
    for bad in [
        "",
        "ab",
        &long,
        "Abc",
        "a_b",
        "-abc",
        "abc-",
        "a..b",
        ".abc",
        "abc.",
        "a.-b",
        "a-.b",
        "192.168.5.4",
        "xn--abc",
        "sthree-abc",
        "abc-s3alias",
        "abc--ol-s3",
        "abc--x-s3",
        "a b",
        "ümlaut",
    ] {
        assert!(!is_bucket_name(bad), "{bad}");
    }
}

#[test]
fn a_host_that_names_the_bucket_leaves_the_path_to_the_key() {
    let domains = Domains::new(["s3.example.com".to_owned()]).unwrap();
    let target = |host: &str, uri: &str| {
        let request = http::Request::builder().uri(uri).header("host", host);
        Target::of(&request.body(()).unwrap().into_parts().0, &domains).unwrap()
    };
    let named = target("photos.s3.example.com:9000", "/a//b%2Fc?acl");
    assert_eq!(
        (named.bucket.as_str(), &named.key[..]),
        ("photos", &b"a//b/c"[..])
    );
    let root = target("photos.s3.example.com", "/");
    assert_eq!(root.level(), Level::Bucket);
    let plain = target("s3.example.com", "/photos/a");
    assert_eq!(
        (plain.bucket.as_str(), &plain.key[..]),
        ("photos", &b"a"[..])
    );
}
