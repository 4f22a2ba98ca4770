use super::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// A hundred more answers at each look.
#[derive(Debug, Default)]
struct Busy(AtomicU64);

impl Counters for Busy {
    fn counted(&self) -> Counted {
        let answers = self.0.fetch_add(100, Ordering::Relaxed);
        Counted {
            answers: [answers, 0, 0, 0],
            ..Counted::default()
        }
    }
}

#[tokio::test]
async fn rates_are_kept_until_the_server_stops() {
    let history = Arc::new(History::default());
    let (stop, stopping) = watch::channel(false);
    let step = Duration::from_millis(20);
    let weak = Arc::downgrade(&history);
    let keeping = tokio::spawn(keep(weak, Arc::new(Busy::default()), stopping, step));
    while history.items().len() < 3 {
        tokio::time::sleep(step).await;
    }
    // A hundred in 20 ms, or somewhat later: never more than so many a second.
    let items = history.items();
    let rates = items.iter().map(|it| it.requests_per_second.success);
    assert!(rates.clone().all(|rate| rate > 0.0 && rate <= 100_000.0));
    stop.send_replace(true);
    keeping.await.unwrap();
}

#[tokio::test]
async fn nobody_keeps_what_nobody_has() {
    let history = Arc::new(History::default());
    let (_stop, stopping) = watch::channel(false);
    let step = Duration::from_millis(5);
    let weak = Arc::downgrade(&history);
    let keeping = tokio::spawn(keep(weak, Arc::new(Busy::default()), stopping, step));
    drop(history);
    keeping.await.unwrap();
}

#[test]
fn an_hour_is_kept_and_no_more() {
    let now = (Instant::now(), Counted::default());
    let history = History::default();
    for connections in 0..1000 {
        let rates = Rates {
            connections,
            ..rates(&now, &now)
        };
        history.add(rates);
    }
    let items = history.items();
    assert_eq!(items.len(), HISTORY_MOMENTS_MAX);
    assert_eq!((items[0].connections, items[359].connections), (640, 999));
}

#[test]
fn answers_of_the_last_minutes_are_summed() {
    let now = (Instant::now(), Counted::default());
    let history = History::default();
    for number in 0..100 {
        let failures_per_second = if number < 70 { 9.0 } else { 0.2 };
        let rates = Rates {
            requests_per_second: super::super::answers([2.0, 0.0, 0.0, 1.0]),
            failures_per_second,
            ..rates(&now, &now)
        };
        history.add(rates);
    }
    assert_eq!(history.answers(300), (900, 60));
    assert_eq!(History::default().answers(300), (0, 0));
}
