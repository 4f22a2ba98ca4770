use super::*;
use crate::lifecycle::configuration::{
    And, Filter, NoncurrentExpiration, NoncurrentTransition, Scope, Status, Transition,
};
use Versions::{Kept, NotKept};

/// 2014-01-15T10:30:00Z.
const WRITTEN: Timestamp = Timestamp(1_389_781_800_000);
const DAY: u64 = 24 * 3600 * 1000;

/// The midnight so many days after the day of writing.
fn midnight(days: u64) -> Timestamp {
    Timestamp(Day::REAL.midnight(WRITTEN).0 + days * DAY)
}

fn rule(id: &str) -> Rule {
    Rule {
        id: id.into(),
        status: Status::Enabled,
        scope: Scope::Filter(Filter::Everything),
        expiration: None,
        transitions: Vec::new(),
        noncurrent_expiration: None,
        noncurrent_transitions: Vec::new(),
        abort_days: None,
    }
}

fn expiring(id: &str, days: u32) -> Rule {
    Rule {
        expiration: Some(Expiration::Days(days)),
        ..rule(id)
    }
}

fn moving(id: &str, days: u32, class: StorageClass) -> Rule {
    Rule {
        transitions: vec![Transition {
            time: TransitionTime::Days(days),
            class,
        }],
        ..rule(id)
    }
}

fn of(rules: Vec<Rule>) -> Configuration {
    Configuration {
        rules,
        ..Configuration::default()
    }
}

fn facts(place: Place) -> Facts<'static> {
    Facts {
        key: b"logs/one",
        size: 1 << 20,
        written: WRITTEN,
        label: "STANDARD",
        tags: Some(&[]),
        place,
    }
}

fn current(versions: Versions) -> Facts<'static> {
    facts(Place::Current { versions })
}

fn noncurrent(newer: u32) -> Facts<'static> {
    facts(Place::Noncurrent {
        since: WRITTEN,
        newer,
        marker: false,
    })
}

fn at(rules: &Configuration, facts: &Facts<'_>, now: Timestamp) -> Option<(Action, String)> {
    let decision = decide(rules, facts, now, Day::REAL)?;
    Some((decision.action, decision.rule.id.clone()))
}

fn does(action: Action, rule: &str) -> Option<(Action, String)> {
    Some((action, rule.to_owned()))
}

#[test]
fn an_object_expires_at_the_midnight_after_its_days() {
    let rules = of(vec![expiring("r", 3)]);
    let before = Timestamp(midnight(4).0 - 1);
    for versions in [Kept, NotKept] {
        assert_eq!(at(&rules, &current(versions), before), None);
        let due = at(&rules, &current(versions), midnight(4));
        assert_eq!(due, does(Action::Expire, "r"));
    }
}

#[test]
fn a_date_is_due_at_once_and_from_then_on() {
    let date = Rule {
        expiration: Some(Expiration::Date(midnight(1))),
        ..rule("r")
    };
    let rules = of(vec![date]);
    assert_eq!(at(&rules, &current(Kept), WRITTEN), None);
    for days in [1, 2, 900] {
        let due = at(&rules, &current(Kept), midnight(days));
        assert_eq!(due, does(Action::Expire, "r"));
    }
}

#[test]
fn the_earliest_of_several_rules_wins() {
    let rules = of(vec![expiring("late", 5), expiring("early", 2)]);
    let (due, rule) = expiration_of(&rules, &current(Kept), Day::REAL).unwrap();
    assert_eq!((due, rule.id.as_str()), (midnight(3), "early"));
    let due = at(&rules, &current(Kept), midnight(9));
    assert_eq!(due, does(Action::Expire, "early"));
}

#[test]
fn a_rule_that_is_switched_off_says_nothing() {
    let mut off = expiring("r", 1);
    off.status = Status::Disabled;
    off.abort_days = Some(1);
    let rules = of(vec![off]);
    assert_eq!(at(&rules, &current(Kept), midnight(900)), None);
    assert!(abort_of(&rules, b"logs/one", WRITTEN, Day::REAL).is_none());
}

