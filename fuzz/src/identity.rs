//! What decides who may do what.

use std::time::SystemTime;

use ::identity::fuzz;
use ::identity::policy::{
    Context, Kind, Layers, Named, Policy, Principal, PrincipalKind, Relation, Request, Standing,
    Work, evaluate,
};

/// When tokens are looked at: 2026.
const NOW: u64 = 1_790_000_000;
const KINDS: [Kind; 4] = [Kind::Identity, Kind::Session, Kind::Bucket, Kind::Trust];

/// A request on lines of their own, action, resource and one condition key's value; the document
/// follows.
pub(crate) fn policy(data: &[u8]) -> bool {
    let mut lines = data.splitn(4, |byte| *byte == b'\n');
    let (Some(action), Some(resource)) = (lines.next(), lines.next()) else {
        return false;
    };
    let (Some(value), Some(document)) = (lines.next(), lines.next()) else {
        return false;
    };
    let (Ok(action), Ok(value)) = (std::str::from_utf8(action), std::str::from_utf8(value)) else {
        return false;
    };
    let Ok(document) = std::str::from_utf8(document) else {
        return false;
    };
    let read = KINDS.map(|kind| Policy::parse(kind, document));
    for policy in read.iter().flatten() {
        asked(policy, action, resource, value);
    }
    read.iter().any(Result::is_ok)
}

fn asked(policy: &Policy, action: &str, resource: &[u8], value: &str) {
    assert_eq!(
        Policy::parse(policy.kind(), policy.document()).as_ref(),
        Ok(policy),
        "a document has one meaning"
    );
    let _ = policy.is_public();
    let mut context = Context::new();
    for key in [
        "aws:SourceIp",
        "aws:username",
        "s3:prefix",
        "s3:max-keys",
        "aws:CurrentTime",
    ] {
        context.set(key, value);
    }
    let principal = Principal {
        kind: PrincipalKind::User,
        arn: "arn:aws:iam::123456789012:user/anna".into(),
        account: "123456789012".into(),
        ..Principal::default()
    };
    let request = Request {
        principal: &principal,
        action,
        resource,
        context: &context,
        now: SystemTime::UNIX_EPOCH,
        work: &Work::default(),
    };
    let named = [Named {
        name: "fuzz".into(),
        policy: std::sync::Arc::new(policy.clone()),
    }];
    let alone = Layers {
        standing: Standing::Ordinary,
        identity: &named,
        boundary: None,
        session: &[],
        restriction: None,
        resource: None,
        relation: Relation::SameAccount,
    };
    let decision = evaluate(&alone, &request);
    // A limit more never allows more, and never lifts a deny.
    let limited = Layers {
        boundary: named.first(),
        session: &named,
        ..alone
    };
    let limited = evaluate(&limited, &request);
    assert!(limited.is_given_up || limited.outcome == decision.outcome);
    let by_all = Layers {
        standing: Standing::Owner,
        resource: Some(policy),
        ..alone
    };
    let by_all = evaluate(&by_all, &request);
    assert!(
        by_all.is_given_up || by_all.is_denied() == decision.is_denied(),
        "a deny is a deny"
    );
}

/// Keys of a provider on one line; the token follows.
pub(crate) fn web_identity(data: &[u8]) -> bool {
    let Some((keys, token)) = std::str::from_utf8(data)
        .ok()
        .and_then(|text| text.split_once('\n'))
    else {
        return false;
    };
    fuzz::web_identity(token.trim_end(), keys, NOW)
}
