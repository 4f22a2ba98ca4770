use super::*;
use http::Request;

fn domains(names: &[&str]) -> Domains {
    Domains::new(names.iter().map(|name| (*name).to_owned())).unwrap()
}

fn parts(host: &str) -> Parts {
    let request = Request::builder().uri("/key").header("host", host).body(());
    request.unwrap().into_parts().0
}

#[test]
fn the_name_before_the_domain_is_the_bucket() {
    let domains = domains(&["s3.example.com", "example.com", "Eu.S3.Example.Com"]);
    for (host, bucket) in [
        ("photos.s3.example.com", Some("photos")),
        ("photos.s3.example.com:9000", Some("photos")),
        ("a.b.S3.Example.com.", Some("a.b")),
        ("photos.eu.s3.example.com", Some("photos")),
        ("s3.example.com", Some("s3")),
        ("example.com", None),
        ("notexample.com", None),
        (".example.com", None),
        ("127.0.0.1:9000", None),
        ("[::1]:9000", None),
        ("", None),
    ] {
        assert_eq!(domains.bucket_of(&parts(host)).as_deref(), bucket, "{host}");
    }
}

#[test]
fn without_domains_no_host_names_a_bucket() {
    assert_eq!(Domains::default().bucket_of(&parts("b.example.com")), None);
}

#[test]
fn what_is_no_domain_is_refused() {
    for name in ["", ".", "a..b", "s3.example.com:9000", "https://a.b", "a b"] {
        assert!(Domains::new([name.to_owned()]).is_err(), "{name:?}");
    }
}

#[test]
fn a_request_without_a_host_header_has_the_host_of_its_target() {
    let request = Request::builder().uri("http://b.example.com:80/key");
    let parts = request.body(()).unwrap().into_parts().0;
    assert_eq!(host(&parts), Some("b.example.com:80"));
    assert_eq!(
        domains(&["example.com"]).bucket_of(&parts).as_deref(),
        Some("b")
    );
}