#[test]
fn scopes_narrow_down() {
    let tag = |key: &str, value: &str| Tag {
        key: key.into(),
        value: value.into(),
    };
    let and = |prefix: Option<&str>, tags: Vec<Tag>, larger, smaller| {
        Filter::And(And {
            prefix: prefix.map(Into::into),
            tags,
            larger_than: larger,
            smaller_than: smaller,
        })
    };
    let size = 1 << 20;
    let table = [
        (Scope::Prefix("logs/".into()), true),
        (Scope::Prefix("Logs/".into()), false),
        (Scope::Filter(Filter::Everything), true),
        (Scope::Filter(Filter::Prefix("logs/one".into())), true),
        (Scope::Filter(Filter::Prefix("logs/one/".into())), false),
        (Scope::Filter(Filter::Tag(tag("a", "1"))), true),
        (Scope::Filter(Filter::Tag(tag("a", "2"))), false),
        (Scope::Filter(Filter::Tag(tag("c", "1"))), false),
        (Scope::Filter(Filter::LargerThan(size - 1)), true),
        (Scope::Filter(Filter::LargerThan(size)), false),
        (Scope::Filter(Filter::SmallerThan(size + 1)), true),
        (Scope::Filter(Filter::SmallerThan(size)), false),
        (
            Scope::Filter(and(None, vec![tag("a", "1"), tag("b", "2")], None, None)),
            true,
        ),
        (
            Scope::Filter(and(None, vec![tag("a", "1"), tag("b", "3")], None, None)),
            false,
        ),
        (
            Scope::Filter(and(
                Some("logs/"),
                vec![tag("a", "1")],
                Some(5),
                Some(size + 1),
            )),
            true,
        ),
        (
            Scope::Filter(and(
                Some("data/"),
                vec![tag("a", "1")],
                Some(5),
                Some(size + 1),
            )),
            false,
        ),
        (
            Scope::Filter(and(Some("logs/"), Vec::new(), Some(size), None)),
            false,
        ),
    ];
    let tags = [tag("a", "1"), tag("b", "2")];
    for (scope, matches) in table {
        let facts = Facts {
            tags: Some(&tags),
            ..current(Kept)
        };
        let rules = of(vec![Rule {
            scope: scope.clone(),
            ..expiring("r", 1)
        }]);
        let due = at(&rules, &facts, midnight(9)).is_some();
        assert_eq!(due, matches, "{scope:?}");
    }
}

#[test]
fn tags_nobody_has_looked_at_match_nothing() {
    let tag = Tag {
        key: "a".into(),
        value: "1".into(),
    };
    let rules = of(vec![Rule {
        scope: Scope::Filter(Filter::Tag(tag)),
        ..expiring("r", 1)
    }]);
    let unknown = Facts {
        tags: None,
        ..current(Kept)
    };
    assert!(needs_tags(&rules, &unknown));
    assert_eq!(at(&rules, &unknown, midnight(9)), None);
    assert!(!needs_tags(&rules, &current(Kept)));
    // A marker has none, whoever looks.
    let marker = Facts {
        tags: None,
        ..facts(Place::LoneMarker)
    };
    assert!(!needs_tags(&rules, &marker));
    assert_eq!(at(&rules, &marker, midnight(9)), None);
}

#[test]
fn noncurrent_versions_go_by_age_and_number() {
    let noncurrent_rule = |days, kept| {
        of(vec![Rule {
            noncurrent_expiration: Some(NoncurrentExpiration { days, kept }),
            ..rule("r")
        }])
    };
    let deleted = does(Action::DeleteNoncurrent, "r");
    let rules = noncurrent_rule(2, None);
    assert_eq!(
        at(&rules, &noncurrent(0), Timestamp(midnight(3).0 - 1)),
        None
    );
    assert_eq!(at(&rules, &noncurrent(0), midnight(3)), deleted);
    assert_eq!(at(&rules, &current(Kept), midnight(900)), None);
    let rules = noncurrent_rule(2, Some(3));
    for (newer, expected) in [(0, &None), (2, &None), (3, &deleted), (9, &deleted)] {
        assert_eq!(&at(&rules, &noncurrent(newer), midnight(900)), expected);
    }
}

