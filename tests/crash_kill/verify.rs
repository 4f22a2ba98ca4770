//! Looks at everything a server has, with no change in flight.

use std::collections::BTreeMap;
use std::fmt;
use std::thread;

use super::worker::Worker;
use super::{OWN, SHARED};
use crate::support::client::Client;
use crate::support::ledger::{Ledger, Name, State};
use crate::support::server::Server;

const READERS: usize = 4;

pub(crate) struct Found {
    keys: usize,
    /// Changes that had taken place although nobody was told.
    untold_done: usize,
    /// Changes nobody was told of, done or not.
    pub(crate) untold: usize,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Found {
            keys,
            untold_done,
            untold,
        } = self;
        write!(
            f,
            "{keys} keys right, {untold_done} of {untold} changes in flight were done"
        )
    }
}

/// Reads every key, compares what is there with what may be there, lists, and looks for the parts
/// of unfinished uploads.
pub(crate) fn verify(server: &Server, ledger: &Ledger, workers: &[Worker]) -> Found {
    let names = ledger.names();
    let share = names.len().div_ceil(READERS).max(1);
    let looked: Vec<Look> = thread::scope(|scope| {
        let readers: Vec<_> = names
            .chunks(share)
            .map(|names| scope.spawn(|| look_at(server, ledger, names)))
            .collect();
        let looks = readers
            .into_iter()
            .flat_map(|reader| reader.join().unwrap());
        looks.collect()
    });
    let mut client = Client::connect(server.address).unwrap();
    for bucket in [OWN, SHARED] {
        let there = looked.iter().filter(|look| look.name.0 == bucket);
        let sizes = there.filter_map(|look| {
            let content = look.found.as_ref()?;
            Some((look.name.1.clone(), content.bytes()))
        });
        assert_eq!(list(&mut client, bucket), sizes.collect());
    }
    for worker in workers {
        worker.assert_parts_are_there(&mut client);
    }
    Found {
        keys: looked.len(),
        untold_done: looked.iter().filter(|look| look.untold_done).count(),
        untold: looked.iter().map(|look| look.untold).sum(),
    }
}

struct Look {
    name: Name,
    found: State,
    untold_done: bool,
    untold: usize,
}

fn look_at(server: &Server, ledger: &Ledger, names: &[Name]) -> Vec<Look> {
    let mut client = Client::connect(server.address).unwrap();
    let looks = names.iter().map(|name| {
        let possible = ledger.possible(name);
        let found = found_of(&mut client, name, &possible);
        let untold = ledger.untold(name);
        let untold_done = ledger.settle(name, &found);
        Look {
            name: name.clone(),
            found,
            untold_done,
            untold,
        }
    });
    looks.collect()
}

fn found_of(client: &mut Client, (bucket, key): &Name, possible: &[State]) -> State {
    let reply = client.get(&format!("/{bucket}/{key}")).unwrap();
    let found = possible.iter().find(|state| match (state, reply.status) {
        (Some(content), 200) => content.is(&reply.body),
        (None, 404) => true,
        _ => false,
    });
    let found = found.unwrap_or_else(|| {
        let bytes = reply.body.len();
        let status = reply.status;
        panic!("{bucket}/{key}: {status} with {bytes} bytes is none of {possible:?}")
    });
    found.clone()
}

/// Keys and sizes of a whole bucket, which fits on one page.
fn list(client: &mut Client, bucket: &str) -> BTreeMap<String, usize> {
    let reply = client.get(&format!("/{bucket}?list-type=2")).unwrap();
    let page = String::from_utf8(reply.body).unwrap();
    assert_eq!(reply.status, 200, "{page}");
    assert!(page.contains("<IsTruncated>false</IsTruncated>"), "{page}");
    let entries = page.split("<Contents>").skip(1);
    let entries = entries.map(|entry| {
        let size = text_of(entry, "Size").parse().unwrap();
        (text_of(entry, "Key").to_owned(), size)
    });
    entries.collect()
}

/// What stands in the first element of this name.
pub(crate) fn text_of<'a>(xml: &'a str, name: &str) -> &'a str {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let text = xml
        .split_once(&open)
        .and_then(|(_, rest)| rest.split_once(&close));
    text.map(|(text, _)| text)
        .unwrap_or_else(|| panic!("no {name} in {xml}"))
}
