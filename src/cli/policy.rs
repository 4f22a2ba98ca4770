//! `cairn policy`, as typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ClientArgs, SearchArgs, count};

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Make a policy from a file with Amazon's JSON
    Add(PolicyAddArgs),
    /// Show all managed policies, ready-made ones too; or those of a user or group
    List(PolicyListArgs),
    /// Show a policy with its document
    Show(PolicyNameArgs),
    /// Set the document of a policy, in place of the one there is
    #[command(alias = "update")]
    Set(PolicySetArgs),
    /// Remove a policy
    Remove(PolicyNameArgs),
    /// Let users and groups do what a managed policy says
    Attach(PolicyHoldersArgs),
    /// Take a managed policy from users and groups
    Detach(PolicyHoldersArgs),
    /// Find out who has a managed policy
    #[command(subcommand)]
    Holder(PolicyHolderCommand),
    /// Look after the last five documents of a managed policy
    #[command(subcommand)]
    Version(PolicyVersionCommand),
    /// Limit how much those may have who have a managed policy
    #[command(subcommand)]
    Limits(LimitsCommand),
    /// Find out whether somebody may do something, and because of which statements; exit code 3 if
    /// not
    Test(PolicyTestArgs),
}

/// Inside of whom a policy is, if it is no managed one.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct InsideArgs {
    /// A policy inside of this user, and nobody else's, in place of a managed one
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,

    /// A policy inside of this group, in place of a managed one
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyNameArgs {
    /// Name of the policy
    #[arg(value_name = "POLICY")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) inside: InsideArgs,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyAddArgs {
    #[command(flatten)]
    pub(crate) policy: PolicyNameArgs,

    /// File with the document; - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// What the policy is for; only of a managed one
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PolicySetArgs {
    #[command(flatten)]
    pub(crate) policy: PolicyNameArgs,

    /// File with the document; - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
#[command(mut_arg("user", |it| it.help("Those of this user: attached to it, and inside of it")))]
#[command(mut_arg("group", |it| it.help("Those of this group")))]
#[command(mut_arg("search", |it| it.conflicts_with_all(["user", "group"])))]
pub(crate) struct PolicyListArgs {
    #[command(flatten)]
    pub(crate) inside: InsideArgs,

    #[command(flatten)]
    pub(crate) found: SearchArgs,
}

#[derive(Debug, Args)]
#[group(id = "holders", required = true, multiple = true, args = ["users", "groups"])]
pub(crate) struct PolicyHoldersArgs {
    /// Name of the managed policy, or its full name
    #[arg(value_name = "POLICY")]
    pub(crate) name: String,

    /// User; may be given several times
    #[arg(long = "user", value_name = "USER")]
    pub(crate) users: Vec<String>,

    /// Group; may be given several times
    #[arg(long = "group", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyHolderCommand {
    /// Show the users, accounts, groups and roles that have a policy, or that it bounds
    List(ManagedPolicyArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyVersionCommand {
    /// Show the versions of a policy, the newest first
    List(ManagedPolicyArgs),
    /// Show the document of one of them
    Show(PolicyVersionArgs),
    /// Let one of them count, from the next request on; the others stay
    Set(PolicyVersionArgs),
}

/// A managed policy, and nothing else.
#[derive(Debug, Args)]
pub(crate) struct ManagedPolicyArgs {
    /// Name of the managed policy, or its full name
    #[arg(value_name = "POLICY")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyVersionArgs {
    #[command(flatten)]
    pub(crate) policy: ManagedPolicyArgs,

    /// Its number, as the list shows it
    #[arg(value_name = "VERSION")]
    pub(crate) version: u32,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyTestArgs {
    /// User, or the full name of a user, group or role
    #[arg(value_name = "WHO")]
    pub(crate) who: String,

    /// Actions, such as s3:GetObject
    #[arg(value_name = "ACTION", required = true)]
    pub(crate) actions: Vec<String>,

    /// What it is done to: BUCKET, BUCKET/KEY or a full name; may be given several times
    #[arg(long = "on", value_name = "RESOURCE")]
    pub(crate) resources: Vec<String>,

    /// A condition key and its value, such as aws:SourceIp=10.0.0.1; may be given several times
    #[arg(long = "context", value_name = "KEY=VALUE")]
    pub(crate) context: Vec<String>,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LimitsCommand {
    /// Show what a policy limits those to who have it
    Show(LimitsArgs),
    /// Limit whoever has a policy, from the next request on; what is not given stays as it is
    Set(LimitsSetArgs),
    /// Take a policy's limits away; a ready-made one gets those back that it came with
    Remove(LimitsArgs),
}

#[derive(Debug, Args)]
pub(crate) struct LimitsArgs {
    /// Name of the managed policy
    #[arg(value_name = "POLICY")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
#[group(id = "limits", required = true, multiple = true,
    args = ["storage", "objects", "rate", "largest"])]
pub(crate) struct LimitsSetArgs {
    #[command(flatten)]
    pub(crate) policy: LimitsArgs,

    /// What all buckets may hold that a user has made, such as 10GiB or 10GB; 0 for no bound
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) storage: Option<String>,

    /// How many objects may be in them; 0 for no bound
    #[arg(long, value_name = "COUNT", value_parser = count, allow_negative_numbers = true)]
    pub(crate) objects: Option<u64>,

    /// Requests a second of a user, up to 1000000; 0 for no bound
    #[arg(long, value_name = "COUNT", value_parser = count, allow_negative_numbers = true)]
    pub(crate) rate: Option<u64>,

    /// The largest object that a user may write, such as 5GiB; 0 for no bound
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) largest: Option<String>,
}
