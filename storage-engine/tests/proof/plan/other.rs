//! Requests beside objects and uploads: tables, bodies that are given up, readers that last.

use bytes::Bytes;
use storage_engine::{SecretKey, TableGuard, TableWrite, Target};

use super::target;
use super::terms::{secret_key, staged};
use crate::body;
use crate::operation::{self, At, Pick};
use crate::oracle::{Answer, Oracle, Refusal};
use crate::world::{Expected, Request, World, bucket, span};

/// A body that is to be read little by little.
#[derive(Debug)]
pub struct Held {
    pub target: Target,
    pub secret: Option<SecretKey>,
    pub range: std::ops::Range<u64>,
    /// What must come.
    pub bytes: Bytes,
}

impl World {
    pub(super) fn abandon(
        &self,
        b: u8,
        spec: operation::Body,
        sealed: bool,
    ) -> (Request, Expected) {
        let expected = match self.oracle.bucket(&bucket(b)) {
            Ok(_) => Expected::Done,
            Err(refusal) => Expected::Refused(refusal),
        };
        (
            Request::Abandon(staged(b, spec, None, None), sealed),
            expected,
        )
    }

    /// Nothing where there is nothing to read.
    pub fn hold(&self, at: At, version: Pick, range: (u8, u8)) -> Option<Held> {
        let at = self.existing(at);
        let id = self.pick(at, version);
        let object = self.readable(at, id).ok()?.object?;
        let range = span(range, object.body.len() as u64);
        let place = |offset: u64| usize::try_from(offset).expect("bodies of tests are short");
        Some(Held {
            target: target(at, id),
            secret: object.secret.map(secret_key),
            bytes: object.body.slice(place(range.start)..place(range.end)),
            range,
        })
    }

    pub(super) fn table(
        &mut self,
        write: operation::TableWrite,
        guard: Option<operation::TableGuard>,
    ) -> (Request, Expected) {
        let guards: Vec<TableGuard> = guard.iter().map(|guard| self.guard(*guard)).collect();
        let writes = writes(write);
        let answer = self.oracle.table_commit(&guards, &writes);
        (Request::Table(guards, writes), super::done(answer))
    }

    fn guard(&self, guard: operation::TableGuard) -> TableGuard {
        use operation::TableGuard::{AnotherRow, NoRow, RowAsRead};
        match guard {
            NoRow(n) => TableGuard::Absent(row(n)),
            RowAsRead(n) => match self.oracle.table.get(&row(n)) {
                Some(value) => TableGuard::Equals(row(n), value.clone()),
                None => TableGuard::Absent(row(n)),
            },
            AnotherRow(n) => TableGuard::Equals(row(n), Bytes::from_static(b"another")),
        }
    }
}

fn row(number: u8) -> Bytes {
    format!("row{number}").into()
}

fn writes(write: operation::TableWrite) -> Vec<TableWrite> {
    use operation::TableWrite::{DeleteRow, EmptyRow, PutRows};
    let value = |number: u8| body::bytes(usize::from(number) * 300 + 1, number);
    match write {
        PutRows {
            first,
            second,
            value: number,
        } => vec![
            TableWrite::Put(row(first), value(number)),
            TableWrite::Put(row(second), value(number + 1)),
        ],
        DeleteRow(n) => vec![TableWrite::Delete(row(n))],
        EmptyRow(n) => vec![TableWrite::Put(row(n), Bytes::new())],
    }
}

impl Oracle {
    fn table_commit(&mut self, guards: &[TableGuard], writes: &[TableWrite]) -> Answer<()> {
        let empty = |write: &TableWrite| matches!(write, TableWrite::Put(_, v) if v.is_empty());
        if writes.iter().any(empty) {
            return Err(Refusal::Invalid);
        }
        let held = guards.iter().all(|guard| match guard {
            TableGuard::Absent(key) => !self.table.contains_key(key),
            TableGuard::Equals(key, value) => self.table.get(key) == Some(value),
        });
        if !held {
            return Err(Refusal::Condition);
        }
        for write in writes {
            match write {
                TableWrite::Put(key, value) => self.table.insert(key.clone(), value.clone()),
                TableWrite::Delete(key) => self.table.remove(key),
            };
        }
        Ok(())
    }
}

/// What there may be of uploads that were aborted one by one, in the order of their listing, when
/// the power went between two of them.
pub fn expired_one_by_one(before: &Oracle, after: &Oracle) -> Vec<Oracle> {
    let mut states = vec![before.clone()];
    for (name, bucket) in &before.buckets {
        let left = &after.buckets[name].uploads;
        let is_left = |name| left.iter().any(|upload| upload.name == name);
        let mut gone: Vec<_> = bucket.uploads.iter().collect();
        gone.retain(|upload| !is_left(upload.name));
        gone.sort_by(|a, b| a.key.cmp(&b.key));
        for upload in gone {
            let mut next = states.last().expect("there is the first").clone();
            let uploads = &mut next.buckets.get_mut(name).expect("it was there").uploads;
            uploads.retain(|own| own.name != upload.name);
            states.push(next);
        }
    }
    // The last one is what comes of it if nothing stands in the way.
    states.pop();
    if states.is_empty() {
        states.push(before.clone());
    }
    states
}
