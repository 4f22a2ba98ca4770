//! `cairn events`: what webhooks have not been told yet, and what was given up.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::stream::Stream;
use super::table::Table;
use super::text::{counted, list, moment, number, text};
use super::{People, Shown, run as run_with};
use crate::cli::{EventsArgs, EventsCommand, EventsRemoveArgs};
use crate::client::{Client, Failure, escaped, path};

pub(crate) fn run(command: &EventsCommand) -> ExitCode {
    match command {
        EventsCommand::List(args) => run_with(&args.client, |client| show(client, args)),
        EventsCommand::Retry(args) => run_with(&args.client, |client| retry(client, args)),
        EventsCommand::Remove(args) => run_with(&args.client, |client| remove(client, args)),
    }
}

/// What was given up is shown as it comes: it may be much.
fn show(client: &Client, args: &EventsArgs) -> Result<Shown, Failure> {
    let head = &[
        "is", "webhook", "at", "event", "bucket", "key", "version", "tries", "why",
    ];
    let mut letters = Stream::new(&args.client.json, head);
    let (mut webhooks, mut given_up) = (None, 0);
    let webhook = args.webhook.as_deref().map(escaped);
    let of_one = webhook.map_or_else(String::new, |name| format!("?webhook={name}"));
    client.pages(&format!("/events{of_one}"), |page| {
        if webhooks.is_none() {
            let mut all = list(page, "webhooks").to_vec();
            all.retain(|it| {
                args.webhook
                    .as_ref()
                    .is_none_or(|name| it["name"] == **name)
            });
            letters.begin_with(&queues(&all));
            webhooks = Some(all);
        }
        let items = list(page, "items");
        given_up += items.len();
        letters.show(items, letter);
        Ok(())
    })?;
    let webhooks = webhooks.unwrap_or_default();
    if let (Some(name), true) = (&args.webhook, webhooks.is_empty()) {
        return Err(Failure::Local(format!(
            "there is no webhook {name:?}, and no event for one of this name: cairn events list \
             names them all"
        )));
    }
    let waiting: u64 = webhooks.iter().map(|it| number(it, "waiting")).sum();
    let json = json!({ "webhooks": webhooks, "waiting": waiting, "given_up": given_up });
    Ok(Shown::done(
        json,
        format!("{waiting} waiting, {given_up} given up"),
    ))
}

fn queues(webhooks: &[Value]) -> Table {
    let head = &[
        "is",
        "webhook",
        "events",
        "since",
        "known to the server",
        "trouble",
    ];
    Table::of(head, webhooks, |webhook| {
        vec![
            "waiting".to_owned(),
            text(webhook, "name"),
            text(webhook, "waiting"),
            moment(webhook, "waiting_since"),
            super::text::yes_or_no(webhook, "is_configured").to_owned(),
            text(&webhook["trouble"], "reason"),
        ]
    })
}

fn letter(letter: &Value) -> Vec<String> {
    let mut row = vec![
        "given up".to_owned(),
        text(letter, "webhook"),
        moment(letter, "at"),
    ];
    let fields = [
        "event",
        "bucket",
        "key",
        "version",
        "attempts",
        "last_error",
    ];
    row.extend(fields.map(|field| text(letter, field)));
    row
}

fn retry(client: &Client, args: &EventsArgs) -> Result<Shown, Failure> {
    let names = match &args.webhook {
        Some(name) => vec![name.clone()],
        None => {
            let events = client.get("/events?limit=1")?;
            let webhooks = list(&events, "webhooks").iter();
            let some = webhooks.filter(|it| number(it, "given_up") > 0);
            some.map(|it| text(it, "name")).collect()
        }
    };
    let mut retried = 0;
    for name in &names {
        let answer = client.post(&path(&["events", name, "retry"]), &json!({}))?;
        retried += number(&answer, "retried");
    }
    let line = match client.is_running() {
        true => format!("{} told again", counted(retried, "event")),
        false => format!(
            "{} will be told again by the next server on this folder",
            counted(retried, "event")
        ),
    };
    Ok(Shown::new(
        json!({ "retried": retried }),
        People::Lines(vec![line]),
    ))
}

fn remove(client: &Client, args: &EventsRemoveArgs) -> Result<Shown, Failure> {
    let answer = client.delete(&path(&["events", &args.webhook]))?;
    let line = format!(
        "{} thrown away",
        counted(number(&answer, "deleted"), "event")
    );
    Ok(Shown::new(answer, People::Lines(vec![line])))
}
