//! What histories have found, each with the line that says what it was.

use futures_util::future::join_all;

use crate::operation::{At, Body, Operation, Pick, Terms};
use crate::run::{Run, check, on_runtime};
use crate::store::Store;
use crate::survey::Depth;

fn put(key: u8, flavour: u8) -> Operation {
    Operation::Put {
        at: At { bucket: 0, key },
        body: Body {
            len: 14,
            flavour,
            pieces: 1,
            announced: true,
        },
        terms: Terms::default(),
    }
}

/// Two who worked off the same note of the trash let its chunks go twice, from under a copy.
#[test]
fn found_001_trash_is_emptied_once() {
    on_runtime(async {
        let mut run = Run::begin(Store::sim(1)).unwrap();
        run.step(&Operation::CreateBucket {
            bucket: 0,
            lockable: false,
        })
        .await
        .unwrap();
        for round in 0..20 {
            let copy = Operation::Copy {
                from: At { bucket: 0, key: 10 },
                version: Pick::Current,
                to: At { bucket: 0, key: 11 },
                terms: Terms::default(),
                source_wish: None,
                keep: true,
            };
            for operation in [put(10, round % 5), copy, put(10, 5)] {
                run.step(&operation).await.unwrap();
            }
            for tidied in join_all((0..4).map(|_| run.engine().tidy())).await {
                tidied.unwrap();
            }
            run.compare(Depth::Bodies).await.unwrap();
            check(run.engine()).await.unwrap();
        }
    });
}
