use super::*;
use http::Request;

fn proxies(given: &[&str]) -> TrustedProxies {
    let given: Vec<String> = given.iter().map(|text| (*text).to_owned()).collect();
    TrustedProxies::parse(&given).unwrap()
}

/// The client and the host of a request after `proxies` were asked.
fn seen(proxies: &TrustedProxies, peer: &str, headers: &[(&str, &str)]) -> (Client, String) {
    let mut request = Request::builder().header("host", "inner:9000");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    proxies.apply(peer.parse().unwrap(), Scheme::Http, &mut parts);
    let host = parts.headers[HOST].to_str().unwrap().to_owned();
    (*parts.extensions.get().unwrap(), host)
}

const FORWARDED: [(&str, &str); 3] = [
    ("x-forwarded-for", "203.0.113.9"),
    ("x-forwarded-host", "s3.example.com"),
    ("x-forwarded-proto", "https"),
];

#[test]
fn a_listed_proxy_is_believed() {
    let proxies = proxies(&["10.0.0.0/8", "fd00::1"]);
    for peer in ["10.1.2.3", "fd00::1", "::ffff:10.1.2.3"] {
        let (client, host) = seen(&proxies, peer, &FORWARDED);
        assert_eq!(client.address, "203.0.113.9".parse::<IpAddr>().unwrap());
        assert_eq!(
            (client.scheme, host.as_str()),
            (Scheme::Https, "s3.example.com")
        );
    }
}

#[test]
fn nobody_else_is() {
    for (proxies, peer) in [
        (proxies(&[]), "10.1.2.3"),
        (proxies(&["10.0.0.0/8"]), "11.0.0.1"),
        (proxies(&["fd00::1"]), "fd00::2"),
    ] {
        let (client, host) = seen(&proxies, peer, &FORWARDED);
        assert_eq!(client.address, peer.parse::<IpAddr>().unwrap());
        assert_eq!((client.scheme, host.as_str()), (Scheme::Http, "inner:9000"));
    }
}

#[test]
fn the_sender_is_the_nearest_that_is_no_proxy() {
    let proxies = proxies(&["10.0.0.0/8"]);
    for (list, sender) in [
        ("6.6.6.6, 203.0.113.9, 10.0.0.5", "203.0.113.9"),
        ("203.0.113.9", "203.0.113.9"),
        ("10.0.0.7, 10.0.0.5", "10.0.0.7"),
        ("203.0.113.9, nonsense", "10.0.0.1"),
        ("", "10.0.0.1"),
    ] {
        let (client, _) = seen(&proxies, "10.0.0.1", &[("x-forwarded-for", list)]);
        assert_eq!(client.address, sender.parse::<IpAddr>().unwrap(), "{list}");
    }
    let lines = [
        ("x-forwarded-for", "6.6.6.6"),
        ("x-forwarded-for", "203.0.113.9"),
    ];
    let (client, _) = seen(&proxies, "10.0.0.1", &lines);
    assert_eq!(client.address, "203.0.113.9".parse::<IpAddr>().unwrap());
}

#[test]
fn what_is_no_range_is_refused() {
    for given in ["", "10.0.0.0/33", "proxy.example.com", "10.0.0"] {
        assert_eq!(
            TrustedProxies::parse(&[given.to_owned()]).unwrap_err(),
            given
        );
    }
}

#[test]
fn what_a_client_has_written_hides_nothing() {
    let proxies = proxies(&["10.0.0.0/8"]);
    // A proxy that appends to the line it got.
    for line in [
        b"\xff, 203.0.113.9".as_slice(),
        b"\xc3\xa4, 203.0.113.9:55012",
        b"10.0.0.9, \xff, 203.0.113.9",
    ] {
        let line = HeaderValue::from_bytes(line).unwrap();
        let request = Request::builder().header("x-forwarded-for", line);
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        proxies.apply("10.0.0.1".parse().unwrap(), Scheme::Http, &mut parts);
        let client: &Client = parts.extensions.get().unwrap();
        assert_eq!(client.address.to_string(), "203.0.113.9");
    }
}

#[test]
fn a_port_behind_an_address_is_none_of_it() {
    let proxies = proxies(&["10.0.0.0/8"]);
    for (hop, sender) in [
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
    ] {
        let (client, _) = seen(&proxies, "10.0.0.1", &[("x-forwarded-for", hop)]);
        assert_eq!(client.address.to_string(), sender);
    }
}
