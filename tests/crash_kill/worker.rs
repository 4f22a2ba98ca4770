//! One client: changes keys of its own and keys of everybody, one request after the other.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use super::verify::text_of;
use super::{OWN, SHARED, World};
use crate::support::client::{Client, Reply};
use crate::support::content::{Content, Dice, Piece};
use crate::support::ledger::{Name, State};

const KIB: usize = 1 << 10;
/// On both sides of every threshold: in the row, in the log, in segments of their own.
const SIZES: [usize; 8] = [
    0,
    1,
    512,
    513,
    64 * KIB,
    128 * KIB,
    128 * KIB + 1,
    1024 * KIB,
];
const LARGE: usize = 5 * 1024 * KIB;
/// Versions are kept for good, so what has them is kept small.
const SHARED_BYTES_MAX: usize = 128 * KIB + 1;
const OWN_KEYS: u64 = 12;
const SHARED_KEYS: u64 = 8;
const UPLOAD_KEYS: u64 = 2;
const PARTS: usize = 3;

pub(crate) struct Worker {
    number: u64,
    dice: Dice,
    upload: Option<Upload>,
    acknowledged: u64,
}

/// Unfinished; lives through kills.
struct Upload {
    key: String,
    id: String,
    parts: Vec<Part>,
}

/// An acknowledged one.
struct Part {
    piece: Piece,
    etag: String,
}

impl Worker {
    pub(crate) fn new(seed: u64, number: u64) -> Worker {
        Worker {
            number,
            dice: Dice((seed << 8) + number),
            upload: None,
            acknowledged: 0,
        }
    }

    /// Returns how many changes were acknowledged.
    pub(crate) fn work_until_killed(&mut self, address: SocketAddr, world: &World) -> u64 {
        self.acknowledged = 0;
        let Err(error) = self.work(address, world);
        let killed = world.killed.load(Ordering::SeqCst);
        assert!(killed, "a connection broke with no reason: {error}");
        self.acknowledged
    }

    pub(crate) fn assert_parts_are_there(&self, client: &mut Client) {
        let Some(upload) = &self.upload else { return };
        let path = format!("/{OWN}/{}?uploadId={}", upload.key, upload.id);
        let reply = client.get(&path).unwrap();
        let page = String::from_utf8(reply.body).unwrap();
        assert_eq!(reply.status, 200, "{page}");
        let listed: Vec<_> = page.split("<Part>").skip(1).collect();
        for (part, number) in upload.parts.iter().zip(1..) {
            let entry = listed
                .iter()
                .find(|entry| text_of(entry, "PartNumber") == number.to_string());
            let entry = entry.unwrap_or_else(|| panic!("no part {number} in {page}"));
            let etag = text_of(entry, "ETag").replace("&quot;", "\"");
            assert_eq!(etag, part.etag);
            assert_eq!(text_of(entry, "Size"), part.piece.bytes.to_string());
        }
    }

    /// Goes on until the connection breaks.
    fn work(&mut self, address: SocketAddr, world: &World) -> io::Result<std::convert::Infallible> {
        let mut client = Client::connect(address)?;
        loop {
            match self.dice.below(100) {
                0..50 => self.put(&mut client, world)?,
                50..62 => self.delete(&mut client, world)?,
                62..75 => self.copy(&mut client, world)?,
                75..85 => self.get(&mut client, world)?,
                _ => self.upload(&mut client, world)?,
            }
        }
    }

    fn put(&mut self, client: &mut Client, world: &World) -> io::Result<()> {
        let name = self.name();
        let size = match self.dice.below(25) {
            0 => LARGE,
            _ => self.dice.one_of(&SIZES),
        };
        let size = match name.0 {
            SHARED => size.min(SHARED_BYTES_MAX),
            _ => size,
        };
        let piece = self.piece(size);
        let state = Some(Content(vec![piece]));
        self.change(client, world, (&name, state), 200, |client, path| {
            client.send("PUT", path, &[], &piece.make())
        })
    }

    fn delete(&mut self, client: &mut Client, world: &World) -> io::Result<()> {
        let name = self.name();
        self.change(client, world, (&name, None), 204, |client, path| {
            client.send("DELETE", path, &[], b"")
        })
    }

    fn copy(&mut self, client: &mut Client, world: &World) -> io::Result<()> {
        let (source, target) = (self.own_name(), self.name());
        // One state only: nobody else changes the source.
        let [Some(content)] = &world.ledger.possible(&source)[..] else {
            return Ok(());
        };
        if source == target || target.0 == SHARED && content.bytes() > SHARED_BYTES_MAX {
            return Ok(());
        }
        let from = format!("/{}/{}", source.0, source.1);
        let state = Some(content.clone());
        self.change(client, world, (&target, state), 200, |client, path| {
            client.send("PUT", path, &[("x-amz-copy-source", &from)], b"")
        })
    }

