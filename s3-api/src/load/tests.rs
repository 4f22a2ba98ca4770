use super::*;
use crate::limits::{MEMORY_UNIT_BYTES, RATE_PLACES, RATE_SETS};
use futures_util::FutureExt;
use std::net::{Ipv4Addr, Ipv6Addr};

const SECOND: u64 = 1_000_000_000;

fn rate(per_second: u32) -> NonZeroU32 {
    NonZeroU32::new(per_second).unwrap()
}

#[test]
fn a_bucket_holds_what_comes_in_a_second() {
    let rates = Rates::default();
    for per_second in [1_u32, 3, 10, 1000] {
        let who = per_second.to_string();
        let granted = |now: u64, asks: u32| {
            let asks = 0..asks;
            asks.filter(|_| rates.take(who.as_str(), rate(per_second), now).is_ok())
                .count() as u32
        };
        assert_eq!(granted(5 * SECOND, per_second * 3), per_second, "at once");
        assert_eq!(
            granted(6 * SECOND, per_second * 3),
            per_second,
            "after a second"
        );
        assert_eq!(
            granted(9 * SECOND, per_second * 3),
            per_second,
            "no more is saved up"
        );
    }
}

#[test]
fn over_time_exactly_the_rate_is_granted() {
    let rates = Rates::default();
    // Asked for ten times too often, for ten seconds.
    let steps = 0..10_000_u64;
    let granted = steps.filter(|step| {
        let now = SECOND + step * SECOND / 1000;
        rates.take("anna", rate(100), now).is_ok()
    });
    // Those of the ten seconds, and those that were there at the beginning.
    assert_eq!(granted.count(), 1099);
}

#[test]
fn who_is_refused_is_told_when_to_come_again() {
    let rates = Rates::default();
    assert_eq!(rates.take("anna", rate(4), 0), Ok(()));
    for _ in 0..3 {
        rates.take("anna", rate(4), 0).unwrap();
    }
    let wait = rates.take("anna", rate(4), 0).unwrap_err();
    assert_eq!(wait, Duration::from_millis(250));
    let later = u64::try_from(wait.as_nanos()).unwrap();
    assert!(rates.take("anna", rate(4), later - 1).is_err());
    assert!(rates.take("anna", rate(4), later).is_ok());
}

#[test]
fn everybody_has_a_bucket_of_its_own() {
    let rates = Rates::default();
    assert!(rates.take("anna", rate(1), 0).is_ok());
    assert!(rates.take("anna", rate(1), 0).is_err());
    assert!(rates.take("berta", rate(1), 0).is_ok());
}

#[test]
fn a_flood_of_addresses_takes_no_more_room_and_idle_ones_go_first() {
    let rates = Rates::default();
    let places = (RATE_SETS * RATE_PLACES) as u32;
    // Somebody who keeps asking is not pushed out by many who ask once, and have no debt any more.
    let mut granted = 0;
    for number in 0..4 * places {
        let now = SECOND * 10 + u64::from(number) * 50_000;
        granted += u32::from(rates.take("busy", rate(10), now).is_ok());
        rates.take(&number, rate(1_000_000), now).unwrap();
    }
    let seconds = f64::from(4 * places) * 50e-6;
    let most = seconds * 10.0 + 11.0;
    assert!(f64::from(granted) <= most, "{granted} in {seconds} s");
}

#[test]
fn addresses_of_one_customer_count_as_one() {
    let v6 = |text: &str| network(IpAddr::V6(text.parse::<Ipv6Addr>().unwrap()));
    assert_eq!(v6("2001:db8:0:1::1"), v6("2001:db8:0:1:ffff::2"));
    assert_ne!(v6("2001:db8:0:1::1"), v6("2001:db8:0:2::1"));
    let v4 = |text: &str| network(IpAddr::V4(text.parse::<Ipv4Addr>().unwrap()));
    assert_ne!(v4("192.0.2.1"), v4("192.0.2.2"));
    assert_eq!(v4("192.0.2.1"), v6("::ffff:192.0.2.1"));
}

#[test]
fn addresses_are_limited_and_let_go_again() {
    let load = Load::new(LoadLimits {
        address_requests_per_second: 2,
        ..LoadLimits::default()
    });
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    assert_eq!(load.admit_address(address), Ok(()));
    assert_eq!(load.admit_address(address), Ok(()));
    let busy = Busy {
        bound: Bound::Address,
        retry_seconds: 1,
    };
    assert_eq!(load.admit_address(address), Err(busy));
    assert_eq!(load.stats().by_address, 1);
    load.set(LoadLimits::default());
    assert_eq!(load.admit_address(address), Ok(()));
}

#[test]
fn requests_at_once_are_counted_to_their_end() {
    let load = Load::new(LoadLimits {
        requests_at_once: 2,
        ..LoadLimits::default()
    });
    let one = load.begin().unwrap();
    let _two = load.begin().unwrap();
    assert_eq!(load.begin().unwrap_err().bound, Bound::Requests);
    assert_eq!(load.begin().unwrap_err().bound, Bound::Requests);
    drop(one);
    let _three = load.begin().unwrap();
    assert!(load.begin().is_err());
    assert_eq!(load.stats().by_requests, 3);
}

#[tokio::test]
async fn memory_is_handed_out_by_size_and_waited_for_a_moment() {
    let load = Arc::new(Load::new(LoadLimits {
        body_bytes: 100 * MEMORY_UNIT_BYTES,
        ..LoadLimits::default()
    }));
    let most = load.hold(60 * MEMORY_UNIT_BYTES).await.unwrap();
    let _rest = load.hold(40 * MEMORY_UNIT_BYTES - 1).await.unwrap();
    assert_eq!(load.stats().body_bytes, 100 * MEMORY_UNIT_BYTES);
    let refused = load.hold(1).await.unwrap_err();
    assert_eq!(refused.bound, Bound::Memory);
    // Nothing takes nothing.
    load.hold(0).await.unwrap();
    let mut waiting = std::pin::pin!(load.hold(50 * MEMORY_UNIT_BYTES));
    assert!((&mut waiting).now_or_never().is_none());
    drop(most);
    drop(waiting.await.unwrap());
    assert_eq!(load.stats().by_memory, 1);
    assert_eq!(load.stats().body_bytes, 40 * MEMORY_UNIT_BYTES);
}

#[tokio::test]
async fn a_body_larger_than_all_memory_goes_alone() {
    let load = Load::new(LoadLimits {
        body_bytes: 10 * MEMORY_UNIT_BYTES,
        ..LoadLimits::default()
    });
    let large = load.hold(u64::MAX).await.unwrap();
    assert!(load.hold(1).await.is_err());
    drop(large);
    load.hold(1).await.unwrap();
}

#[tokio::test]
async fn memory_may_become_less_and_more_while_it_is_held() {
    let load = Load::default();
    let _unbounded = load.hold(1 << 40).await.unwrap();
    let with = |units: u64| LoadLimits {
        body_bytes: units * MEMORY_UNIT_BYTES,
        ..LoadLimits::default()
    };
    load.set(with(10));
    let held = load.hold(8 * MEMORY_UNIT_BYTES).await.unwrap();
    load.set(with(4));
    assert!(load.hold(3 * MEMORY_UNIT_BYTES).await.is_err());
    drop(held);
    let _three = load.hold(3 * MEMORY_UNIT_BYTES).await.unwrap();
    assert!(load.hold(2 * MEMORY_UNIT_BYTES).await.is_err());
    load.set(with(0));
    load.hold(1 << 40).await.unwrap();
}
