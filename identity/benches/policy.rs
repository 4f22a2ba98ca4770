//! What a decision costs: a policy of a hundred statements must add under 20 µs to a request.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::SystemTime;

use criterion::{Criterion, criterion_group, criterion_main};
use identity::policy::{
    Context, Kind, Layers, Named, Policy, Principal, PrincipalKind, Relation, Request, Standing,
    Work, evaluate,
};

/// A hundred statements, none of which is skipped early: all are about the action asked for.
fn hundred() -> Policy {
    let statements: Vec<serde_json::Value> = (0..100)
        .map(|number| {
            serde_json::json!({
                "Sid": format!("S{number}"),
                "Effect": "Allow",
                "Action": ["s3:Put*", "s3:GetObject"],
                "Resource": ["arn:aws:s3:::bucket/team-*/${aws:username}/*", "arn:aws:s3:::bucket/a/*"],
                "Condition": {
                    "IpAddress": { "aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"] },
                    "StringLike": { "aws:UserAgent": "*never*" },
                },
            })
        })
        .collect();
    let document = serde_json::json!({ "Version": "2012-10-17", "Statement": statements });
    Policy::parse(Kind::Identity, &document.to_string()).unwrap()
}

fn decide(c: &mut Criterion) {
    let identity = hundred();
    let mut principal = Principal {
        kind: PrincipalKind::User,
        arn: "arn:aws:iam::123456789012:user/anna".into(),
        account: "123456789012".into(),
        ..Principal::default()
    };
    principal.context.set("aws:username", "anna");
    let mut context = Context::new();
    context.set("aws:SourceIp", "192.168.7.1");
    context.set(
        "aws:UserAgent",
        "aws-cli/2.15.30 Python/3.11.8 Linux/6.1 exe/x86_64",
    );
    context.set("aws:SecureTransport", "false");
    let list = [Named {
        name: "hundred".into(),
        policy: std::sync::Arc::new(identity),
    }];
    let layers = Layers {
        standing: Standing::Ordinary,
        identity: &list,
        boundary: None,
        session: &[],
        restriction: None,
        resource: None,
        relation: Relation::SameAccount,
    };
    let ask = |resource: &'static [u8]| {
        let request = Request {
            principal: &principal,
            action: "s3:GetObject",
            resource,
            context: &context,
            now: SystemTime::UNIX_EPOCH,
            work: &Work::default(),
        };
        let decision = evaluate(black_box(&layers), black_box(&request));
        assert!(!decision.is_allowed());
    };
    c.bench_function("100 statements, each resource matches", |b| {
        b.iter(|| ask(b"arn:aws:s3:::bucket/a/photo.jpg"));
    });
    c.bench_function("100 statements, no resource matches", |b| {
        b.iter(|| ask(b"arn:aws:s3:::bucket/team-red/berta/photo.jpg"));
    });
    let document = hundred().document().clone();
    c.bench_function("reading 100 statements", |b| {
        b.iter(|| Policy::parse(Kind::Identity, black_box(&document)).unwrap());
    });
}

criterion_group!(benches, decide);
criterion_main!(benches);
