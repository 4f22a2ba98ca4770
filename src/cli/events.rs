//! `cairn events`, as typed.

use clap::{Args, Subcommand};

use super::ClientArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    /// Show how many events wait for each webhook, and each one that was given up, and why
    List(EventsArgs),
    /// Let events that were given up be told again: at once, or by the next server
    Retry(EventsArgs),
    /// Throw away, for good, all events that were given up for a webhook; those that wait stay
    Remove(EventsRemoveArgs),
}

#[derive(Debug, Args)]
pub(crate) struct EventsRemoveArgs {
    /// The webhook they were for
    #[arg(long, value_name = "NAME")]
    pub(crate) webhook: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    /// Only those for this webhook
    #[arg(long, value_name = "NAME")]
    pub(crate) webhook: Option<String>,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}
