//! `cairn job`, as typed.

use clap::{Args, Subcommand};

use super::ClientArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// Show the jobs that run, and the last ones of each kind that ended
    List(ClientArgs),
    /// Show a job: how far it is, or what it has found
    Show(JobShowArgs),
    /// Tell a job that runs to end
    Cancel(JobIdArgs),
    /// Forget a job that has ended
    Remove(JobIdArgs),
}

#[derive(Debug, Args)]
pub(crate) struct JobIdArgs {
    /// Id of the job, as the list shows it
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct JobShowArgs {
    #[command(flatten)]
    pub(crate) job: JobIdArgs,

    /// Show its progress until it has ended; an interrupt of this command leaves it alone
    #[arg(long)]
    pub(crate) watch: bool,
}
