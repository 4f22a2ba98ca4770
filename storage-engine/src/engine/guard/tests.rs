use super::*;
use crate::hash::ETag;
use crate::ids::{Sequence, VersionId};
use crate::row::Retention;

fn summary(etag: u8) -> Summary {
    Summary {
        sequence: Sequence(9),
        tag: 4,
        null: false,
        marker: false,
        modified: Timestamp(5_999),
        size: 10,
        etag: Some(ETag::md5([etag; 16])),
        label: String::new(),
        owner: String::new(),
        checksum: None,
    }
}

/// What became of a condition: met, not met, or there is nothing it could be met by.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Met,
    Failed,
    Nothing,
}

fn outcome(condition: Condition, current: Option<&Summary>) -> Outcome {
    match conditions(&[condition], current) {
        Ok(()) => Outcome::Met,
        Err(Error::Condition { .. }) => Outcome::Failed,
        Err(Error::NoSuchKey { marker: None }) => Outcome::Nothing,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn conditions_are_those_of_the_table() {
    use Outcome::{Failed, Met, Nothing};
    let etag = |etag| ETag::md5([etag; 16]);
    let version = |tag| VersionId::Numbered {
        sequence: Sequence(9),
        tag,
    };
    let table = [
        (Condition::Absent, Failed, Met),
        (Condition::Present, Met, Nothing),
        (Condition::Etag(etag(1)), Met, Nothing),
        (Condition::Etag(etag(2)), Failed, Nothing),
        (Condition::NotEtag(etag(1)), Failed, Met),
        (Condition::NotEtag(etag(2)), Met, Met),
        (Condition::Version(version(4)), Met, Nothing),
        (Condition::Version(version(5)), Failed, Nothing),
        (Condition::Version(VersionId::Null), Failed, Nothing),
        (Condition::ModifiedSecond(5), Met, Nothing),
        (Condition::ModifiedSecond(6), Failed, Nothing),
        (Condition::Size(10), Met, Nothing),
        (Condition::Size(11), Failed, Nothing),
    ];
    for (condition, on_object, on_nothing) in table {
        let current = summary(1);
        assert_eq!(
            outcome(condition.clone(), Some(&current)),
            on_object,
            "{condition:?}"
        );
        assert_eq!(
            outcome(condition.clone(), None),
            on_nothing,
            "{condition:?} on nothing"
        );
    }
}

#[test]
fn all_conditions_must_hold() {
    let both = [Condition::Size(10), Condition::ModifiedSecond(6)];
    assert!(conditions(&both, Some(&summary(1))).is_err());
    assert!(conditions(&both[..1], Some(&summary(1))).is_ok());
    assert!(conditions(&[], None).is_ok());
}

#[test]
fn locks_hold_as_long_as_they_say() {
    let retained = |mode, until| Lock {
        retention: Some(Retention {
            mode,
            until: Timestamp(until),
        }),
        legal_hold: false,
    };
    let held = Lock {
        retention: None,
        legal_hold: true,
    };
    let now = Timestamp(100);
    let table = [
        (Lock::default(), true, true),
        (held, false, false),
        (retained(RetentionMode::Governance, 101), false, true),
        (retained(RetentionMode::Governance, 100), true, true),
        (retained(RetentionMode::Compliance, 101), false, false),
        (retained(RetentionMode::Compliance, 100), true, true),
    ];
    for (lock, plain, bypassing) in table {
        assert_eq!(unlocked(&lock, now, false).is_ok(), plain, "{lock:?}");
        assert_eq!(
            unlocked(&lock, now, true).is_ok(),
            bypassing,
            "{lock:?} with the bypass"
        );
    }
}

#[test]
fn only_growth_meets_a_quota() {
    assert!(within(Some(10), 4, 6).is_ok());
    assert!(within(Some(10), 4, 7).is_err());
    assert!(within(Some(10), 40, 0).is_ok());
    assert!(within(Some(10), 40, -1).is_ok());
    assert!(within(Some(u64::MAX), u64::MAX, 1).is_ok());
    assert!(within(None, u64::MAX, i64::MAX).is_ok());
}