#[test]
fn markers_go_when_they_hide_nothing() {
    let removed = does(Action::RemoveMarker, "r");
    let with = |expiration| {
        of(vec![Rule {
            expiration: Some(expiration),
            ..rule("r")
        }])
    };
    let rules = with(Expiration::LoneMarker(true));
    assert_eq!(at(&rules, &facts(Place::LoneMarker), WRITTEN), removed);
    assert_eq!(at(&rules, &facts(Place::Marker), midnight(900)), None);
    assert_eq!(at(&rules, &current(Kept), midnight(900)), None);
    let rules = with(Expiration::LoneMarker(false));
    assert_eq!(at(&rules, &facts(Place::LoneMarker), midnight(900)), None);
    let rules = with(Expiration::Days(5));
    assert_eq!(at(&rules, &facts(Place::LoneMarker), midnight(5)), None);
    assert_eq!(at(&rules, &facts(Place::LoneMarker), midnight(6)), removed);
    let rules = with(Expiration::Date(midnight(2)));
    assert_eq!(at(&rules, &facts(Place::LoneMarker), midnight(1)), None);
    assert_eq!(at(&rules, &facts(Place::LoneMarker), midnight(2)), removed);
}

#[test]
fn an_old_marker_goes_like_an_old_version_but_never_moves() {
    let marker = facts(Place::Noncurrent {
        since: WRITTEN,
        newer: 0,
        marker: true,
    });
    let both = Rule {
        noncurrent_expiration: Some(NoncurrentExpiration {
            days: 9,
            kept: None,
        }),
        noncurrent_transitions: vec![NoncurrentTransition {
            days: 0,
            kept: None,
            class: StorageClass::Glacier,
        }],
        ..rule("r")
    };
    let mut rules = of(vec![both]);
    assert_eq!(at(&rules, &marker, midnight(5)), None);
    let deleted = does(Action::DeleteNoncurrent, "r");
    assert_eq!(at(&rules, &marker, midnight(10)), deleted);
    rules.rules[0].scope = Scope::Filter(Filter::SmallerThan(100));
    assert_eq!(at(&rules, &marker, midnight(10)), None);
}

#[test]
fn going_for_good_comes_before_moving_and_moving_before_hiding() {
    let rules = of(vec![
        expiring("ends", 1),
        moving("moves", 1, StorageClass::Glacier),
    ]);
    let moved = does(Action::Move(StorageClass::Glacier), "moves");
    let ended = does(Action::Expire, "ends");
    assert_eq!(at(&rules, &current(NotKept), midnight(2)), ended);
    assert_eq!(at(&rules, &current(Kept), midnight(2)), moved);
    let there = Facts {
        label: "GLACIER",
        ..current(Kept)
    };
    assert_eq!(at(&rules, &there, midnight(2)), ended);
}

#[test]
fn the_coldest_class_wins_and_nothing_moves_back() {
    let rules = of(StorageClass::ALL
        .iter()
        .map(|class| moving(class.name(), 1, *class))
        .collect());
    let moved = at(&rules, &current(Kept), midnight(2));
    let coldest = StorageClass::DeepArchive;
    assert_eq!(moved, does(Action::Move(coldest), "DEEP_ARCHIVE"));
    for from in StorageClass::ALL {
        for to in StorageClass::ALL {
            let facts = Facts {
                label: from.name(),
                ..current(Kept)
            };
            let moved = at(&of(vec![moving("r", 1, to)]), &facts, midnight(2));
            let kept_apart = from == StorageClass::OnezoneIa && to == StorageClass::GlacierIr;
            assert_eq!(moved.is_some(), to > from && !kept_apart, "{from:?} {to:?}");
        }
    }
}

