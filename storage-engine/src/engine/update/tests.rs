use super::*;
use RetentionMode::{Compliance, Governance};

fn retention(mode: RetentionMode, until: u64) -> Option<Retention> {
    Some(Retention {
        mode,
        until: Timestamp(until),
    })
}

#[test]
fn retentions_give_way_as_the_table_says() {
    // What is, what shall be, whether that may be done, whether with the bypass.
    let table = [
        (None, retention(Compliance, 200), true, true),
        (retention(Governance, 100), None, true, true),
        (retention(Compliance, 100), None, true, true),
        (
            retention(Governance, 150),
            retention(Governance, 150),
            true,
            true,
        ),
        (
            retention(Governance, 150),
            retention(Governance, 151),
            true,
            true,
        ),
        (
            retention(Governance, 150),
            retention(Governance, 149),
            false,
            true,
        ),
        (retention(Governance, 150), None, false, true),
        (
            retention(Governance, 150),
            retention(Compliance, 150),
            false,
            true,
        ),
        (
            retention(Governance, 150),
            retention(Compliance, 149),
            false,
            true,
        ),
        (
            retention(Compliance, 150),
            retention(Compliance, 151),
            true,
            true,
        ),
        (
            retention(Compliance, 150),
            retention(Compliance, 149),
            false,
            false,
        ),
        (
            retention(Compliance, 150),
            retention(Governance, 300),
            false,
            false,
        ),
        (retention(Compliance, 150), None, false, false),
    ];
    for (old, new, plain, bypassing) in table {
        let may = |bypass| may_retain(old, new, Timestamp(100), bypass).is_ok();
        assert_eq!(may(false), plain, "{old:?} to {new:?}");
        assert_eq!(may(true), bypassing, "{old:?} to {new:?} with the bypass");
    }
}
