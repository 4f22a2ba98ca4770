//! What a trace says beside the decision, and that it never decides otherwise.

use std::time::SystemTime;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::policy::{
    Context, Kind, Named, Policy, Principal, PrincipalKind, Relation, Standing, evaluate,
};

fn anna() -> Principal {
    Principal {
        kind: PrincipalKind::User,
        arn: "arn:aws:iam::111111111111:user/anna".into(),
        account: "111111111111".into(),
        ..Principal::default()
    }
}

fn named(name: &str, kind: Kind, statements: Value) -> Named {
    let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    Named {
        name: name.into(),
        policy: Arc::new(Policy::parse(kind, &document).unwrap()),
    }
}

fn statement(sid: &str, effect: &str, action: &str, resource: &str) -> Value {
    json!({"Sid": sid, "Effect": effect, "Action": action, "Resource": resource})
}

fn nothing() -> Layers<'static> {
    Layers {
        standing: Standing::Ordinary,
        identity: &[],
        boundary: None,
        session: &[],
        restriction: None,
        resource: None,
        relation: Relation::SameAccount,
    }
}

fn ask<'a>(layers: &Layers<'a>, context: &Context<'_>) -> Explained<'a> {
    let request = Request {
        principal: &anna(),
        action: "s3:GetObject",
        resource: b"arn:aws:s3:::b/k",
        context,
        now: SystemTime::UNIX_EPOCH,
        work: &Work::default(),
    };
    let explained = explain(layers, &request);
    assert_eq!(explained.decision, evaluate(layers, &request));
    explained
}

fn deciding<'a>(explained: &Explained<'a>) -> Vec<(Layer, Option<&'a str>, usize)> {
    let deciding = explained.deciding();
    let place = |found: &Finding<'a>| (found.layer, found.policy, found.number);
    deciding.map(place).collect()
}

#[test]
fn the_statements_it_rests_on_are_named() {
    let one = named(
        "one",
        Kind::Identity,
        json!([
            statement("Other", "Allow", "s3:PutObject", "*"),
            statement("Wide", "Allow", "s3:*", "*"),
            statement("Narrow", "Allow", "s3:GetObject", "arn:aws:s3:::b/*"),
        ]),
    );
    let two = named(
        "two",
        Kind::Identity,
        json!(statement("Shut", "Deny", "s3:Get*", "arn:aws:s3:::b/k")),
    );
    let allowing = [one.clone()];
    let layers = Layers {
        identity: &allowing,
        ..nothing()
    };
    let allowed = ask(&layers, &Context::new());
    assert!(allowed.decision.is_allowed());
    assert_eq!(
        deciding(&allowed),
        [
            (Layer::Identity, Some("one"), 1),
            (Layer::Identity, Some("one"), 2)
        ]
    );
    assert_eq!(allowed.findings[1].statement.sid(), Some("Narrow"));

    let both = [one, two];
    let layers = Layers {
        identity: &both,
        ..nothing()
    };
    let denied = ask(&layers, &Context::new());
    assert!(denied.decision.is_denied());
    assert_eq!(deciding(&denied), [(Layer::Identity, Some("two"), 0)]);
    assert_eq!(
        denied.findings.len(),
        3,
        "what allows is found all the same"
    );

    let unasked = ask(&nothing(), &Context::new());
    assert_eq!(unasked.decision.outcome, Outcome::ImplicitDeny);
    assert!(deciding(&unasked).is_empty() && unasked.findings.is_empty());
}

#[test]
fn each_layer_says_something_of_its_own() {
    let everything = named(
        "all",
        Kind::Identity,
        json!(statement("A", "Allow", "*", "*")),
    );
    let elsewhere = named(
        "limit",
        Kind::Identity,
        json!(statement("B", "Allow", "sqs:*", "*")),
    );
    let bucket = Policy::parse(
        Kind::Bucket,
        r#"{"Statement":{"Sid":"of the bucket","Effect":"Allow","Principal":"*",
            "Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}"#,
    )
    .unwrap();
    let list = [everything];
    let layers = Layers {
        identity: &list,
        boundary: Some(&elsewhere),
        resource: Some(&bucket),
        relation: Relation::CrossAccount,
        ..nothing()
    };
    let explained = ask(&layers, &Context::new());
    assert_eq!(explained.decision.outcome, Outcome::ImplicitDeny);
    assert_eq!(explained.decision.because.layer, Layer::Boundary);
    for (layer, says) in [
        (Layer::Identity, Outcome::Allow),
        (Layer::Boundary, Outcome::ImplicitDeny),
        (Layer::Resource, Outcome::Allow),
        (Layer::Session, Outcome::ImplicitDeny),
    ] {
        assert_eq!(explained.says(layer), says, "{layer:?}");
    }
}

