mod moving;

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

const CHUNK: u64 = CHUNK_BYTES as u64;

/// Runs as copies of ranges leave them: the first chunk may not belong whole.
fn runs() -> impl Strategy<Value = Vec<Run>> {
    let run = (0..CHUNK, 1..4 * CHUNK, 0..50u64).prop_map(|(skip, len, first)| {
        let chunks = (skip + len).div_ceil(CHUNK);
        Run {
            skip: u32::try_from(skip).unwrap(),
            len,
            ids: (first..first + chunks).map(ExtentId).collect(),
        }
    });
    vec(run, 0..4)
}

/// Which byte of which chunk each byte of the body is, a byte in 1,000 and those at the edges.
fn byte(runs: &[Run], mut at: u64) -> (ExtentId, u64) {
    for run in runs {
        if at < run.len {
            let position = at + u64::from(run.skip);
            let chunk = usize::try_from(position / CHUNK).unwrap();
            return (run.ids.iter().nth(chunk).unwrap(), position % CHUNK);
        }
        at -= run.len;
    }
    panic!("behind the end")
}

fn length(runs: &[Run]) -> u64 {
    runs.iter().map(|run| run.len).sum()
}

/// A range of a body, from two fractions.
fn range_in(len: u64, (a, b): (f64, f64)) -> Range<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    let at = |part: f64| ((len as f64 * part) as u64).min(len);
    let (a, b) = (at(a), at(b));
    a.min(b)..a.max(b)
}

fn probes(range: &Range<u64>) -> Vec<u64> {
    let len = range.end - range.start;
    let inner = (0..8).map(|n| range.start + len * n / 8);
    inner
        .chain(range.end.checked_sub(1))
        .filter(|at| range.contains(at))
        .collect()
}

proptest! {
    #[test]
    fn pieces_are_the_bytes_of_the_range(runs in runs(), bounds in any::<(f64, f64)>()) {
        let part = |x: f64| x.abs().fract();
        let range = range_in(length(&runs), (part(bounds.0), part(bounds.1)));
        let pieces = pieces(&runs, range.clone());
        let total: u64 = pieces.iter().map(|piece| piece.range.len() as u64).sum();
        prop_assert_eq!(total, range.end - range.start);
        for at in probes(&range) {
            let mut rest = at - range.start;
            let piece = pieces.iter().find(|piece| {
                let inside = rest < piece.range.len() as u64;
                if !inside {
                    rest -= piece.range.len() as u64;
                }
                inside
            });
            let piece = piece.unwrap();
            prop_assert!(u64::from(piece.range.end) <= CHUNK);
            let found = (piece.extent, u64::from(piece.range.start) + rest);
            prop_assert_eq!(found, byte(&runs, at));
        }
    }

    #[test]
    fn a_slice_holds_the_bytes_of_its_range(runs in runs(), bounds in any::<(f64, f64)>()) {
        let part = |x: f64| x.abs().fract();
        let range = range_in(length(&runs), (part(bounds.0), part(bounds.1)));
        let slice = slice_runs(&runs, range.clone());
        prop_assert_eq!(length(&slice), range.end - range.start);
        for run in &slice {
            // No chunk is named that no byte comes from.
            let needed = (u64::from(run.skip) + run.len).div_ceil(CHUNK);
            prop_assert_eq!(run.ids.len() as u64, needed);
            prop_assert!(u64::from(run.skip) < CHUNK);
        }
        for at in probes(&range) {
            prop_assert_eq!(byte(&slice, at - range.start), byte(&runs, at));
        }
    }
}
