//! Random actions on an index and on an ordered map must show the same.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

#[derive(Debug, Clone)]
enum Action {
    Apply(Vec<(Vec<u8>, Option<Vec<u8>>)>),
    Flush,
    /// Range, and where to go from each row: on, to the row's key with this appended, or to this.
    Walk(Vec<u8>, Vec<u8>, Vec<Hop>),
}

#[derive(Debug, Clone)]
enum Hop {
    Next,
    Beyond(u8),
    To(Vec<u8>),
    Stop,
}

fn any_key() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![Just(0x00u8), Just(0x01), Just(0x61), Just(0xfe), Just(0xff)];
    proptest::collection::vec(byte, 0..5)
}

fn any_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => proptest::collection::vec(any::<u8>(), 1..40),
        1 => (any::<u8>(), 4000usize..20_000).prop_map(|(byte, len)| vec![byte; len]),
    ]
}

fn any_action() -> impl Strategy<Value = Action> {
    let change = (any_key(), proptest::option::weighted(0.7, any_value()));
    let hop = prop_oneof![
        6 => Just(Hop::Next),
        2 => any::<u8>().prop_map(Hop::Beyond),
        3 => any_key().prop_map(Hop::To),
        1 => Just(Hop::Stop),
    ];
    let hops = proptest::collection::vec(hop, 1..6);
    prop_oneof![
        5 => proptest::collection::vec(change, 0..40).prop_map(Action::Apply),
        1 => Just(Action::Flush),
        4 => (any_key(), any_key(), hops).prop_map(|(a, b, hops)| Action::Walk(a, b, hops)),
    ]
}

type Outcome = std::result::Result<(), TestCaseError>;
type Model = BTreeMap<Vec<u8>, Vec<u8>>;

pub(super) fn equals_an_ordered_map(open: Open) {
    let config = Config {
        cases: 32,
        failure_persistence: None,
        ..Config::default()
    };
    let actions = proptest::collection::vec(any_action(), 1..25);
    let outcome = TestRunner::new(config).run(&actions, |actions| {
        let fixture = Fixture::new(open);
        let mut model = Model::new();
        for action in &actions {
            perform(fixture.index.as_ref(), &mut model, action)?;
        }
        for (k, v) in &model {
            prop_assert_eq!(fixture.index.get(&key(k)).unwrap(), Some(value(v)));
        }
        let copy = fixture.checkpoint("copy");
        let rows = rows_of(copy.as_ref(), &everything());
        let wanted: Vec<_> = model.iter().map(|(k, v)| (key(k), value(v))).collect();
        prop_assert_eq!(rows, wanted);
        Ok(())
    });
    outcome.unwrap();
}

fn perform(index: &dyn Index, model: &mut Model, action: &Action) -> Outcome {
    match action {
        Action::Apply(changes) => {
            let rows: Vec<RowChange> = changes
                .iter()
                .map(|(k, v)| (key(k), v.as_ref().map(value)))
                .collect();
            index.apply(&rows).unwrap();
            for (k, v) in changes {
                match v {
                    Some(v) => model.insert(k.clone(), v.clone()),
                    None => model.remove(k),
                };
            }
        }
        Action::Flush => index.flush().unwrap(),
        Action::Walk(from, to, hops) => {
            let mut shown = Vec::new();
            let mut hop = hops.iter().cycle();
            let mut visit = |k: &[u8], v: &[u8]| {
                shown.push((k.to_vec(), v.to_vec()));
                step(hop.next().unwrap(), k)
            };
            let range = key(from)..key(to);
            index.walk(&range, &mut visit).unwrap();
            prop_assert_eq!(shown, model_walk(model, from, to, hops));
        }
    }
    Ok(())
}

fn step(hop: &Hop, at: &[u8]) -> Step {
    match hop {
        Hop::Next => Step::Next,
        Hop::Beyond(byte) => Step::Seek(key([at, &[*byte]].concat())),
        Hop::To(target) => Step::Seek(key(target)),
        Hop::Stop => Step::Stop,
    }
}

/// The plain meaning of a walk: every row is asked whether it comes next.
fn model_walk(model: &Model, from: &[u8], to: &[u8], hops: &[Hop]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut shown = Vec::new();
    let mut hop = hops.iter().cycle();
    let mut target = from.to_vec();
    for (k, v) in model {
        if *k < target || k.as_slice() < from || k.as_slice() >= to {
            continue;
        }
        shown.push((k.clone(), v.clone()));
        match step(hop.next().unwrap(), k) {
            Step::Next => {}
            Step::Seek(next) => target = next.as_bytes().to_vec(),
            Step::Stop => break,
        }
    }
    shown
}
