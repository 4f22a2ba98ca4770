use super::*;

fn at(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn one_address_leaves_room_for_others() {
    let shares = Shares::new(2, |address| address == at("10.0.0.9"));
    let first = shares.take(at("10.0.0.1"));
    let second = shares.take(at("10.0.0.1"));
    assert!(first.is_some() && second.is_some());
    assert!(shares.take(at("10.0.0.1")).is_none());
    assert!(shares.take(at("::ffff:10.0.0.1")).is_none());
    assert!(shares.take(at("10.0.0.2")).is_some());
    drop(first);
    assert!(shares.take(at("10.0.0.1")).is_some());
    drop(second);
    assert!(shares.held.lock().unwrap().is_empty());
    // A proxy.
    let many: Vec<_> = (0..5).map(|_| shares.take(at("10.0.0.9"))).collect();
    assert!(many.iter().all(Option::is_some));
}

#[test]
fn a_network_of_ipv6_is_one() {
    let shares = Shares::new(1, |_| false);
    let _first = shares.take(at("2001:db8::1")).unwrap();
    assert!(shares.take(at("2001:db8::ffff:2")).is_none());
    assert!(shares.take(at("2001:db8:0:1::1")).is_some());
}
