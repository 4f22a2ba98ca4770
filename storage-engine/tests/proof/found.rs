//! What histories have found, each with the line that says what it was.

use futures_util::future::join_all;

use crate::crash;
use crate::operation::{
    After::*, At, Body, Change::*, Claim::*, Listing::*, Operation, Operation::*, PartList::*,
    Pick::*, Retain, Setting::*, TableGuard::*, TableWrite::*, Terms, WishFor::*,
};
use crate::run::{Run, check, history, on_runtime};
use crate::store::Store;
use crate::survey::Depth;

fn replay(store: Store, operations: &[Operation]) {
    on_runtime(history(store, operations)).unwrap();
}

fn put(key: u8, flavour: u8) -> Operation {
    Put {
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
        run.step(&CreateBucket {
            bucket: 0,
            lockable: false,
            holder: 0,
        })
        .await
        .unwrap();
        for round in 0..20 {
            let copy = Copy {
                from: At { bucket: 0, key: 10 },
                version: Current,
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

/// Bodies of every kind that are overwritten, freed and compacted away while they are being read.
fn read_through_everything(begun: bool) -> Vec<Operation> {
    let mut operations = vec![CreateBucket {
        bucket: 0,
        lockable: false,
        holder: 0,
    }];
    // In the row, in the log, one chunk, and more chunks than are read ahead.
    for (key, len) in [(10, 2), (11, 8), (12, 11), (13, 15)] {
        let at = At { bucket: 0, key };
        let body = |flavour, len| Body {
            len,
            flavour,
            pieces: 1,
            announced: true,
        };
        let put = |body| Put {
            at,
            body,
            terms: Terms::default(),
        };
        operations.extend([
            put(body(1, len)),
            Hold {
                at,
                version: Current,
                range: (0, 255),
                begun,
            },
            put(body(2, len)),
        ]);
        // Segments are changed, and what lies in the old ones is dead.
        operations.extend((0..6).map(|flavour| put(body(flavour, 14))));
        operations.extend([Tidy, Compact, Tidy]);
        operations.extend((0..6).map(|_| ReadOn { held: 0 }));
    }
    operations
}

#[test]
fn readers_keep_what_they_read() {
    for begun in [false, true] {
        for store in [Store::Memory, Store::sim(5), Store::folder()] {
            replay(store, &read_through_everything(begun));
        }
    }
}

/// Operations, and the text they were written as.
macro_rules! written {
    ($($operation:expr),* $(,)?) => {
        (vec![$($operation),*], vec![$(stringify!($operation)),*])
    };
}

type Written = (Vec<Operation>, Vec<&'static str>);

/// The whole language in one history, which also goes well on every store.
fn one_of_each() -> Written {
    let mut all = Written::default();
    for part in [
        objects_begin(),
        an_upload(),
        objects_end(),
        everything_else(),
    ] {
        all.0.extend(part.0);
        all.1.extend(part.1);
    }
    all
}

fn objects_begin() -> Written {
    written![
        CreateBucket {
            bucket: 0,
            lockable: false,
            holder: 0
        },
        UpdateBucket {
            bucket: 0,
            setting: Deduplicate(true)
        },
        UpdateBucket {
            bucket: 0,
            setting: BucketTags(4)
        },
        UpdateBucket {
            bucket: 0,
            setting: Quota {
                kilobytes: Some(9000),
                objects: None
            }
        },
        UpdateBucket {
            bucket: 0,
            setting: Enable
        },
        UpdateBucket {
            bucket: 0,
            setting: Lockable
        },
        Put {
            at: At { bucket: 0, key: 1 },
            body: Body {
                len: 14,
                flavour: 2,
                pieces: 1,
                announced: true
            },
            terms: Terms {
                wish: Some(Absent),
                checksum: Some(1),
                secret: None,
                lock: Some(Retain {
                    seconds: 1,
                    compliance: false,
                    hold: false
                }),
                extras: 5
            }
        },
        Hold {
            at: At { bucket: 0, key: 1 },
            version: Current,
            range: (3, 250),
            begun: true
        },
        Update {
            at: At { bucket: 0, key: 1 },
            version: Known(0),
            change: Keep {
                seconds: 2,
                compliance: false
            },
            wish: Some(SameEtag),
            bypass: true
        },
        Update {
            at: At { bucket: 0, key: 1 },
            version: Current,
            change: LegalHold(false),
            wish: Some(OtherSize),
            bypass: false
        },
    ]
}

fn an_upload() -> Written {
    written![
        CreateUpload {
            at: At { bucket: 0, key: 2 },
            terms: Terms {
                wish: None,
                checksum: None,
                secret: Some(1),
                lock: None,
                extras: 0
            },
            composite: true
        },
        UploadPart {
            upload: 0,
            number: 1,
            body: Body {
                len: 11,
                flavour: 1,
                pieces: 3,
                announced: false
            }
        },
        CopyPart {
            upload: 0,
            number: 2,
            from: At { bucket: 0, key: 1 },
            version: Current,
            source_wish: None,
            range: Some((0, 200))
        },
        ListParts {
            upload: 0,
            after: 0,
            limit: 1
        },
        Complete {
            upload: 0,
            list: All,
            wish: None,
            claim: Right
        },
    ]
}

fn objects_end() -> Written {
    written![
        Get {
            at: At { bucket: 0, key: 2 },
            version: Null,
            range: (1, 9),
            secret: Some(false)
        },
        Head {
            at: At { bucket: 0, key: 2 },
            version: Unknown
        },
        DeleteMany {
            bucket: 0,
            keys: 72
        },
        Delete {
            at: At { bucket: 0, key: 1 },
            version: Current,
            wish: None,
            bypass: false
        },
        ReadOn { held: 0 },
        Tidy,
        Compact,
        ReadOn { held: 0 },
    ]
}

fn everything_else() -> Written {
    written![
        List {
            what: Versions,
            bucket: 0,
            prefix: 1,
            delimiter: true,
            after: Previous,
            limit: 3
        },
        ListBuckets {
            after: None,
            limit: 2
        },
        PutDocument {
            bucket: 0,
            kind: 1,
            len: 2
        },
        GetDocument { bucket: 0, kind: 1 },
        DeleteDocument { bucket: 0, kind: 0 },
        Table {
            write: PutRows {
                first: 0,
                second: 1,
                value: 3
            },
            guard: Some(NoRow(0))
        },
        Table {
            write: DeleteRow(0),
            guard: Some(RowAsRead(1))
        },
        Wait { seconds: 3 },
        Expire {
            bucket: 0,
            seconds: 2
        },
        Abandon {
            bucket: 0,
            body: Body {
                len: 13,
                flavour: 0,
                pieces: 2,
                announced: true
            },
            sealed: false
        },
        Abort { upload: 0 },
        Scrub,
        Restart,
        DeleteBucket { bucket: 1 },
    ]
}

#[test]
fn one_of_each_operation_goes_well_everywhere() {
    for store in [Store::Memory, Store::sim(3), Store::folder()] {
        replay(store, &one_of_each().0);
    }
}

/// A crash that was found is played again by its numbers.
#[test]
fn a_crash_is_played_again() {
    let rounds: Vec<Vec<Operation>> = one_of_each().0[..8]
        .iter()
        .map(|operation| vec![operation.clone()])
        .collect();
    for step in [0, 7, 20] {
        crash::replay(crash::Kind::Usual, 7, step, &rounds);
    }
}

/// What a failure prints compiles where it is pasted: it is this, word by word.
#[test]
fn what_is_printed_is_code() {
    let (operations, texts) = one_of_each();
    let squeezed = |text: &str| {
        let text: String = text.chars().filter(|char| !char.is_whitespace()).collect();
        text.replace(",}", "}").replace(",)", ")")
    };
    for (operation, text) in operations.iter().zip(texts) {
        assert_eq!(squeezed(&format!("{operation:?}")), squeezed(text));
    }
    let printed = crate::print::operations("Store::sim(3)", &operations[..1]);
    assert!(
        printed.contains("CreateBucket { bucket: 0, lockable: false, holder: 0 },"),
        "{printed}"
    );
    let printed = crate::print::rounds("crash::replay(", &[operations[..2].to_vec()]);
    assert!(printed.contains("vec!["), "{printed}");
}
