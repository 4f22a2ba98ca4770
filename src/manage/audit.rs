//! `cairn audit`: who changed what.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use super::stream::Stream;
use super::table::Table;
use super::text::{list as items_of, text};
use super::{Shown, fail, input, run as run_with};
use crate::cli::{AuditCommand, AuditExportArgs, AuditFilterArgs, AuditListArgs};
use crate::client::{Client, Failure, escaped, with_client};
use crate::exit;
use crate::output::say;

const HEAD: &[&str] = &[
    "time", "who", "from", "action", "target", "outcome", "error",
];
/// As many as the interface gives at once.
const PAGE: usize = 1000;
/// How often it is looked what has come.
const LOOK: Duration = Duration::from_secs(1);
/// Of one moment there are never so many.
const SEEN_MAX: usize = 4096;

pub(crate) fn run(command: &AuditCommand) -> ExitCode {
    match command {
        AuditCommand::List(args) if args.follow => {
            match with_client(&args.client.place, |client| follow(client, args)) {
                Ok(code) => ExitCode::from(code),
                Err(failure) => fail(&failure, &args.client.json),
            }
        }
        AuditCommand::List(args) => run_with(&args.client, |client| {
            let found = newest(client, &args.filter, limit(args))?;
            let table = Table::of(HEAD, &found, row);
            Ok(Shown::list(found, table))
        }),
        AuditCommand::Export(args) => {
            match with_client(&args.client.place, |client| export(client, args)) {
                Ok(()) => ExitCode::from(exit::FINE),
                Err(failure) => fail(&failure, &args.client.json),
            }
        }
    }
}

impl AuditFilterArgs {
    /// As the interface is asked, beginning with its `?` or `&`.
    fn query(&self) -> Result<String, Failure> {
        let past = |flag, text: &Option<String>| {
            let at = text.as_deref().map(|text| input::past(flag, text));
            at.transpose()
        };
        let fields = [
            ("who", self.who.clone()),
            ("credential", self.credential.clone()),
            ("action", self.action.clone()),
            ("target", self.target.clone()),
            ("outcome", self.outcome.clone()),
            ("address", self.address.clone()),
            ("request_id", self.request_id.clone()),
            ("from", past("--from", &self.from)?),
            ("to", past("--to", &self.to)?),
        ];
        let given = fields.into_iter().filter_map(|(name, value)| {
            let value = value?;
            Some(format!("&{name}={}", escaped(&value)))
        });
        Ok(given.collect())
    }
}

/// The newest first; all of them where `limit` is 0.
fn newest(client: &Client, filter: &AuditFilterArgs, limit: usize) -> Result<Vec<Value>, Failure> {
    let (query, mut found, mut cursor) = (filter.query()?, Vec::new(), String::new());
    loop {
        let wanted = match limit {
            0 => PAGE,
            limit => PAGE.min(limit - found.len()),
        };
        let page = client.get(&format!("/audit?limit={wanted}{query}{cursor}"))?;
        found.extend_from_slice(items_of(&page, "items"));
        match page["next"].as_str() {
            Some(next) if limit == 0 || found.len() < limit => {
                cursor = format!("&cursor={}", escaped(next));
            }
            _ => return Ok(found),
        }
    }
}

fn limit(args: &AuditListArgs) -> usize {
    usize::try_from(args.limit).unwrap_or(usize::MAX)
}

fn row(entry: &Value) -> Vec<String> {
    [
        "time", "who", "from", "action", "target", "outcome", "error",
    ]
    .map(|field| text(entry, field))
    .to_vec()
}

/// What there is, the newest last, then what comes. Interrupted, it ends like any other program.
fn follow(client: &Client, args: &AuditListArgs) -> Result<u8, Failure> {
    if !client.is_running() {
        return Err(Failure::Local(
            "no server runs on this folder, so there is nothing to follow: leave --follow out"
                .to_owned(),
        ));
    }
    let mut stream = Stream::new(&args.client.json, HEAD);
    let mut seen = Seen::default();
    let mut found = newest(client, &args.filter, limit(args))?;
    loop {
        found.retain(|entry| seen.is_new(entry));
        found.reverse();
        if let Some(newest) = found.last() {
            seen.until = Some(text(newest, "time"));
        }
        stream.show(&found, row);
        // Nobody reads on.
        if io::stdout().flush().is_err() {
            return Ok(exit::FINE);
        }
        sleep(LOOK);
        let since = AuditFilterArgs {
            from: seen.until.clone(),
            ..args.filter.clone()
        };
        found = newest(client, &since, 0)?;
    }
}

/// What has been shown, as far as it can come again.
#[derive(Default)]
struct Seen {
    entries: VecDeque<Value>,
    until: Option<String>,
}

impl Seen {
    fn is_new(&mut self, entry: &Value) -> bool {
        if self.entries.contains(entry) {
            return false;
        }
        self.entries.push_back(entry.clone());
        if self.entries.len() > SEEN_MAX {
            self.entries.pop_front();
        }
        true
    }
}

/// The format is chosen by itself, so `--json` changes nothing about what is written.
fn export(client: &Client, args: &AuditExportArgs) -> Result<(), Failure> {
    let query = args.filter.query()?;
    let place = format!("/audit/export?format={}{query}", args.format);
    // As with files that are read, a dash is what a command is connected to.
    let Some(path) = args.file.as_deref().filter(|path| *path != Path::new("-")) else {
        return client.fetch(&place, |piece| {
            let written = io::stdout().lock().write_all(piece);
            written.map_err(|error| Failure::Local(format!("standard output: {error}")))
        });
    };
    let failed = |error: io::Error| Failure::File {
        path: path.to_owned(),
        what: error.to_string(),
    };
    let mut file = None;
    client.fetch(&place, |piece| {
        // Made once it is known that there is something to write.
        let file = match &mut file {
            Some(file) => file,
            none => none.insert(made(path).map_err(failed)?),
        };
        file.write_all(piece).map_err(failed)
    })?;
    let file = match file {
        Some(file) => file,
        None => made(path).map_err(failed)?,
    };
    file.sync_all().map_err(failed)?;
    match args.client.json.wanted {
        true => say(&format!("{}\n", json!({ "file": path }))),
        false => say(&format!("written to {}\n", path.display())),
    }
    Ok(())
}

/// For whoever exports, and for nobody else: it says what people have done.
fn made(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}
