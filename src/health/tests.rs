use super::*;

#[test]
fn who_listens_everywhere_is_asked_here() {
    for (listens, asked) in [
        ("0.0.0.0:9000", "127.0.0.1:9000"),
        ("[::]:9000", "[::1]:9000"),
        ("10.1.2.3:80", "10.1.2.3:80"),
    ] {
        let address: SocketAddr = listens.parse().unwrap();
        assert_eq!(reachable(address).to_string(), asked);
    }
}
