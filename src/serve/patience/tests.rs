use super::*;

#[test]
fn patience_counts_waiting_only_and_is_restored_by_bytes() {
    let start = Instant::now();
    let at = |seconds: u64| start + Duration::from_secs(seconds);
    let mut patience = Patience::new(Duration::from_secs(30), 1000);
    assert_eq!(patience.wait(at(0)), at(30));
    assert_eq!(patience.wait(at(10)), at(30), "the same wait goes on");
    patience.progress(at(20), 5000);
    assert_eq!(patience.wait(at(100)), at(115), "10 left and 5 earned");
    patience.progress(at(110), 1 << 30);
    assert_eq!(patience.wait(at(110)), at(140), "never more than at first");
}

#[test]
fn patience_ends_for_a_trickle() {
    let start = Instant::now();
    let mut patience = Patience::new(Duration::from_secs(30), 1024);
    let seconds = (0..1000u64).find(|second| {
        let now = start + Duration::from_secs(*second);
        let late = patience.wait(now) <= now + Duration::from_secs(1);
        patience.progress(now + Duration::from_secs(1), 512);
        late
    });
    assert_eq!(seconds, Some(58), "half the rate: twice the time");
}
