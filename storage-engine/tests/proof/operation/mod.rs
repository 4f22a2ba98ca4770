//! Operations as proptest generates and shrinks them: small numbers that pick among few names, so
//! that operations meet each other.

mod generate;

pub use generate::histories;

use crate::body::LENGTHS;

/// What to do, with names still to be looked up. `bucket`, `key` and the like count modulo what
/// there is to choose from.
#[derive(Debug, Clone)]
pub enum Operation {
    CreateBucket {
        bucket: u8,
        lockable: bool,
        /// Whom it counts for: 0 for nobody.
        holder: u8,
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
        /// One bit for each key.
        keys: u16,
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
        wish: Option<WishFor>,
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
        source_wish: Option<WishFor>,
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
        claim: Claim,
    },
    Abort {
        upload: u8,
    },
    /// Aborts, one by one, all uploads of a bucket that were begun longer ago than this.
    Expire {
        bucket: u8,
        seconds: u8,
    },
    /// Takes a body in and gives it up.
    Abandon {
        bucket: u8,
        body: Body,
        /// Whether all of it came.
        sealed: bool,
    },
    /// Begins to read, and goes on reading when it is asked to, whatever happens between.
    Hold {
        at: At,
        version: Pick,
        range: (u8, u8),
        /// Whether the first piece is taken at once.
        begun: bool,
    },
    ReadOn {
        held: u8,
    },
    Table {
        write: TableWrite,
        guard: Option<TableGuard>,
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
    /// Lets a bucket count for somebody, or, with 0, for nobody.
    Hand {
        bucket: u8,
        holder: u8,
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
    /// Compacts everything that is worth it.
    Compact,
    /// Reads everything that is stored.
    Scrub,
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
    BucketTags(u8),
    NoDefaultRetention,
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
    Keep { seconds: u8, compliance: bool },
    Release,
    LegalHold(bool),
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

/// What the caller says that a completed upload must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    Nothing,
    Right,
    WrongSize,
    WrongChecksum,
}

/// A change of a named table, of two rows at once.
#[derive(Debug, Clone, Copy)]
pub enum TableWrite {
    PutRows { first: u8, second: u8, value: u8 },
    DeleteRow(u8),
    EmptyRow(u8),
}

/// What a row must be for a change of its table.
#[derive(Debug, Clone, Copy)]
pub enum TableGuard {
    NoRow(u8),
    RowAsRead(u8),
    AnotherRow(u8),
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
    /// As that, on real files.
    pub const CUT: Mix = Mix::CRASH;
}
