//! Makes an archive while it is sent: one object after the other is asked of S3 as whoever wanted
//! it, and nothing is held but the piece that is on its way and the directory.

use super::directory::{Directory, Pieces};
use super::format::{Archive, Entry};
use super::names::{folder_of, name_of};
use super::tickets::Ticket;
use crate::body::{BodyError, FalliblePieces};
use crate::call::Call;
use crate::inner::Inner;
use crate::limits::{ZIP_LEFT_OUT_BYTES_MAX, ZIP_PAGE_KEYS};
use crate::refused::Refused;
use crate::s3::{Ask, Opened};
use bytes::Bytes;
use crc_fast::CrcAlgorithm::Crc32IsoHdlc;
use futures_util::stream;
use http::Method;
use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::Arc;
use storage_engine::{Cursor, ListRequest};
use tokio::sync::OwnedSemaphorePermit;

/// Names what is not in the archive, and why.
const LEFT_OUT: &str = "_left-out.txt";

pub(super) struct Zipper {
    who: Who,
    /// In front of every key, and of no name.
    folder: String,
    /// What is still to be looked through, the first one first.
    selected: VecDeque<Selected>,
    /// Keys that were listed.
    listed: VecDeque<Bytes>,
    archive: Archive,
    directory: Directory,
    /// Lines of the list of what was left out, and how many more there are.
    left_out: String,
    left_out_more: u64,
    state: State,
    _slot: OwnedSemaphorePermit,
}

/// As whom objects are asked for. Apart from the rest, which holds bodies that belong to one
/// thread at a time.
struct Who {
    admin: Arc<Inner>,
    ticket: Ticket,
}

enum Selected {
    Key(Bytes),
    /// All keys with this prefix, from there on.
    Prefix(String, Cursor),
}

enum State {
    Between,
    /// In the middle of an object.
    Inside(Box<Inside>),
    Directory(Pieces),
    Over,
}

struct Inside {
    entry: Entry,
    offset: u64,
    body: Opened,
    crc: crc_fast::Digest,
    done: u64,
}

/// Whether a bucket may be listed under a prefix.
pub(super) async fn permit_listing(
    call: &Call<'_>,
    bucket: &str,
    prefix: &str,
) -> Result<(), Refused> {
    let ask = Ask::bucket(Method::GET, bucket).query("list-type", "2");
    let ask = ask.query("max-keys", "0").query("prefix", prefix);
    ask.send(call).await.map(drop)
}

impl Zipper {
    pub(super) fn new(admin: Arc<Inner>, ticket: Ticket, slot: OwnedSemaphorePermit) -> Self {
        let folder = folder_of(&ticket.keys, ticket.prefix.as_deref());
        let mut selected: VecDeque<Selected> = VecDeque::new();
        for key in &ticket.keys {
            selected.push_back(match key.ends_with('/') {
                true => Selected::Prefix(key.clone(), Cursor::Start),
                false => Selected::Key(Bytes::from(key.clone())),
            });
        }
        let prefix = ticket.prefix.clone();
        selected.extend(prefix.map(|prefix| Selected::Prefix(prefix, Cursor::Start)));
        Self {
            directory: Directory::new(admin.facts.data.clone()),
            who: Who { admin, ticket },
            folder,
            selected,
            listed: VecDeque::new(),
            archive: Archive::default(),
            left_out: String::new(),
            left_out_more: 0,
            state: State::Between,
            _slot: slot,
        }
    }

