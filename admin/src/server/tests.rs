use super::*;

fn counted(fast: u64, slow: u64) -> Counted {
    Counted {
        answers: [fast + slow, 0, 0, 0],
        latency: vec![(0.01, fast), (0.1, fast + slow)],
        timed: fast + slow,
        ..Counted::default()
    }
}

#[test]
fn quantiles_are_of_the_time_between() {
    let before = counted(1000, 0);
    let now = counted(1100, 100);
    let median = quantile(&before, &now, 0.5).unwrap();
    assert!((0.009..=0.0101).contains(&median), "{median}");
    let slowest = quantile(&before, &now, 0.99).unwrap();
    assert!((0.09..=0.1).contains(&slowest), "{slowest}");
    assert_eq!(quantile(&now, &now, 0.5), None);
}

#[test]
fn what_takes_longer_than_all_bounds_is_shown_as_the_last() {
    let now = Counted {
        timed: 10,
        ..counted(1, 0)
    };
    assert_eq!(quantile(&Counted::default(), &now, 0.99), Some(0.1));
}
