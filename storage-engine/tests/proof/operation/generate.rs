//! Operations as proptest draws them: what is interesting often, what is slow seldom.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;

pub fn histories(mix: Mix, len: usize) -> impl Strategy<Value = Vec<Operation>> {
    let enable = |bucket| Operation::UpdateBucket {
        bucket,
        setting: Setting::Enable,
    };
    let front = (
        proptest::bool::weighted(0.97),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        (holder(), holder()),
    )
        .prop_map(move |(first, versions, second, lockable, holders)| {
            let create = |bucket, lockable, holder| Operation::CreateBucket {
                bucket,
                lockable,
                holder,
            };
            let first = first.then(|| create(0, false, holders.0)).into_iter();
            let versions = versions.then(|| enable(0));
            first
                .chain(versions)
                .chain(second.then(|| create(1, lockable, holders.1)))
                .collect::<Vec<_>>()
        });
    (front, vec(operation(mix), len / 4..len))
        .prop_map(|(front, rest)| front.into_iter().chain(rest).collect())
}

fn at() -> impl Strategy<Value = At> {
    let bucket = prop_oneof![30 => Just(0), 6 => Just(1), 1 => Just(2)];
    (bucket, prop_oneof![5 => 0..3u8, 1 => 0..14u8]).prop_map(|(bucket, key)| At { bucket, key })
}

fn body(mix: Mix) -> impl Strategy<Value = Body> {
    let most = u8::try_from(mix.lengths).expect("there are few lengths");
    // Large bodies are as rare as they are slow.
    let len = prop_oneof![12 => 0..6u8, 6 => 6..12u8.min(most), 1 => 0..most];
    (len, 0..6u8, 1..4u8, any::<bool>()).prop_map(|(len, flavour, pieces, announced)| Body {
        len,
        flavour,
        pieces,
        announced,
    })
}

/// Mostly the first.
fn bucket() -> impl Strategy<Value = u8> {
    prop_oneof![8 => Just(0), 2 => Just(1), 1 => Just(2)]
}

/// Nobody, and those of [`crate::world::HOLDERS`].
fn holder() -> impl Strategy<Value = u8> {
    0..3u8
}

fn pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        12 => Just(Pick::Current),
        2 => Just(Pick::Null),
        8 => (0..20u8).prop_map(Pick::Known),
        1 => Just(Pick::Unknown),
    ]
}

fn wish() -> impl Strategy<Value = WishFor> {
    use WishFor::*;
    proptest::sample::select(vec![
        Absent,
        Present,
        SameEtag,
        OtherEtag,
        NotSameEtag,
        NotOtherEtag,
        SameVersion,
        SameSecond,
        OtherSecond,
        SameSize,
        OtherSize,
    ])
}

fn terms() -> impl Strategy<Value = Terms> {
    let retain = (0..10u8, any::<bool>(), proptest::bool::weighted(0.2)).prop_map(
        |(seconds, compliance, hold)| Retain {
            seconds,
            compliance,
            hold,
        },
    );
    (
        option::weighted(0.15, wish()),
        option::weighted(0.3, 0..4u8),
        option::weighted(0.12, 0..2u8),
        option::weighted(0.3, retain),
        0..8u8,
    )
        .prop_map(|(wish, checksum, secret, lock, extras)| Terms {
            wish,
            checksum,
            secret,
            lock,
            extras,
        })
}

fn setting() -> impl Strategy<Value = Setting> {
    prop_oneof![
        6 => Just(Setting::Enable),
        4 => Just(Setting::Suspend),
        1 => Just(Setting::Off),
        1 => Just(Setting::Lockable),
        1 => (1..9u8, any::<bool>()).prop_map(|(seconds, compliance)| {
            Setting::DefaultRetention { seconds, compliance }
        }),
        2 => (option::of(0..400u16), option::of(0..5u8)).prop_map(|(kilobytes, objects)| {
            Setting::Quota { kilobytes, objects }
        }),
        2 => (0..3u8).prop_map(Setting::Compress),
        2 => any::<bool>().prop_map(Setting::Deduplicate),
        1 => (0..8u8).prop_map(Setting::BucketTags),
        1 => Just(Setting::NoDefaultRetention),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..8u8).prop_map(Change::Tags),
        (0..8u8).prop_map(Change::Attributes),
        (0..9u8, any::<bool>()).prop_map(|(seconds, compliance)| Change::Keep {
            seconds,
            compliance
        }),
        Just(Change::Release),
        any::<bool>().prop_map(Change::LegalHold),
    ]
}

fn part_list() -> impl Strategy<Value = PartList> {
    prop_oneof![
        12 => Just(PartList::All),
        3 => (0..4u8).prop_map(PartList::AllBut),
        1 => Just(PartList::OneMissing),
        1 => (0..4u8).prop_map(PartList::WrongTag),
        1 => Just(PartList::Reversed),
        1 => Just(PartList::Empty),
        1 => Just(PartList::Largish),
    ]
}

fn claim() -> impl Strategy<Value = Claim> {
    prop_oneof![
        8 => Just(Claim::Nothing),
        3 => Just(Claim::Right),
        1 => Just(Claim::WrongSize),
        1 => Just(Claim::WrongChecksum),
    ]
}

fn table() -> impl Strategy<Value = Operation> {
    let write = prop_oneof![
        6 => (0..4u8, 0..4u8, 0..9u8).prop_map(|(first, second, value)| {
            TableWrite::PutRows { first, second, value }
        }),
        2 => (0..4u8).prop_map(TableWrite::DeleteRow),
        1 => (0..4u8).prop_map(TableWrite::EmptyRow),
    ];
    let guard = prop_oneof![
        2 => (0..4u8).prop_map(TableGuard::NoRow),
        3 => (0..4u8).prop_map(TableGuard::RowAsRead),
        1 => (0..4u8).prop_map(TableGuard::AnotherRow),
    ];
    (write, option::of(guard)).prop_map(|(write, guard)| Operation::Table { write, guard })
}

