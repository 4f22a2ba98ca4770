//! `cairn lifecycle`, as typed.

use clap::{Args, Subcommand};

use super::{BucketNameArgs, ClientArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum LifecycleCommand {
    /// Show everything the rules of a bucket would do now, and by which rule; change nothing
    DryRun(BucketNameArgs),
    /// Show what the last runs did, the newest first
    Runs(ClientArgs),
    /// Follow the rules now, whether or not that was done at midnight; exit code 3 if something
    /// went wrong with an object or a bucket
    Run(LifecycleRunArgs),
}

#[derive(Debug, Args)]
pub(crate) struct LifecycleRunArgs {
    /// Only the rules of this bucket
    #[arg(value_name = "BUCKET")]
    pub(crate) bucket: Option<String>,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}
