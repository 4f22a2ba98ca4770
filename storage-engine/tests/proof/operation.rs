//! Operations as proptest generates and shrinks them: small numbers that pick among few names, so
//! that operations meet each other.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::body::LENGTHS;

/// What to do, with names still to be looked up. `bucket`, `key` and the like count modulo what
/// there is to choose from.
#[derive(Debug, Clone)]
pub enum Operation {
    CreateBucket {
        bucket: u8,
        lockable: bool,
    },
    DeleteBucket {
        bucket: u8,
    },
    UpdateBucket {
        bucket: u8,
        setting: Setting,
    },
    Put {
        at: At,
        body: Body,
        terms: Terms,
    },
    Get {
        at: At,
        version: Pick,
        range: (u8, u8),
        secret: Option<bool>,
    },
    Head {
        at: At,
        version: Pick,
    },
    Delete {
        at: At,
        version: Pick,
        wish: Option<WishFor>,
        bypass: bool,
    },
    DeleteMany {
        bucket: u8,
        keys: Vec<u8>,
    },
    Copy {
        from: At,
        version: Pick,
        to: At,
        terms: Terms,
        source_wish: Option<WishFor>,
        keep: bool,
    },
    Update {
        at: At,
        version: Pick,
        change: Change,
        bypass: bool,
    },
    CreateUpload {
        at: At,
        terms: Terms,
        composite: bool,
    },
    UploadPart {
        upload: u8,
        number: u8,
        body: Body,
    },
    CopyPart {
        upload: u8,
        number: u8,
        from: At,
        version: Pick,
        range: Option<(u8, u8)>,
    },
    ListParts {
        upload: u8,
        after: u8,
        limit: u8,
    },
    Complete {
        upload: u8,
        list: PartList,
        wish: Option<WishFor>,
    },
    Abort {
        upload: u8,
    },
    List {
        what: Listing,
        bucket: u8,
        prefix: u8,
        delimiter: bool,
        after: After,
        limit: u8,
    },
    ListBuckets {
        after: Option<u8>,
        limit: u8,
    },
    PutDocument {
        bucket: u8,
        kind: u8,
        len: u8,
    },
    GetDocument {
        bucket: u8,
        kind: u8,
    },
    DeleteDocument {
        bucket: u8,
        kind: u8,
    },
    Wait {
        seconds: u8,
    },
    Restart,
    Tidy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    pub bucket: u8,
    pub key: u8,
}

#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// Among [`LENGTHS`].
    pub len: u8,
    pub flavour: u8,
    /// How many writes it comes in.
    pub pieces: u8,
    pub announced: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Terms {
    pub wish: Option<WishFor>,
    pub checksum: Option<u8>,
    pub secret: Option<u8>,
    pub lock: Option<Retain>,
    /// Attributes, tags and label.
    pub extras: u8,
}

#[derive(Debug, Clone, Copy)]
pub enum Setting {
    Enable,
    Suspend,
    Off,
    Lockable,
    DefaultRetention {
        seconds: u8,
        compliance: bool,
    },
    Quota {
        kilobytes: Option<u16>,
        objects: Option<u8>,
    },
    Compress(u8),
    Deduplicate(bool),
    Tags(u8),
}

/// A version of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    Current,
    Null,
    /// One that there is or was.
    Known(u8),
    Unknown,
}

#[derive(Debug, Clone, Copy)]
pub enum WishFor {
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
}

#[derive(Debug, Clone, Copy)]
pub struct Retain {
    pub seconds: u8,
    pub compliance: bool,
    pub hold: bool,
}

#[derive(Debug, Clone, Copy)]
pub enum Change {
    Tags(u8),
    Attributes(u8),
    Retain { seconds: u8, compliance: bool },
    Release,
    Hold(bool),
}

#[derive(Debug, Clone, Copy)]
pub enum PartList {
    All,
    AllBut(u8),
    OneMissing,
    WrongTag(u8),
    Reversed,
    Empty,
    Largish,
}

#[derive(Debug, Clone, Copy)]
pub enum Listing {
    Objects,
    Versions,
    Uploads,
}

#[derive(Debug, Clone, Copy)]
pub enum After {
    Start,
    Key(u8),
    /// The common prefix of this key.
    Prefix(u8),
    Version(u8),
    /// Where the same listing with that limit has ended.
    Previous,
}

/// Whether restarts occur, and how large bodies are.
#[derive(Debug, Clone, Copy)]
pub struct Mix {
    pub restarts: bool,
    pub lengths: usize,
}