#[test]
fn transitions_wait_for_their_time() {
    let rules = of(vec![moving("r", 0, StorageClass::Glacier)]);
    let moved = does(Action::Move(StorageClass::Glacier), "r");
    assert_eq!(at(&rules, &current(Kept), WRITTEN), None);
    assert_eq!(at(&rules, &current(Kept), midnight(1)), moved);
    let mut dated = rules.clone();
    dated.rules[0].transitions[0].time = TransitionTime::Date(midnight(3));
    assert_eq!(at(&dated, &current(Kept), midnight(2)), None);
    assert_eq!(at(&dated, &current(Kept), midnight(3)), moved);
    assert_eq!(at(&rules, &noncurrent(9), midnight(900)), None);
}

#[test]
fn noncurrent_versions_move_by_age_and_number() {
    let rules = of(vec![Rule {
        noncurrent_transitions: vec![NoncurrentTransition {
            days: 4,
            kept: Some(2),
            class: StorageClass::DeepArchive,
        }],
        ..rule("r")
    }]);
    let moved = does(Action::Move(StorageClass::DeepArchive), "r");
    assert_eq!(at(&rules, &noncurrent(2), midnight(4)), None);
    assert_eq!(at(&rules, &noncurrent(1), midnight(5)), None);
    assert_eq!(at(&rules, &noncurrent(2), midnight(5)), moved);
    assert_eq!(at(&rules, &current(Kept), midnight(5)), None);
}

#[test]
fn small_objects_stay_unless_a_rule_names_sizes() {
    let named = Scope::Filter(Filter::SmallerThan(SMALL_BYTES));
    for class in StorageClass::ALL {
        let archive = class >= StorageClass::Glacier;
        let table = [
            (TransitionMinimum::AllClasses, SMALL_BYTES, None, true),
            (TransitionMinimum::AllClasses, SMALL_BYTES - 1, None, false),
            (
                TransitionMinimum::VariesByClass,
                SMALL_BYTES - 1,
                None,
                archive,
            ),
            (TransitionMinimum::AllClasses, 1, Some(&named), true),
        ];
        for (minimum, size, scope, moves) in table {
            let mut rules = of(vec![moving("r", 0, class)]);
            rules.minimum = minimum;
            if let Some(scope) = scope {
                rules.rules[0].scope = scope.clone();
            }
            let facts = Facts {
                size,
                ..current(Kept)
            };
            let moved = at(&rules, &facts, midnight(1));
            assert_eq!(moved.is_some(), moves, "{class:?} {minimum:?} {size}");
        }
    }
}

#[test]
fn uploads_end_by_the_first_rule() {
    let ending = |id: &str, prefix: &str, days| Rule {
        scope: Scope::Filter(Filter::Prefix(prefix.into())),
        abort_days: Some(days),
        ..rule(id)
    };
    let rules = of(vec![
        ending("all", "", 7),
        ending("logs", "logs/", 2),
        ending("other", "data/", 1),
    ]);
    let of_key = |key: &[u8]| {
        let (due, rule) = abort_of(&rules, key, WRITTEN, Day::REAL).unwrap();
        (due, rule.id.clone())
    };
    assert_eq!(of_key(b"logs/one"), (midnight(3), "logs".to_owned()));
    assert_eq!(of_key(b"x"), (midnight(8), "all".to_owned()));
}

proptest::proptest! {
    /// Whatever the rules say, nothing is done before it is told.
    #[test]
    fn an_object_never_goes_before_the_date_that_is_shown(
        days in proptest::collection::vec(1_u32..40, 1..5),
        passed in 0_u64..50 * DAY,
    ) {
        let rules: Vec<_> = days.iter().map(|days| expiring("r", *days)).collect();
        let (rules, now) = (of(rules), Timestamp(WRITTEN.0 + passed));
        let (due, _) = expiration_of(&rules, &current(NotKept), Day::REAL).unwrap();
        let gone = decide(&rules, &current(NotKept), now, Day::REAL).is_some();
        proptest::prop_assert_eq!(gone, now >= due);
        let shortest = *days.iter().min().unwrap();
        proptest::prop_assert!(!gone || passed > u64::from(shortest) * DAY);
    }
}
