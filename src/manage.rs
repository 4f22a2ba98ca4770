//! Commands that administrate: users, accounts, keys, tokens, sessions, groups, policies, buckets,
//! quotas, lifecycle, events, jobs, the audit log, keys of encrypted objects. Each asks the admin
//! interface for one thing or a few, and shows what it has said.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod bucket;
mod bucket_config;
mod empty;
pub(crate) mod events;
pub(crate) mod group;
pub(crate) mod input;
pub(crate) mod job;
pub(crate) mod key;
pub(crate) mod kms;
pub(crate) mod lifecycle;
mod permissions;
pub(crate) mod person;
pub(crate) mod policy;
mod policy_holders;
mod policy_limits;
mod policy_versions;
pub(crate) mod profile;
pub(crate) mod quota;
pub(crate) mod session;
pub(crate) mod setting;
mod spans;
pub(crate) mod status;
pub(crate) mod stream;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod token;
mod uploads;
pub(crate) mod user;

use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::{ClientArgs, JsonArgs, SearchArgs};
use crate::client::{Client, Failure, escaped, with_client};
use crate::config;
use crate::exit;
use crate::output::{Tint, say};
use table::{Fields, Table};

/// How a command ended well: what programs are shown, and what people are.
pub(crate) struct Shown {
    code: u8,
    json: Value,
    people: People,
}

pub(crate) enum People {
    Lines(Vec<String>),
    Table(Table),
    Fields(Fields),
    /// A document, as it is written by hand.
    Document(Value),
}

impl Shown {
    /// Something was changed, which the interface has answered so.
    pub(crate) fn done(answer: Value, line: impl Into<String>) -> Shown {
        Shown::new(answer, People::Lines(vec![line.into()]))
    }

    /// All of a list.
    pub(crate) fn list(items: Vec<Value>, table: Table) -> Shown {
        let json = json!({ "items": items, "next": null });
        Shown::new(json, People::Table(table))
    }

    pub(crate) fn new(json: Value, people: People) -> Shown {
        Shown {
            code: exit::FINE,
            // Where the interface answers nothing there is still a document.
            json: match json {
                Value::Null => json!({}),
                json => json,
            },
            people,
        }
    }

    pub(crate) fn with_code(self, code: u8) -> Shown {
        Shown { code, ..self }
    }
}

/// All of a list, or those of it that are looked for.
fn found(client: &Client, list: &str, args: &SearchArgs) -> Result<Vec<Value>, Failure> {
    let search = args.search.as_deref();
    let search = search.map_or_else(String::new, |it| format!("?search={}", escaped(it)));
    client.all(&format!("{list}{search}"))
}

/// Does what a command is there for. What it shows goes to standard output; what kept it from it,
/// and what to do next, to standard error.
pub(crate) fn run(
    args: &ClientArgs,
    work: impl FnOnce(&Client) -> Result<Shown, Failure>,
) -> ExitCode {
    match with_client(&args.place, work) {
        Ok(Shown { code, json, .. }) if args.json.wanted => {
            say(&format!("{json}\n"));
            ExitCode::from(code)
        }
        Ok(Shown { code, people, json }) => {
            warn(&json);
            say(&people.render(Tint::of_standard_output()));
            ExitCode::from(code)
        }
        Err(failure) => fail(&failure, &args.json),
    }
}

/// What the interface found odd about something that it has taken all the same. Programs find it in
/// the document.
fn warn(json: &Value) {
    let tint = Tint::of_standard_error();
    for warning in text::list(json, "warnings") {
        let _ = writeln!(
            io::stderr(),
            "{} {}",
            tint.bad("warning:"),
            text::text(warning, "message")
        );
    }
}

/// Says why a command could not do what was asked, to people or to programs.
pub(crate) fn fail(failure: &Failure, json: &JsonArgs) -> ExitCode {
    if json.wanted {
        let _ = writeln!(io::stderr(), "{}", failure.json());
        return ExitCode::from(failure.exit_code());
    }
    if let Failure::Configuration(faults) = failure {
        return config::refuse(faults);
    }
    let tint = Tint::of_standard_error();
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{} {failure}", tint.bad("error:"));
    if let Some(advice) = failure.advice() {
        let _ = writeln!(err, "{} {advice}", tint.faint("next:"));
    }
    ExitCode::from(failure.exit_code())
}

impl People {
    fn render(&self, tint: Tint) -> String {
        match self {
            People::Lines(lines) => lines.iter().map(|line| format!("{line}\n")).collect(),
            People::Table(table) => table.render(tint),
            People::Fields(fields) => fields.render(tint),
            People::Document(document) => {
                let text = serde_json::to_string_pretty(document).unwrap_or_default();
                format!("{text}\n")
            }
        }
    }
}
