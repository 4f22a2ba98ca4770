//! Why bytes are no record.

/// What did not verify. Never more than a description: what it means depends on where the bytes
/// stand, at the end of a log or in the middle of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.detail())]
pub enum BadRecord {
    Short,
    Magic,
    Check,
    Kind,
    Layout,
    Misplaced,
    Payload,
    Frame,
    Tag,
    Content,
    Digest,
    Padding,
    Rows,
}

impl BadRecord {
    pub fn detail(self) -> &'static str {
        match self {
            BadRecord::Short => "bytes end before the record does",
            BadRecord::Magic => "no record begins here",
            BadRecord::Check => "header does not verify",
            BadRecord::Kind => "kind of record is unknown",
            BadRecord::Layout => "header contradicts itself",
            BadRecord::Misplaced => "record belongs elsewhere in the segment",
            BadRecord::Payload => "payload does not match its checksum",
            BadRecord::Frame => "frame does not match its checksum",
            BadRecord::Tag => "frame does not authenticate",
            BadRecord::Content => "payload does not decompress to what it was",
            BadRecord::Digest => "payload does not match its digest",
            BadRecord::Padding => "padding is not zero",
            BadRecord::Rows => "rows of a commit do not decode",
        }
    }
}
