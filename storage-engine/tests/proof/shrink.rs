//! Makes what fails shorter for as long as it fails.

use std::time::{Duration, Instant};

/// How long that may take.
pub const SHRINK_MAX: Duration = Duration::from_secs(120);

/// Leaves out pieces of a list that fails, large ones first, until every single item is needed or
/// the time is over. `fails` tells how a list fails, if it does in the way that counts.
pub fn smallest<T: Clone, F>(
    mut list: Vec<T>,
    mut failure: F,
    until: Instant,
    mut fails: impl FnMut(&[T]) -> Option<F>,
) -> (Vec<T>, F) {
    let mut piece = list.len().div_ceil(2);
    while piece > 0 {
        let before = list.len();
        // From behind: what comes later rests on what came before.
        let mut end = list.len();
        while end > 0 {
            if Instant::now() > until {
                return (list, failure);
            }
            let start = end.saturating_sub(piece);
            let mut without = list.clone();
            without.drain(start..end);
            if let Some(found) = fails(&without) {
                (list, failure) = (without, found);
            }
            end = start;
        }
        piece = match (piece, list.len() < before) {
            (1, false) => 0,
            (piece, _) => piece.div_ceil(2),
        };
    }
    (list, failure)
}

#[test]
fn what_fails_is_made_short() {
    let fails = |list: &[u32]| (list.contains(&13) && list.contains(&57)).then_some(list.len());
    let until = Instant::now() + SHRINK_MAX;
    let whole: Vec<u32> = (0..100).collect();
    let (short, length) = smallest(whole, 100, until, fails);
    assert_eq!((short, length), (vec![13, 57], 2));
}

/// Removing one item may be what lets another go.
#[test]
fn what_is_needed_no_longer_goes_too() {
    let fails = |list: &[u32]| {
        let pairs = list.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        (pairs && list.first() == Some(&0)).then_some(())
    };
    let until = Instant::now() + SHRINK_MAX;
    let (short, ()) = smallest((0..33).collect(), (), until, fails);
    assert_eq!(short, [0]);
}

#[test]
fn an_end_of_patience_leaves_what_fails() {
    let over = Instant::now();
    std::thread::sleep(Duration::from_millis(1));
    let (list, ()) = smallest(vec![1, 2, 3], (), over, |_| {
        panic!("there is no time to try")
    });
    assert_eq!(list, [1, 2, 3]);
}
