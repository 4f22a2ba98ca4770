use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::policy::tests::policy;
use crate::policy::{
    Context, Kind, Layers, Named, Principal, PrincipalKind, Relation, Request, Standing, could,
    evaluate,
};

#[test]
fn a_decision_takes_a_part_of_what_a_request_may() {
    let work = Work::default();
    let all = REQUEST_STEPS_MAX / DECISION_STEPS_MAX;
    let one = usize::try_from(DECISION_STEPS_MAX).unwrap();
    for _ in 0..all {
        work.begin();
        assert!(work.spend(one) && !work.is_over());
        work.end();
    }
    assert_eq!(work.done(), REQUEST_STEPS_MAX);
    work.begin();
    assert!(!work.is_over());
    assert!(!work.spend(1) && work.is_over());
}

#[test]
fn what_is_over_stays_over() {
    let work = Work::default();
    work.begin();
    assert!(work.spend(10));
    assert!(!work.spend(usize::MAX), "more than a decision may take");
    work.end();
    work.begin();
    assert!(work.is_over() && !work.spend(1));
    assert_eq!(work.done(), 10, "what was not done is not counted");
}

#[test]
fn others_have_their_turn_after_some_work() {
    let work = Work::default();
    let some = usize::try_from(STEPS_BETWEEN_PAUSES - 1).unwrap();
    assert!(!work.wants_pause());
    work.spend(some);
    assert!(!work.wants_pause());
    work.spend(1);
    assert!(work.wants_pause());
    assert!(!work.wants_pause());
}

/// Whoever may write one policy must not make others wait, nor be let in by it.
#[test]
fn what_takes_too_much_work_is_denied() {
    let pattern = format!("*{}b", "a?".repeat(4000));
    let harmful = json!({"StringNotLike": {"aws:UserAgent": pattern}});
    let harmful = policy(
        Kind::Bucket,
        json!({"Principal": "*", "Condition": harmful}),
    );
    let allow = policy(Kind::Identity, json!({"Action": "*", "Resource": "*"}));
    let allow = [Named {
        name: "allow".into(),
        policy: Arc::new(allow),
    }];
    let layers = Layers {
        standing: Standing::Ordinary,
        identity: &allow,
        boundary: None,
        session: &[],
        restriction: None,
        resource: Some(&harmful),
        relation: Relation::SameAccount,
    };
    let mut context = Context::new();
    context.set("aws:UserAgent", "a".repeat(30 << 10));
    let anna = Principal {
        kind: PrincipalKind::User,
        ..Principal::default()
    };
    let work = Work::default();
    let request = Request {
        principal: &anna,
        action: "s3:GetObject",
        resource: b"arn:aws:s3:::b/k",
        context: &context,
        now: std::time::SystemTime::now(),
        work: &work,
    };
    let decision = evaluate(&layers, &request);
    assert!(decision.is_given_up && decision.is_denied());
    assert_eq!(
        decision.why_not("s3:GetObject"),
        "because it takes too much work to find out what the policies say about the s3:GetObject \
         action"
    );
    // Nobody is told there is nothing for him where that was not found out.
    assert!(could(&layers, &request));
    // The same request does not get more of it by asking again.
    let done = work.done();
    let plain = Layers {
        resource: None,
        ..layers
    };
    assert!(evaluate(&plain, &request).is_given_up);
    assert_eq!(work.done(), done);
    let work = Work::default();
    let again = Request {
        work: &work,
        ..request
    };
    assert!(evaluate(&plain, &again).is_allowed());
    assert!(work.done() < 100, "{work:?}");
}