impl Mix {
    pub const MODEL: Mix = Mix {
        restarts: true,
        lengths: LENGTHS.len(),
    };
    /// No restart but the one after the crash, nothing that fills a bulk segment in one go.
    pub const CRASH: Mix = Mix {
        restarts: false,
        lengths: 13,
    };
}

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
    )
        .prop_map(move |(first, versions, second, lockable)| {
            let create = |bucket, lockable| Operation::CreateBucket { bucket, lockable };
            let first = first.then(|| create(0, false)).into_iter();
            let versions = versions.then(|| enable(0));
            first
                .chain(versions)
                .chain(second.then(|| create(1, lockable)))
                .collect::<Vec<_>>()
        });
    (front, vec(operation(mix), len / 4..len))
        .prop_map(|(front, rest)| front.into_iter().chain(rest).collect())
}

pub fn at() -> impl Strategy<Value = At> {
    let bucket = prop_oneof![30 => Just(0), 6 => Just(1), 1 => Just(2)];
    (bucket, prop_oneof![5 => 0..3u8, 1 => 0..14u8]).prop_map(|(bucket, key)| At { bucket, key })
}

pub fn body(mix: Mix) -> impl Strategy<Value = Body> {
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

pub fn terms() -> impl Strategy<Value = Terms> {
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
        1 => (0..8u8).prop_map(Setting::Tags),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..8u8).prop_map(Change::Tags),
        (0..8u8).prop_map(Change::Attributes),
        (0..9u8, any::<bool>()).prop_map(|(seconds, compliance)| Change::Retain {
            seconds,
            compliance
        }),
        Just(Change::Release),
        any::<bool>().prop_map(Change::Hold),
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
    let wish = || option::weighted(0.15, wish());
    prop_oneof![
        1 => (0..3u8, proptest::bool::weighted(0.25))
            .prop_map(|(bucket, lockable)| CreateBucket { bucket, lockable }),
        1 => (1..3u8).prop_map(|bucket| DeleteBucket { bucket }),
        4 => (bucket(), setting()).prop_map(|(bucket, setting)| UpdateBucket { bucket, setting }),
        20 => (at(), body(mix), terms()).prop_map(|(at, body, terms)| Put { at, body, terms }),
        6 => (at(), pick(), any::<(u8, u8)>(), option::weighted(0.1, any::<bool>()))
            .prop_map(|(at, version, range, secret)| Get { at, version, range, secret }),
        2 => (at(), pick()).prop_map(|(at, version)| Head { at, version }),
        8 => (at(), pick(), wish(), any::<bool>())
            .prop_map(|(at, version, wish, bypass)| Delete { at, version, wish, bypass }),
        1 => (bucket(), vec(0..14u8, 0..6)).prop_map(|(bucket, keys)| DeleteMany { bucket, keys }),
        6 => (at(), pick(), at(), terms(), wish(), any::<bool>()).prop_map(
            |(from, version, to, terms, source_wish, keep)| Copy {
                from, version, to, terms, source_wish, keep,
            }
        ),
        3 => (at(), pick(), change(), any::<bool>())
            .prop_map(|(at, version, change, bypass)| Update { at, version, change, bypass }),
        5 => (at(), terms(), any::<bool>())
            .prop_map(|(at, terms, composite)| CreateUpload { at, terms, composite }),
        12 => (0..4u8, 1..5u8, body(mix))
            .prop_map(|(upload, number, body)| UploadPart { upload, number, body }),
        6 => (0..4u8, 1..5u8, at(), pick(), option::of(any::<(u8, u8)>())).prop_map(
            |(upload, number, from, version, range)| CopyPart { upload, number, from, version, range }
        ),
        1 => (0..4u8, 0..4u8, 0..4u8)
            .prop_map(|(upload, after, limit)| ListParts { upload, after, limit }),
        6 => (0..4u8, part_list(), wish())
            .prop_map(|(upload, list, wish)| Complete { upload, list, wish }),
        1 => (0..4u8).prop_map(|upload| Abort { upload }),
        4 => listing(),
        1 => (option::of(0..3u8), 0..4u8)
            .prop_map(|(after, limit)| ListBuckets { after, limit }),
        1 => (bucket(), 0..3u8, 0..3u8)
            .prop_map(|(bucket, kind, len)| PutDocument { bucket, kind, len }),
        1 => (bucket(), 0..2u8).prop_map(|(bucket, kind)| GetDocument { bucket, kind }),
        1 => (bucket(), 0..2u8).prop_map(|(bucket, kind)| DeleteDocument { bucket, kind }),
        2 => (0..8u8).prop_map(|seconds| Wait { seconds }),
        2 => Just(if mix.restarts { Restart } else { Tidy }),
        3 => Just(Tidy),
    ]
}
