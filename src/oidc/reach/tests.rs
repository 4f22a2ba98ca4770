use super::*;

#[test]
fn inner_addresses_are_told_from_others() {
    for internal in [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "fe80::1",
        "fd12:3456::1",
        "ff02::1",
    ] {
        assert!(is_internal(internal.parse().unwrap()), "{internal}");
    }
    for public in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.0.1",
        "::ffff:8.8.8.8",
        "2606:4700::1111",
    ] {
        assert!(!is_internal(public.parse().unwrap()), "{public}");
    }
}

#[test]
fn who_is_outside_leads_nowhere_inside() {
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    assert_eq!(Reach::from(Some(address("8.8.8.8"))), Reach::Public);
    assert_eq!(Reach::from(None), Reach::Public);
    assert_eq!(Reach::from(Some(address("10.0.0.8"))), Reach::Anywhere);
    assert_eq!(Reach::from(Some(address("::1"))), Reach::Anywhere);
}

#[test]
fn names_keep_the_addresses_within_reach() {
    let inside: SocketAddr = "10.0.0.1:0".parse().unwrap();
    let outside: SocketAddr = "8.8.8.8:0".parse().unwrap();
    let both = vec![inside, outside];
    assert_eq!(within(Reach::Anywhere, both.clone()).unwrap(), both);
    assert_eq!(within(Reach::Public, both).unwrap(), [outside]);
    let refused = within(Reach::Public, vec![inside]).unwrap_err();
    assert!(refused.to_string().contains("10.0.0.1"), "{refused}");
    assert!(within(Reach::Public, Vec::new()).unwrap().is_empty());
}

#[tokio::test]
async fn a_name_that_means_this_machine_is_not_followed() {
    let name = || "localhost".parse::<Name>().unwrap();
    let mut found = Resolver::new(Reach::Anywhere).call(name()).await.unwrap();
    assert!(found.all(|address| address.ip().is_loopback()));
    let refused = Resolver::new(Reach::Public).call(name()).await.unwrap_err();
    assert!(refused.to_string().contains("private network"), "{refused}");
}