    /// Ends with an error where an object that has begun cannot be read on: the client sees that
    /// the archive is cut off.
    pub(super) fn into_stream(self) -> FalliblePieces {
        Box::pin(stream::try_unfold(self, |mut zipper| async move {
            let piece = zipper.next().await?;
            Ok(piece.map(|piece| (piece, zipper)))
        }))
    }

    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Between => self.begin_next().await.map(Some),
            State::Inside(inside) => self.go_on(inside).await.map(Some),
            State::Directory(mut pieces) => match pieces.next().await? {
                Some(piece) => {
                    self.state = State::Directory(pieces);
                    Ok(Some(piece))
                }
                None => Ok(Some(self.archive.finish().into())),
            },
            State::Over => Ok(None),
        }
    }

    /// The head of the next object, or what comes behind the last one.
    async fn begin_next(&mut self) -> Result<Bytes, BodyError> {
        while let Some(key) = self.next_key().await? {
            match self.who.open(&key).await {
                Ok(body) => return Ok(self.begin(&key, body)),
                Err(refused) => self.leave_out(&key, &refused),
            }
        }
        self.end_of_objects().await
    }

    async fn next_key(&mut self) -> Result<Option<Bytes>, BodyError> {
        loop {
            if let Some(key) = self.listed.pop_front() {
                return Ok(Some(key));
            }
            match self.selected.pop_front() {
                None => return Ok(None),
                Some(Selected::Key(key)) => return Ok(Some(key)),
                Some(Selected::Prefix(prefix, after)) => self.list(prefix, after).await?,
            }
        }
    }

    async fn list(&mut self, prefix: String, after: Cursor) -> Result<(), BodyError> {
        if let Err(refused) = self.who.permit_listing(&prefix).await {
            self.leave_out(format!("{prefix}*").as_bytes(), &refused);
            return Ok(());
        }
        let request = ListRequest {
            bucket: self.who.ticket.bucket.clone(),
            prefix: Bytes::from(prefix.clone()),
            after,
            limit: ZIP_PAGE_KEYS,
            ..ListRequest::default()
        };
        let page = self.who.admin.engine.list_objects(request).await;
        let page = page.map_err(|error| BodyError::other(&error))?;
        self.listed
            .extend(page.entries.into_iter().map(|entry| entry.key));
        if let Some(next) = page.next {
            self.selected.push_front(Selected::Prefix(prefix, next));
        }
        Ok(())
    }

    fn begin(&mut self, key: &[u8], body: Opened) -> Bytes {
        let mut name = name_of(key, &self.folder);
        if name.ends_with('/') && body.length > 0 {
            // A folder holds no bytes of its own.
            name.pop();
            name.push_str("~content");
        }
        let entry = Entry {
            name,
            size: body.length,
            modified: body.modified_seconds,
        };
        let (header, offset) = self.archive.begin(&entry);
        self.state = State::Inside(Box::new(Inside {
            entry,
            offset,
            body,
            crc: crc_fast::Digest::new(Crc32IsoHdlc),
            done: 0,
        }));
        header.into()
    }

    async fn go_on(&mut self, mut inside: Box<Inside>) -> Result<Bytes, BodyError> {
        while let Some(frame) = inside.body.frame().await {
            let Ok(piece) = frame?.into_data() else {
                continue;
            };
            inside.crc.update(&piece);
            inside.done += piece.len() as u64;
            self.state = State::Inside(inside);
            return Ok(piece);
        }
        if inside.done != inside.entry.size {
            return Err(BodyError::other(
                &"an object is not as long as it was said to be",
            ));
        }
        let Inside {
            entry,
            offset,
            body,
            crc,
            ..
        } = *inside;
        body.finish();
        self.end(&entry, crc, offset).await
    }

    async fn end(
        &mut self,
        entry: &Entry,
        crc: crc_fast::Digest,
        offset: u64,
    ) -> Result<Bytes, BodyError> {
        // A checksum of 32 bits.
        let crc = u32::try_from(crc.finalize()).unwrap_or_default();
        let (descriptor, record) = self.archive.end(entry, crc, offset);
        self.directory.add(&record).await?;
        self.state = State::Between;
        Ok(descriptor.into())
    }

    fn leave_out(&mut self, key: &[u8], refused: &Refused) {
        if self.left_out.len() >= ZIP_LEFT_OUT_BYTES_MAX {
            self.left_out_more += 1;
            return;
        }
        let key = String::from_utf8_lossy(key);
        let key: String = key
            .chars()
            .map(|c| if c.is_control() { '_' } else { c })
            .collect();
        // Writing to a string does not fail.
        let _ = writeln!(
            self.left_out,
            "{key}\t{}\t{}",
            refused.code, refused.message
        );
    }

    async fn end_of_objects(&mut self) -> Result<Bytes, BodyError> {
        if self.left_out.is_empty() {
            return self.begin_directory().await;
        }
        let mut text = std::mem::take(&mut self.left_out);
        if self.left_out_more > 0 {
            let _ = writeln!(text, "and {} more", self.left_out_more);
        }
        let entry = Entry {
            name: LEFT_OUT.to_owned(),
            size: text.len() as u64,
            modified: self.who.admin.seconds(),
        };
        let (mut bytes, offset) = self.archive.begin(&entry);
        let mut crc = crc_fast::Digest::new(Crc32IsoHdlc);
        crc.update(text.as_bytes());
        bytes.extend_from_slice(text.as_bytes());
        bytes.extend_from_slice(&self.end(&entry, crc, offset).await?);
        Ok(bytes.into())
    }

    async fn begin_directory(&mut self) -> Result<Bytes, BodyError> {
        let empty = Directory::new(self.who.admin.facts.data.clone());
        let directory = std::mem::replace(&mut self.directory, empty);
        let mut pieces = directory.into_pieces().await?;
        match pieces.next().await? {
            Some(piece) => {
                self.state = State::Directory(pieces);
                Ok(piece)
            }
            None => {
                self.state = State::Over;
                Ok(self.archive.finish().into())
            }
        }
    }
}

impl Who {
    async fn open(&self, key: &[u8]) -> Result<Opened, Refused> {
        let ask = Ask::object_bytes(Method::GET, &self.ticket.bucket, key);
        ask.open(&self.call()?).await
    }

    async fn permit_listing(&self, prefix: &str) -> Result<(), Refused> {
        permit_listing(&self.call()?, &self.ticket.bucket, prefix).await
    }

    fn call(&self) -> Result<Call<'_>, Refused> {
        let caller = match &self.ticket.bearer {
            Some(bearer) => self.admin.caller_now(bearer),
            None => Some(Arc::clone(&self.ticket.caller)),
        };
        let gone = || Refused::denied("Whoever asked for this archive is no more.");
        let (caller, parts) = (caller.ok_or_else(gone)?, &self.ticket.parts);
        Ok(Call::new(&self.admin, parts, caller, None, Vec::new()))
    }
}
