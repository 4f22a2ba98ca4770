//! `cairn session`: where one is logged in, which the token of a login is wanted for, or where a user is.

use std::process::ExitCode;

use super::table::Table;
use super::text::{moment, text, yes_or_no};
use super::{Shown, run as run_with};
use crate::cli::{SessionCommand, SessionIdArgs, SessionListArgs};
use crate::client::{Client, Failure, path};

pub(crate) fn run(command: &SessionCommand) -> ExitCode {
    match command {
        SessionCommand::List(args) => run_with(&args.client, |client| list(client, args)),
        SessionCommand::Remove(args) => run_with(&args.client, |client| remove(client, args)),
    }
}

/// Whose sessions are meant.
fn place(user: Option<&str>) -> String {
    match user {
        Some(user) => path(&["users", user, "sessions"]),
        None => "/profile/sessions".to_owned(),
    }
}

fn list(client: &Client, args: &SessionListArgs) -> Result<Shown, Failure> {
    let sessions = client.all(&place(args.user.as_deref()))?;
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
    let place = place(args.user.as_deref());
    let answer = client.delete(&format!("{place}{}", path(&[&args.id])))?;
    Ok(Shown::done(answer, format!("session {} ended", args.id)))
}
