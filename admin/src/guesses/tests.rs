use super::*;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn address(last: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, last])
}

#[test]
fn one_address_cannot_go_on_guessing_one_name() {
    let guesses = Guesses::default();
    for _ in 0..GUESSES_PER_PAIR_MAX {
        guesses.admit("anna", HERE, 1000).unwrap();
    }
    let refused = guesses.admit("anna", HERE, 1100).unwrap_err();
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.retry_after_seconds, Some(GUESS_SECONDS - 100));
    guesses.admit("bert", HERE, 1100).unwrap();
    guesses.admit("anna", address(1), 1100).unwrap();
    guesses.admit("anna", HERE, 1000 + GUESS_SECONDS).unwrap();
}

#[test]
fn many_addresses_cannot_either() {
    let guesses = Guesses::default();
    let mut admitted = 0;
    for last in 0..=255 {
        admitted += u32::from(guesses.admit("anna", address(last), 5).is_ok());
    }
    assert_eq!(admitted, GUESSES_PER_NAME_MAX);
}

#[test]
fn nor_one_address_many_names() {
    let guesses = Guesses::default();
    let names = (0..200).map(|n| format!("user-{n}"));
    let admitted = names.filter(|name| guesses.admit(name, HERE, 5).is_ok());
    assert_eq!(admitted.count() as u32, GUESSES_PER_ADDRESS_MAX);
}

#[test]
fn a_right_password_clears_the_pair() {
    let guesses = Guesses::default();
    for _ in 0..GUESSES_PER_PAIR_MAX * 3 {
        guesses.admit("anna", HERE, 5).unwrap();
        guesses.succeeded("anna", HERE);
    }
}

#[test]
fn a_network_of_ipv6_is_one_address() {
    let one: IpAddr = "2001:db8:0:1::1".parse().unwrap();
    let other: IpAddr = "2001:db8:0:1:ffff::2".parse().unwrap();
    let elsewhere: IpAddr = "2001:db8:0:2::1".parse().unwrap();
    assert_eq!(network(one), network(other));
    assert_ne!(network(one), network(elsewhere));
    assert_eq!(network("::ffff:127.0.0.1".parse().unwrap()), HERE);
}

fn holder() -> Holder {
    Holder::User("AIDAEXAMPLE".into())
}

fn strange(last: u8) -> (IpAddr, Whence) {
    (address(last), Whence::Strange)
}

#[test]
fn codes_are_counted_by_where_they_come_from() {
    let guesses = Guesses::default();
    for _ in 0..CODE_GUESSES_PER_PAIR_MAX {
        guesses.admit_code(&holder(), strange(1), 5).unwrap();
    }
    guesses.admit_code(&holder(), strange(1), 5).unwrap_err();
    guesses.admit_code(&holder(), strange(2), 5).unwrap();
    let other = Holder::User("AIDAOTHER".into());
    guesses.admit_code(&other, strange(1), 5).unwrap();
    guesses
        .admit_code(&holder(), strange(1), 5 + GUESS_SECONDS)
        .unwrap();
}

#[test]
fn many_addresses_try_no_more_codes_than_a_few() {
    let guesses = Guesses::default();
    let all = (0..=255).filter(|last| guesses.admit_code(&holder(), strange(*last), 5).is_ok());
    assert_eq!(all.count() as u32, CODE_GUESSES_PER_USER_MAX);
}

#[test]
fn where_the_owner_is_known_strangers_do_not_count() {
    let guesses = Guesses::default();
    for last in 0..=255 {
        let _ = guesses.admit_code(&holder(), strange(last), 5);
    }
    let known = (HERE, Whence::Known);
    for _ in 0..CODE_GUESSES_PER_PAIR_MAX {
        guesses.admit_code(&holder(), known, 5).unwrap();
    }
    // But nobody tries on and on from there either.
    guesses.admit_code(&holder(), known, 5).unwrap_err();
}

#[test]
fn a_right_code_gives_strangers_no_further_guesses() {
    let guesses = Guesses::default();
    for _ in 0..3 {
        for _ in 0..CODE_GUESSES_PER_PAIR_MAX - 1 {
            let _ = guesses.admit_code(&holder(), strange(1), 5);
        }
        let _ = guesses.admit_code(&holder(), strange(2), 5);
        guesses.code_was_right(&holder(), strange(2));
    }
    guesses.admit_code(&holder(), strange(1), 5).unwrap_err();
    let known = (HERE, Whence::Known);
    guesses.code_was_right(&holder(), known);
    guesses.admit_code(&holder(), strange(1), 5).unwrap_err();
}

#[test]
fn a_clock_that_is_put_back_locks_nobody_out_for_longer() {
    let guesses = Guesses::default();
    let year = 365 * 24 * 3600;
    for _ in 0..GUESSES_PER_PAIR_MAX {
        guesses.admit("anna", HERE, year).unwrap();
    }
    let refused = guesses.admit("anna", HERE, 1000).unwrap_err();
    assert_eq!(refused.retry_after_seconds, Some(GUESS_SECONDS));
    guesses.admit("anna", HERE, 1000 + GUESS_SECONDS).unwrap();
}
