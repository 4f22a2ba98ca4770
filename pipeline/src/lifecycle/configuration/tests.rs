use super::*;
use crate::limits::RULES_BYTES_MAX;
use crate::stored::FORMAT;

fn rule(id: &str, prefix: &str) -> Rule {
    Rule {
        id: id.into(),
        status: Status::Enabled,
        scope: Scope::Filter(Filter::Prefix(prefix.into())),
        expiration: Some(Expiration::Days(30)),
        transitions: vec![Transition {
            time: TransitionTime::Days(0),
            class: StorageClass::Glacier,
        }],
        noncurrent_expiration: Some(NoncurrentExpiration {
            days: 7,
            kept: Some(3),
        }),
        noncurrent_transitions: Vec::new(),
        abort_days: Some(2),
    }
}

fn of(rules: Vec<Rule>) -> Configuration {
    Configuration {
        rules,
        minimum: TransitionMinimum::VariesByClass,
    }
}

/// Digits that do not compress.
fn noise(number: usize) -> String {
    blake3::hash(&number.to_le_bytes()).to_hex()[..32].to_owned()
}

#[test]
fn a_thousand_rules_fit() {
    let rules = (0..1000).map(|number| {
        let prefix = format!("tenants/{}/incoming/", noise(number));
        rule(&noise(number + 5000), &prefix)
    });
    let configuration = of(rules.collect());
    let stored = configuration.to_stored().unwrap();
    assert_eq!(Configuration::from_stored(&stored), Some(configuration));
}

#[test]
fn what_does_not_fit_is_refused() {
    let rules = (0..1000).map(|number| {
        let prefix: Vec<String> = (0..8).map(|part| noise(number * 8 + part)).collect();
        rule(&noise(number), &prefix.concat())
    });
    let refused = of(rules.collect()).to_stored().unwrap_err();
    assert!(refused.bytes > refused.limit, "{refused}");
}

#[test]
fn anything_else_is_no_configuration() {
    let stored = of(vec![rule("a", "b")]).to_stored().unwrap();
    for wrong in [&[][..], &[FORMAT], &[2, 0], &stored[..stored.len() - 1]] {
        assert_eq!(Configuration::from_stored(wrong), None);
    }
}

#[test]
fn a_bomb_is_not_unpacked() {
    let mut bomb = vec![FORMAT];
    let zeros = vec![0; RULES_BYTES_MAX + 1];
    bomb.extend(zstd::bulk::compress(&zeros, 1).unwrap());
    assert_eq!(Configuration::from_stored(&bomb), None);
}

#[test]
fn prefixes_are_the_shortest_cover() {
    let with = |prefixes: &[&str]| of(prefixes.iter().map(|prefix| rule("r", prefix)).collect());
    assert_eq!(with(&["b/", "a/x", "a/", "b/"]).prefixes(), ["a/", "b/"]);
    assert_eq!(with(&["b/", ""]).prefixes(), [""]);
    assert_eq!(with(&["a-", "a", "a/"]).prefixes(), ["a"]);
    let mut off = with(&["x"]);
    off.rules[0].status = Status::Disabled;
    assert!(off.prefixes().is_empty());
}

#[test]
fn classes_have_one_name_each() {
    for class in StorageClass::ALL {
        assert_eq!(StorageClass::named(class.name()), Some(class));
    }
    assert_eq!(StorageClass::named("STANDARD"), None);
}
