//! Clients that do things to a few keys at the same time and write down what they saw.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use storage_engine::hash::ETag;
use storage_engine::{
    Condition, CreateBucket, DeleteObject, Engine, Error, ListRequest, NewObject, Notes, PutObject,
    Result, StageOptions, Target,
};

use super::checker::{Action, Event};
use crate::body;
use crate::send::collect;

const BUCKET: &str = "race";
const KEYS: u64 = 3;

/// Everything that was done to each key.
pub type Histories = BTreeMap<u64, Vec<Event>>;

/// The body that stands for a number: in a row, in the log, in one chunk or in several.
fn body_of(value: u32) -> Bytes {
    let len = match value % 12 {
        0 => 2_600_000,
        1 | 2 => 140_000,
        3..=6 => 9_000,
        _ => 60,
    };
    let mut bytes = body::bytes(len, 1).to_vec();
    bytes[..4].copy_from_slice(&value.to_le_bytes());
    bytes.into()
}

fn number_of(bytes: &Bytes) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[..4]);
    u32::from_le_bytes(number)
}

struct Client {
    engine: Arc<Engine>,
    ticks: Arc<AtomicU64>,
    dice: u64,
    /// The number of the next value, different for all clients.
    next: u32,
    /// The last value seen or written of each key.
    last: BTreeMap<u64, u32>,
    seen: Vec<(u64, Event)>,
}

/// One round in an empty bucket.
pub async fn race(
    engine: &Arc<Engine>,
    seed: u64,
    clients: u64,
    operations: u64,
) -> Result<Histories> {
    let (name, owner) = (BUCKET.to_owned(), "owner".to_owned());
    engine
        .create_bucket(CreateBucket {
            name,
            owner,
            lockable: false,
            ..CreateBucket::default()
        })
        .await?;
    let ticks = Arc::new(AtomicU64::new(0));
    let tasks = (0..clients).map(|client| {
        let mut client = Client {
            engine: Arc::clone(engine),
            ticks: Arc::clone(&ticks),
            dice: (seed * 101 + client + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            next: u32::try_from(client * 10_000).expect("there are few clients"),
            last: BTreeMap::new(),
            seen: Vec::new(),
        };
        tokio::spawn(async move {
            for _ in 0..operations {
                client.step().await?;
            }
            Ok::<_, Error>(client.seen)
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut histories = Histories::new();
    for task in tasks {
        for (key, event) in task.await.expect("clients do not panic")? {
            histories.entry(key).or_default().push(event);
        }
    }
    for key in 0..KEYS {
        engine.delete_object(delete(key)).await?;
    }
    engine.tidy().await?;
    engine.delete_bucket(BUCKET).await?;
    Ok(histories)
}

fn name(key: u64) -> Bytes {
    Bytes::from(format!("key{key}"))
}

fn delete(key: u64) -> DeleteObject {
    DeleteObject {
        target: target(key),
        owner: "owner".into(),
        conditions: Vec::new(),
        bypass_governance: false,
        notes: Notes::none(),
    }
}

fn target(key: u64) -> Target {
    Target {
        bucket: BUCKET.into(),
        key: name(key),
        version: None,
    }
}

impl Client {
    fn roll(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        (self.dice >> 20) % sides
    }

    fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::SeqCst)
    }

    async fn step(&mut self) -> Result<()> {
        let key = self.roll(KEYS);
        let begun = self.tick();
        let action = match self.roll(10) {
            0..=2 => {
                let value = self.new_value();
                self.put(key, value, Vec::new()).await?;
                Action::Put(value)
            }
            3 => {
                let value = self.new_value();
                let done = self.put(key, value, vec![Condition::Absent]).await?;
                Action::PutIfAbsent(value, done)
            }
            4 | 5 => {
                let old = self.last.get(&key).copied().unwrap_or(77);
                let value = self.new_value();
                let etag: ETag = body::etag(&body_of(old));
                let done = self.put(key, value, vec![Condition::Etag(etag)]).await?;
                Action::PutIf(old, value, done)
            }
            6 => {
                self.engine.delete_object(delete(key)).await?;
                Action::Delete
            }
            7 => return self.list().await,
            _ => Action::Get(self.get(key).await?),
        };
        let ended = self.tick();
        self.seen.push((
            key,
            Event {
                begun,
                ended,
                action,
            },
        ));
        Ok(())
    }

    fn new_value(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Whether the conditions were met.
    async fn put(&mut self, key: u64, value: u32, conditions: Vec<Condition>) -> Result<bool> {
        let options = StageOptions {
            bucket: BUCKET.into(),
            ..StageOptions::default()
        };
        let mut staging = self.engine.stage(options).await?;
        staging.write(body_of(value)).await?;
        let staged = staging.seal().await?;
        let object = NewObject {
            label: value.to_string(),
            ..NewObject::default()
        };
        let request = PutObject {
            bucket: BUCKET.into(),
            key: name(key),
            object,
            conditions,
            notes: Notes::none(),
        };
        match self.engine.put_object(request, staged).await {
            Ok(_) => {
                self.last.insert(key, value);
                Ok(true)
            }
            Err(Error::Condition { .. } | Error::NoSuchKey { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The value, once every byte of it has been compared.
    async fn get(&mut self, key: u64) -> Result<Option<u32>> {
        let reader = match self.engine.open(target(key), None).await {
            Ok(reader) => reader,
            Err(Error::NoSuchKey { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let size = reader.size();
        // Time for others to let the body go.
        tokio::task::yield_now().await;
        let bytes = collect(reader.stream(0..size)).await?;
        let value = number_of(&bytes);
        assert!(bytes == body_of(value), "wrong bytes of value {value}");
        self.last.insert(key, value);
        Ok(Some(value))
    }

    /// A listing reads every key.
    async fn list(&mut self) -> Result<()> {
        let begun = self.tick();
        let request = ListRequest {
            bucket: BUCKET.into(),
            limit: 100,
            ..ListRequest::default()
        };
        let page = self.engine.list_objects(request).await?;
        let ended = self.tick();
        for key in 0..KEYS {
            let entry = page.entries.iter().find(|entry| entry.key == name(key));
            let value = entry.map(|entry| entry.summary.label.parse().expect("labels are numbers"));
            self.seen.push((
                key,
                Event {
                    begun,
                    ended,
                    action: Action::Get(value),
                },
            ));
        }
        Ok(())
    }
}