    /// What this client was told is what it reads.
    fn get(&mut self, client: &mut Client, world: &World) -> io::Result<()> {
        let name = self.own_name();
        let possible = world.ledger.possible(&name);
        let reply = client.get(&path_of(&name))?;
        let is_possible = possible.iter().any(|state| match state {
            Some(content) => reply.status == 200 && content.is(&reply.body),
            None => reply.status == 404,
        });
        assert!(
            is_possible || is_busy(&reply),
            "{name:?}: {} is none of {possible:?}",
            reply.status
        );
        Ok(())
    }

    /// The next step of the upload under way.
    fn upload(&mut self, client: &mut Client, world: &World) -> io::Result<()> {
        let Some(upload) = self.upload.take() else {
            return self.begin_upload(client);
        };
        if upload.parts.len() == PARTS {
            return self.complete(client, world, &upload);
        }
        // A part that is not the last has 5 MiB at least. A quarter of them is
        // sent again, in place of the first.
        let size = match upload.parts.len() + 1 {
            PARTS => self.dice.one_of(&SIZES),
            _ => LARGE,
        };
        let piece = self.piece(size);
        let number = upload.parts.len() + 1;
        let path = format!(
            "/{OWN}/{}?partNumber={number}&uploadId={}",
            upload.key, upload.id
        );
        let again = self.dice.below(4) == 0;
        // Kept whatever happens: the parts that were acknowledged stay.
        let upload = self.upload.insert(upload);
        let reply = client.send("PUT", &path, &[], &piece.make())?;
        if is_expected(&reply, 200) && !again {
            let etag = reply.etag.unwrap();
            upload.parts.push(Part { piece, etag });
            self.acknowledged += 1;
        }
        Ok(())
    }

    fn begin_upload(&mut self, client: &mut Client) -> io::Result<()> {
        let key = format!(
            "client{}/upload{}",
            self.number,
            self.dice.below(UPLOAD_KEYS)
        );
        let reply = client.send("POST", &format!("/{OWN}/{key}?uploads"), &[], b"")?;
        if is_expected(&reply, 200) {
            let text = String::from_utf8(reply.body).unwrap();
            let id = text_of(&text, "UploadId").to_owned();
            let parts = Vec::new();
            self.upload = Some(Upload { key, id, parts });
            self.acknowledged += 1;
        }
        Ok(())
    }

    fn complete(&mut self, client: &mut Client, world: &World, upload: &Upload) -> io::Result<()> {
        let name = (OWN, upload.key.clone());
        let content = upload.parts.iter().map(|part| part.piece).collect();
        let parts = upload.parts.iter().zip(1..).map(|(part, number)| {
            let etag = &part.etag;
            format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
        });
        let parts: String = parts.collect();
        let list = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        let state = Some(Content(content));
        self.change(client, world, (&name, state), 200, |client, path| {
            let path = format!("{path}?uploadId={}", upload.id);
            client.send("POST", &path, &[], list.as_bytes())
        })
    }

    /// The one place where the ledger is told: before the request and after its answer.
    fn change(
        &mut self,
        client: &mut Client,
        world: &World,
        (name, state): (&Name, State),
        expected: u16,
        request: impl FnOnce(&mut Client, &str) -> io::Result<Reply>,
    ) -> io::Result<()> {
        let begun = world.ledger.begin(name, state);
        let reply = request(client, &path_of(name))?;
        if is_expected(&reply, expected) {
            world.ledger.acknowledge(begun);
            self.acknowledged += 1;
        }
        Ok(())
    }

    fn name(&mut self) -> Name {
        match self.dice.below(4) {
            0 => (SHARED, format!("key{}", self.dice.below(SHARED_KEYS))),
            _ => self.own_name(),
        }
    }

    fn own_name(&mut self) -> Name {
        let key = self.dice.below(OWN_KEYS);
        (OWN, format!("client{}/key{key}", self.number))
    }

    fn piece(&mut self, bytes: usize) -> Piece {
        let seed = self.dice.next();
        Piece { seed, bytes }
    }
}

fn path_of((bucket, key): &Name) -> String {
    format!("/{bucket}/{key}")
}

/// Nothing is known of a change that was refused for lack of room to queue it.
fn is_expected(reply: &Reply, status: u16) -> bool {
    let said = || String::from_utf8_lossy(&reply.body);
    let fits = reply.status == status || is_busy(reply);
    assert!(fits, "{} instead of {status}: {}", reply.status, said());
    reply.status == status
}

fn is_busy(reply: &Reply) -> bool {
    reply.status == 503
}
