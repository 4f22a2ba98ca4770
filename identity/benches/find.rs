//! What finding a credential costs, and deciding with it: both are on the way of each request.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use identity::model::Secret;
use identity::policy::Context;
use identity::{Identity, NewAccount, Owner, RootAccount, Target};
use storage_engine::{Engine, EngineConfig};

/// A thousand accounts with a key each.
async fn thousand(engine: Arc<Engine>) -> (Identity, Vec<String>) {
    let root = RootAccount {
        canonical_id: "root".into(),
        display_name: "Root".into(),
        email: None,
        access_key: "ROOTKEY".into(),
        secret: Secret::new("secret"),
    };
    let identity = Identity::open(engine, &[7; 32], root).await.unwrap();
    let mut keys = Vec::new();
    for number in 0..1000 {
        let name = format!("account{number}");
        let new = NewAccount {
            name: &name,
            ..NewAccount::default()
        };
        keys.push(identity.add_account(new).await.unwrap().1.key.id);
    }
    (identity, keys)
}

fn find(c: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = EngineConfig {
        reserve_bytes: 0,
        ..EngineConfig::new(folder.path())
    };
    let engine = runtime.block_on(async { Engine::open_folder(&config) });
    let (identity, keys) = runtime.block_on(thousand(Arc::new(engine.unwrap())));
    let mut next = keys.iter().cycle();
    c.bench_function("find a lasting key among 1000", |b| {
        b.iter(|| {
            identity
                .find(black_box(next.next().unwrap()), None)
                .unwrap()
        });
    });
    let caller = identity
        .find(&keys[0], None)
        .unwrap()
        .caller()
        .unwrap()
        .clone();
    let issued = identity.get_session_token(&caller, None).unwrap();
    c.bench_function("find a session seen before", |b| {
        b.iter(|| {
            identity
                .find(black_box(&issued.access_key), Some(&issued.token))
                .unwrap()
        });
    });
    // More than are kept ready, so that each is opened anew.
    let many: Vec<_> = (0..identity::limits::SESSIONS_CACHED_MAX + 100)
        .map(|_| identity.get_session_token(&caller, None).unwrap())
        .collect();
    let mut next = many.iter().cycle();
    c.bench_function("find a session for the first time", |b| {
        b.iter(|| {
            let session = next.next().unwrap();
            identity
                .find(&session.access_key, Some(&session.token))
                .unwrap()
        });
    });
    let account = identity.account(&caller.account().id).unwrap();
    let mut context = Context::new();
    context.set("aws:SourceIp", "192.168.7.1");
    context.set("aws:SecureTransport", "false");
    let target = Target {
        resource: b"arn:aws:s3:::bucket/key",
        owner: Owner::Account(&account),
        policy: None,
    };
    c.bench_function("an owner asks about his own", |b| {
        b.iter(|| {
            caller
                .authorize("s3:GetObject", black_box(&target), &context)
                .is_allowed()
        });
    });
}

criterion_group!(benches, find);
criterion_main!(benches);
