use super::*;

fn work(done: u64, total: u64) -> Work {
    Work {
        doing: "reading",
        done,
        total,
        unit: Unit::Bytes,
    }
}

#[test]
fn a_bar_shows_how_far_it_is_where_that_is_known() {
    assert_eq!(bar(work(5, 0)), "");
    assert_eq!(bar(work(0, 100)), format!("[>{}] ", " ".repeat(19)));
    assert_eq!(bar(work(50, 100)), "[==========>         ] ");
    assert_eq!(bar(work(100, 100)), format!("[{}] ", "=".repeat(20)));
    // What is counted may turn out to be more.
    assert_eq!(bar(work(200, 100)), format!("[{}] ", "=".repeat(20)));
    assert_eq!(bar(work(u64::MAX, u64::MAX)).len(), 23);
}

#[test]
fn a_line_has_the_rate_and_the_time_left() {
    let half = work(50 << 20, 100 << 20);
    assert_eq!(
        line("reading", half, Duration::from_secs(5), 50 << 20),
        "reading: 50 MiB of 100 MiB (50 %), 10 MiB/s, 5 s left"
    );
    let begun = work(0, 100 << 20);
    assert_eq!(
        line("reading", begun, Duration::ZERO, 0),
        "reading: 0 KiB of 100 MiB (0 %)"
    );
}
