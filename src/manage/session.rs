//! `cairn session`: where one is logged in. A session is somebody's own, so the token of a login is
//! wanted.

use std::process::ExitCode;

use super::table::Table;
use super::text::{moment, text, yes_or_no};
use super::{Shown, run as run_with};
use crate::cli::{SessionCommand, SessionIdArgs};
use crate::client::{Client, Failure, path};

const PLACE: &str = "/profile/sessions";

pub(crate) fn run(command: &SessionCommand) -> ExitCode {
    match command {
        SessionCommand::List(args) => run_with(args, list),
        SessionCommand::Remove(args) => run_with(&args.client, |client| remove(client, args)),
    }
}

fn list(client: &Client) -> Result<Shown, Failure> {
    let sessions = client.all(PLACE)?;
    let head = &["id", "started", "last seen", "address", "this one", "with"];
    let table = Table::of(head, &sessions, |session| {
        vec![
            text(session, "id"),
            moment(session, "started"),
            moment(session, "last_seen"),
            text(session, "address"),
            yes_or_no(session, "current").to_owned(),
            text(session, "agent"),
        ]
    });
    Ok(Shown::list(sessions, table))
}

fn remove(client: &Client, args: &SessionIdArgs) -> Result<Shown, Failure> {
    let answer = client.delete(&format!("{PLACE}{}", path(&[&args.id])))?;
    Ok(Shown::done(answer, format!("session {} ended", args.id)))
}
