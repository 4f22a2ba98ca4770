use super::*;

#[test]
fn it_is_spelled_as_clients_sign_it() {
    for (given, spelled) in [
        ("https://s3.example.com", "https://s3.example.com"),
        ("HTTPS://S3.Example.com/", "https://s3.example.com"),
        ("https://s3.example.com:443", "https://s3.example.com"),
        ("https://s3.example.com:80", "https://s3.example.com:80"),
        ("http://s3.example.com:80/", "http://s3.example.com"),
        ("http://storage:9000", "http://storage:9000"),
        ("http://192.0.2.7:9000", "http://192.0.2.7:9000"),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ] {
        let url = PublicUrl::parse(given).unwrap();
        assert_eq!(url.to_string(), spelled, "{given}");
        // What was spelled so stays so.
        assert_eq!(PublicUrl::parse(spelled).as_ref(), Ok(&url));
    }
}

#[test]
fn what_no_client_could_use_is_refused() {
    use PublicUrlError::{Further, Malformed, Path};
    for (given, why) in [
        ("", Malformed),
        ("s3.example.com", Malformed),
        ("s3.example.com:9000", Malformed),
        ("ftp://s3.example.com", Malformed),
        ("//s3.example.com", Malformed),
        ("https://", Malformed),
        ("https://:443", Malformed),
        ("https://s3 .example.com", Malformed),
        ("https://s3..example.com", Malformed),
        ("https://s3.example.com.", Malformed),
        ("https://s3.example.com:", Malformed),
        ("https://s3.example.com:0", Malformed),
        ("https://s3.example.com:70000", Malformed),
        ("https://s3.example.com:x", Malformed),
        ("https://s3$.example.com", Malformed),
        ("https://[::g]", Malformed),
        ("https://[s3.example.com]", Malformed),
        ("https://s3.example.com/store", Path),
        ("https://s3.example.com//", Path),
        ("https://s3.example.com?a", Further),
        ("https://s3.example.com/#a", Further),
        ("https://me:secret@s3.example.com", Further),
    ] {
        assert_eq!(PublicUrl::parse(given), Err(why), "{given}");
    }
}