#[test]
fn keys_that_were_not_given_are_named_once() {
    let list = [named(
        "p",
        Kind::Identity,
        json!([
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*",
             "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
                           "StringEquals": {"aws:sourceip": "10.0.0.1", "aws:UserAgent": "x"}}},
            {"Effect": "Allow", "Action": "s3:GetObject",
             "Resource": "arn:aws:s3:::b/${aws:username}/*"},
            // About another action, which nobody asks for.
            {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*",
             "Condition": {"StringEquals": {"s3:prefix": "x"}}},
        ]),
    )];
    let layers = Layers {
        identity: &list,
        ..nothing()
    };
    let blind = ask(&layers, &Context::new());
    assert_eq!(
        blind.missing,
        ["aws:SourceIp", "aws:UserAgent", "aws:username"]
    );
    assert_eq!(blind.findings[0].verdict, Verdict::ConditionsFail);
    let mut context = Context::new();
    context.set("aws:SourceIp", "10.0.0.1");
    context.set("aws:UserAgent", "x");
    let seeing = ask(&layers, &context);
    assert!(seeing.decision.is_allowed());
    assert_eq!(seeing.missing, ["aws:username"]);
}

fn statements() -> impl Strategy<Value = Value> {
    let one = (
        prop_oneof![Just("Allow"), Just("Deny")],
        prop_oneof![Just("s3:*"), Just("s3:GetObject"), Just("s3:Put*")],
        prop_oneof![
            Just("*"),
            Just("arn:aws:s3:::b/*"),
            Just("arn:aws:s3:::c/*")
        ],
        prop_oneof![
            Just(None),
            Just(Some("10.0.0.0/8")),
            Just(Some("11.0.0.0/8"))
        ],
    );
    let one = one.prop_map(|(effect, action, resource, network)| {
        let mut statement = json!({"Effect": effect, "Action": action, "Resource": resource});
        if let Some(network) = network {
            statement["Condition"] = json!({"IpAddress": {"aws:SourceIp": network}});
        }
        statement
    });
    prop::collection::vec(one, 1..4).prop_map(Value::from)
}

proptest! {
    /// The trace's decision is the request's, and what it calls deciding is there exactly where a
    /// statement decided.
    #[test]
    fn a_trace_decides_nothing(
        identity in prop::collection::vec(statements(), 0..3),
        boundary in prop::option::of(statements()),
        session in prop::option::of(statements()),
        relation in prop_oneof![Just(Relation::SameAccount), Just(Relation::CrossAccount)],
        standing in prop_oneof![
            Just(Standing::Ordinary), Just(Standing::Owner), Just(Standing::Administrator)
        ],
    ) {
        let list = |all: Vec<Value>| -> Vec<Named> {
            all.into_iter().map(|it| named("p", Kind::Identity, it)).collect()
        };
        let identity = list(identity);
        let boundary = list(boundary.into_iter().collect());
        let session = list(session.into_iter().collect());
        let layers = Layers {
            standing,
            identity: &identity,
            boundary: boundary.first(),
            session: &session,
            relation,
            ..nothing()
        };
        let mut context = Context::new();
        context.set("aws:SourceIp", "10.0.0.1");
        let explained = ask(&layers, &context);
        let because = explained.decision.because.statement;
        let is_among = explained.deciding().any(|found| Some(found.statement) == because);
        prop_assert_eq!(because.is_some(), is_among);
        prop_assert_eq!(explained.decision.is_denied(),
            explained.findings.iter().any(|found| found.verdict == Verdict::Denies));
    }
}
