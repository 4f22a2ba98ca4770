//! `cairn bucket`, `cairn quota` and `cairn status`, as typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ClientArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum BucketCommand {
    /// Make a bucket of the server's own account
    Add(BucketAddArgs),
    /// Show all buckets, with exactly what they hold
    List(BucketListArgs),
    /// Show a bucket
    Show(BucketNameArgs),
    /// Remove an empty bucket
    Remove(BucketNameArgs),
    /// Configurations of a bucket, in the JSON that Amazon's command line has for them
    #[command(subcommand)]
    Config(BucketConfigCommand),
}

#[derive(Debug, Args)]
pub(crate) struct BucketNameArgs {
    /// Name of the bucket
    #[arg(value_name = "BUCKET")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BucketAddArgs {
    #[command(flatten)]
    pub(crate) bucket: BucketNameArgs,

    /// Keep what is overwritten and deleted
    #[arg(long)]
    pub(crate) versioning: bool,

    /// Versions can be locked, which also turns versioning on; cannot be undone
    #[arg(long)]
    pub(crate) object_lock: bool,

    /// What it may hold, in bytes or such as "10 GiB"
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) quota: Option<String>,

    /// How many objects it may hold
    #[arg(long, value_name = "COUNT")]
    pub(crate) quota_objects: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct BucketListArgs {
    /// Only those whose names begin so
    #[arg(long, value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BucketConfigCommand {
    /// Show a configuration
    Get(BucketConfigArgs),
    /// Set a configuration, in place of the one there is
    Set(BucketConfigSetArgs),
    /// Remove a configuration
    Remove(BucketConfigArgs),
}

#[derive(Debug, Args)]
pub(crate) struct BucketConfigArgs {
    /// Name of the bucket
    #[arg(value_name = "BUCKET")]
    pub(crate) name: String,

    /// versioning, lifecycle, cors, policy, acl, encryption, object-lock, tagging, notification,
    /// logging, website, ownership, public-access or request-payment
    #[arg(value_name = "KIND")]
    pub(crate) kind: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BucketConfigSetArgs {
    #[command(flatten)]
    pub(crate) config: BucketConfigArgs,

    /// File with the configuration; standard input if none is given, or -
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum QuotaCommand {
    /// Show what a bucket may hold, and what it holds
    Show(BucketNameArgs),
    /// Limit what a bucket may hold; what is not given stays as it is
    Set(QuotaSetArgs),
    /// Let a bucket hold whatever there is room for
    Clear(BucketNameArgs),
}

#[derive(Debug, Args)]
#[group(id = "bounds", required = true, multiple = true, args = ["bytes", "objects"])]
pub(crate) struct QuotaSetArgs {
    #[command(flatten)]
    pub(crate) bucket: BucketNameArgs,

    /// All versions and unfinished uploads together, in bytes or such as "10 GiB"
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) bytes: Option<String>,

    /// Objects, as listings show them
    #[arg(long, value_name = "COUNT")]
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
