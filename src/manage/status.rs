//! `cairn status`: health, capacity and rates of a server, and what needs attention.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::table::Fields;
use super::text::{counted, number, text};
use super::{People, Shown, fail, run as run_with, spans};
use crate::amounts;
use crate::cli::StatusArgs;
use crate::client::{Client, Failure, with_client};
use crate::exit;
use crate::output::{Tint, say};

/// Clears what is on the terminal and begins at its top.
const ANEW: &str = "\x1b[H\x1b[2J";

/// What the server says of itself.
struct Status {
    is_running: bool,
    server: Value,
    stats: Value,
    /// What happened in the last second; null where nothing runs.
    second: Value,
    /// What somebody should do something about, and what: the interface has the one rule for it.
    attention: Vec<Value>,
}

pub(crate) fn run(args: &StatusArgs) -> ExitCode {
    match args.watch {
        false => run_with(&args.client, |client| {
            let mut status = ask(client)?;
            if status.is_running {
                client.watch("/server/live", |second| {
                    status.second = second;
                    ControlFlow::Break(())
                })?;
            }
            Ok(status.shown())
        }),
        true => match with_client(&args.client.place, |client| watch(client, args)) {
            Ok(code) => ExitCode::from(code),
            Err(failure) => fail(&failure, &args.client.json),
        },
    }
}

fn ask(client: &Client) -> Result<Status, Failure> {
    Ok(Status {
        is_running: client.is_running(),
        server: client.get("/server")?,
        stats: client.get("/server/stats")?,
        second: Value::Null,
        attention: client.all("/server/attention")?,
    })
}

/// Every second anew, in place on a terminal, else one line of JSON or a block each. Interrupted, it
/// ends like any other program.
fn watch(client: &Client, args: &StatusArgs) -> Result<u8, Failure> {
    if !client.is_running() {
        return Err(Failure::Local(
            "no server runs on this folder, so there is nothing to watch: leave --watch out"
                .to_owned(),
        ));
    }
    let (tint, mut failed) = (Tint::of_standard_output(), None);
    let mut status = ask(client)?;
    loop {
        let watched = client.watch("/server/live", |second| {
            status.second = second;
            let text = match args.client.json.wanted {
                true => format!("{}\n", status.json()),
                false => status.people().render(tint),
            };
            let anew = match tint.is_for_people() && !args.client.json.wanted {
                true => ANEW,
                false => "",
            };
            say(&format!("{anew}{text}"));
            match io::stdout().flush() {
                Ok(()) => ControlFlow::Break(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        });
        watched?;
        // Nobody reads on.
        if failed.is_some() {
            return Ok(exit::FINE);
        }
        status = ask(client)?;
    }
}

impl Status {
    fn shown(self) -> Shown {
        let code = match self.attention.is_empty() {
            true => exit::FINE,
            false => exit::PROBLEMS,
        };
        Shown::new(self.json(), self.people()).with_code(code)
    }

    fn json(&self) -> Value {
        json!({
            "running": self.is_running,
            "healthy": self.attention.is_empty(),
            "attention": self.attention,
            "server": self.server,
            "stats": self.stats,
            "second": self.second,
        })
    }

    fn people(&self) -> People {
        let totals = &self.stats["totals"];
        let mut fields = Fields::default();
        fields = match self.is_running {
            true => fields.with(
                "server",
                format!(
                    "running for {}, since {}",
                    spans::since(&text(&self.server, "started")),
                    spans::to_the_second(&text(&self.server, "started")),
                ),
            ),
            false => fields.with("server", "none runs on this folder"),
        };
        fields = fields
            .with("version", text(&self.server, "version"))
            .with("region", text(&self.server, "region"))
            .with("folder", text(&self.server, "data"));
        if self.is_running {
            fields = fields.with("s3", super::text::names(&self.server["s3_listeners"]));
        }
        for drive in self.server["drives"].as_array().into_iter().flatten() {
            let (total, free) = (number(drive, "total_bytes"), number(drive, "free_bytes"));
            fields = fields.with(
                "drive",
                format!("{} free of {}", amounts::shown(free), amounts::shown(total)),
            );
        }
        let holds = format!(
            "{} in {} ({}), {}",
            amounts::shown(number(totals, "bytes")),
            counted(number(totals, "objects"), "object"),
            counted(number(totals, "versions"), "version"),
            counted(number(totals, "buckets"), "bucket"),
        );
        fields = fields.with("holds", holds);
        if !self.second.is_null() {
            fields = self.rates(fields);
        }
        for concern in &self.attention {
            let line = format!("{} {}", text(concern, "message"), text(concern, "next"));
            fields = fields.with("attention", line);
        }
        if self.attention.is_empty() {
            fields = fields.with("attention", "nothing needs any");
        }
        People::Fields(fields)
    }

    fn rates(&self, fields: Fields) -> Fields {
        let second = &self.second;
        let rate = |value: &Value, field: &str| value[field].as_f64().unwrap_or_default();
        let answers = &second["requests_per_second"];
        let fine = rate(answers, "success") + rate(answers, "redirect");
        let failed = rate(second, "failures_per_second");
        let refused = rate(answers, "client_error") + rate(answers, "server_error") - failed;
        let requests = format!(
            "{fine:.0}/s fine, {refused:.0}/s refused, {failed:.0}/s failed, {} in flight",
            number(second, "requests_in_flight"),
        );
        // A rate is small beside 2^53.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let per_second = |field: &str| amounts::shown(rate(second, field).max(0.0) as u64);
        let traffic = format!(
            "{}/s in, {}/s out",
            per_second("received_bytes_per_second"),
            per_second("sent_bytes_per_second")
        );
        let fields = fields.with("requests", requests).with("traffic", traffic);
        match (
            second["p50_seconds"].as_f64(),
            second["p99_seconds"].as_f64(),
        ) {
            (Some(half), Some(most)) => {
                let latency = format!("{:.1} ms, 99 % below {:.1} ms", half * 1e3, most * 1e3);
                fields.with("latency", latency)
            }
            _ => fields,
        }
    }
}
