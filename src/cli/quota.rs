//! `cairn quota` and `cairn status`, as typed.

use clap::{Args, Subcommand};

use super::{BucketNameArgs, ClientArgs, count};

#[derive(Debug, Subcommand)]
pub(crate) enum QuotaCommand {
    /// Show what a bucket may hold, and what it holds
    Show(BucketNameArgs),
    /// Limit what a bucket may hold; what is not given stays as it is
    Set(QuotaSetArgs),
    /// Let a bucket hold whatever there is room for
    #[command(alias = "clear")]
    Remove(BucketNameArgs),
}

#[derive(Debug, Args)]
#[group(id = "bounds", required = true, multiple = true, args = ["bytes", "objects"])]
pub(crate) struct QuotaSetArgs {
    #[command(flatten)]
    pub(crate) bucket: BucketNameArgs,

    /// All versions and unfinished uploads together, such as 10GiB, 10GB or 10000000; 0 for no
    /// bound
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) bytes: Option<String>,

    /// Objects, as listings show them; 0 for no bound
    #[arg(long, value_name = "COUNT", value_parser = count, allow_negative_numbers = true)]
    pub(crate) objects: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) client: ClientArgs,

    /// Go on showing it, every second, until interrupted
    #[arg(long)]
    pub(crate) watch: bool,
}
