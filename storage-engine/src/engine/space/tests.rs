use super::super::rig::{self, BUCKET, MIB, Rig, body};
use super::super::{Engine, Store};
use super::*;
use std::time::Instant;

const RESERVE: u64 = 16 << 20;

fn gauge(engine: &Engine) -> &Gauge {
    match &engine.store {
        Store::Embedded { gauge, .. } => gauge,
        Store::Memory => panic!("a store on a disk"),
    }
}

fn used(rig: &Rig) -> u64 {
    let space = crate::disk::Disk::space(&rig.disk).unwrap();
    space.total_bytes - space.free_bytes
}

#[tokio::test]
async fn bodies_are_refused_before_the_reserve_and_everything_else_goes_on() {
    let mut rig = Rig::new(1);
    rig.options.reserve_bytes = RESERVE;
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    rig.disk.full_at(used(&rig) + RESERVE + 24 * MIB as u64);
    gauge(&engine).forget();
    let mut stored = 0u64;
    let refused = loop {
        let key = format!("k{stored}");
        match rig::put(&engine, BUCKET, &key, &body(stored, 800_000)).await {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 100);
        gauge(&engine).forget();
    };
    assert!(
        matches!(
            refused,
            Error::NoSpace {
                reserve: RESERVE,
                ..
            }
        ),
        "{refused}"
    );
    assert!(stored >= 10, "{stored}");
    let free = crate::disk::Disk::space(&rig.disk).unwrap().free_bytes;
    assert!(free + 8 * MIB as u64 >= RESERVE, "{free}");
    let small = rig::put(&engine, BUCKET, "small", &body(1, 100)).await;
    assert!(matches!(small, Err(Error::NoSpace { .. })), "{small:?}");
    assert!(gauge(&engine).is_short());
    // What needs no body goes on, as long as there is a reserve.
    for number in 0..stored {
        if number % 3 != 0 {
            rig::delete(&engine, BUCKET, &format!("k{number}"), None)
                .await
                .unwrap();
        }
    }
    rig::copy(&engine, (BUCKET, "k0"), (BUCKET, "copy")).await;
    assert!(engine.compact().await.unwrap() > 0);
    gauge(&engine).forget();
    // And with the space that this has given back, bodies do too.
    rig::put(&engine, BUCKET, "again", &body(7, 800_000))
        .await
        .unwrap();
    for number in (0..stored).step_by(3) {
        let found = rig::get(&engine, BUCKET, &format!("k{number}"))
            .await
            .unwrap();
        assert!(
            found.as_deref() == Some(&body(number, 800_000)[..]),
            "k{number}"
        );
    }
    assert_eq!(engine.check().await.unwrap(), []);
}

#[tokio::test]
async fn what_was_promised_counts_until_the_drive_is_asked_again() {
    let mut rig = Rig::new(2);
    rig.options.reserve_bytes = RESERVE;
    let engine = rig.open();
    let gauge = gauge(&engine);
    rig.disk.full_at(used(&rig) + RESERVE + 1000);
    // Between two looks at the drive, which a machine with much to do may take long for.
    let refused = (0..10).find_map(|_| {
        gauge.forget();
        let began = Instant::now();
        gauge.admit(600).unwrap();
        let all = gauge.admit(400).and_then(|()| gauge.admit(1));
        (began.elapsed() < REFRESH).then_some(all)
    });
    assert!(matches!(
        refused,
        Some(Err(Error::NoSpace {
            free: RESERVE,
            reserve: RESERVE
        }))
    ));
    gauge.admit(0).unwrap();
    gauge.forget();
    gauge.admit(1000).unwrap();
    assert!(gauge.admit(u64::MAX).is_err());
    std::thread::sleep(REFRESH + Duration::from_millis(20));
    gauge.admit(1000).unwrap();
}

#[tokio::test]
async fn a_drive_that_does_not_answer_is_an_error_and_no_panic() {
    let rig = Rig::new(3);
    let engine = rig.open();
    gauge(&engine).forget();
    rig.disk.fail_next(crate::disk::sim::Call::Space, libc::EIO);
    let refused = gauge(&engine).admit(1);
    assert!(matches!(refused, Err(Error::Io { .. })), "{refused:?}");
}