fn listing() -> impl Strategy<Value = Operation> {
    let what =
        proptest::sample::select(vec![Listing::Objects, Listing::Versions, Listing::Uploads]);
    let after = prop_oneof![
        2 => Just(After::Start),
        1 => (0..14u8).prop_map(After::Key),
        1 => (0..14u8).prop_map(After::Prefix),
        1 => (0..20u8).prop_map(After::Version),
        2 => Just(After::Previous),
    ];
    (what, bucket(), 0..5u8, any::<bool>(), after, 0..6u8).prop_map(
        |(what, bucket, prefix, delimiter, after, limit)| Operation::List {
            what,
            bucket,
            prefix,
            delimiter,
            after,
            limit,
        },
    )
}

fn operation(mix: Mix) -> impl Strategy<Value = Operation> {
    use Operation::*;
    prop_oneof![
        6 => on_buckets(),
        48 => on_objects(mix),
        31 => on_uploads(mix),
        4 => listing(),
        1 => (option::of(0..3u8), 0..4u8)
            .prop_map(|(after, limit)| ListBuckets { after, limit }),
        1 => (bucket(), 0..3u8, 0..3u8)
            .prop_map(|(bucket, kind, len)| PutDocument { bucket, kind, len }),
        1 => (bucket(), 0..2u8).prop_map(|(bucket, kind)| GetDocument { bucket, kind }),
        1 => (bucket(), 0..2u8).prop_map(|(bucket, kind)| DeleteDocument { bucket, kind }),
        2 => table(),
        2 => (0..8u8).prop_map(|seconds| Wait { seconds }),
        2 => Just(if mix.restarts { Restart } else { Compact }),
        3 => Just(Tidy),
        3 => Just(Compact),
        1 => Just(Scrub),
    ]
}

fn on_buckets() -> impl Strategy<Value = Operation> {
    use Operation::*;
    prop_oneof![
        1 => (0..3u8, proptest::bool::weighted(0.25), holder())
            .prop_map(|(bucket, lockable, holder)| CreateBucket { bucket, lockable, holder }),
        1 => (bucket(), holder()).prop_map(|(bucket, holder)| Hand { bucket, holder }),
        1 => (1..3u8).prop_map(|bucket| DeleteBucket { bucket }),
        4 => (bucket(), setting()).prop_map(|(bucket, setting)| UpdateBucket { bucket, setting }),
    ]
}

fn seldom() -> impl Strategy<Value = Option<WishFor>> {
    option::weighted(0.15, wish())
}

fn on_objects(mix: Mix) -> impl Strategy<Value = Operation> {
    use Operation::*;
    prop_oneof![
        20 => (at(), body(mix), terms()).prop_map(|(at, body, terms)| Put { at, body, terms }),
        1 => (bucket(), body(mix), any::<bool>())
            .prop_map(|(bucket, body, sealed)| Abandon { bucket, body, sealed }),
        6 => (at(), pick(), any::<(u8, u8)>(), option::weighted(0.1, any::<bool>()))
            .prop_map(|(at, version, range, secret)| Get { at, version, range, secret }),
        3 => (at(), pick(), any::<(u8, u8)>(), any::<bool>())
            .prop_map(|(at, version, range, begun)| Hold { at, version, range, begun }),
        2 => (0..3u8).prop_map(|held| ReadOn { held }),
        2 => (at(), pick()).prop_map(|(at, version)| Head { at, version }),
        8 => (at(), pick(), seldom(), any::<bool>())
            .prop_map(|(at, version, wish, bypass)| Delete { at, version, wish, bypass }),
        1 => (bucket(), any::<u16>(), 0..3u8).prop_map(|(bucket, keys, shift)| {
            // Five at most: a crash may come between any of them.
            DeleteMany { bucket, keys: keys & (0x1249 << shift) & 0x3fff }
        }),
        6 => (at(), pick(), at(), terms(), seldom(), any::<bool>()).prop_map(
            |(from, version, to, terms, source_wish, keep)| Copy {
                from, version, to, terms, source_wish, keep,
            }
        ),
        4 => (at(), pick(), change(), option::weighted(0.3, wish()), any::<bool>()).prop_map(
            |(at, version, change, wish, bypass)| Update { at, version, change, wish, bypass }
        ),
    ]
}

fn on_uploads(mix: Mix) -> impl Strategy<Value = Operation> {
    use Operation::*;
    prop_oneof![
        5 => (at(), terms(), any::<bool>())
            .prop_map(|(at, terms, composite)| CreateUpload { at, terms, composite }),
        12 => (0..4u8, 1..5u8, body(mix))
            .prop_map(|(upload, number, body)| UploadPart { upload, number, body }),
        6 => (0..4u8, 1..5u8, at(), pick(), seldom(), option::of(any::<(u8, u8)>())).prop_map(
            |(upload, number, from, version, source_wish, range)| CopyPart {
                upload, number, from, version, source_wish, range,
            }
        ),
        1 => (0..4u8, 0..4u8, 0..4u8)
            .prop_map(|(upload, after, limit)| ListParts { upload, after, limit }),
        6 => (0..4u8, part_list(), seldom(), claim())
            .prop_map(|(upload, list, wish, claim)| Complete { upload, list, wish, claim }),
        1 => (0..4u8).prop_map(|upload| Abort { upload }),
        1 => (bucket(), 0..8u8).prop_map(|(bucket, seconds)| Expire { bucket, seconds }),
    ]
}
