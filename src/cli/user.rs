//! `cairn user`, as typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DataFolder, FolderArgs, GivenKey};

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make a user with an access key; shows name, id, display name, email and key, and the secret
    /// if it was not given
    Add(UserAddArgs),
    /// Show all users: name, id, display name and email
    List(FolderArgs),
    /// Remove a user and its keys; its buckets stay
    Remove(UserNameArgs),
    /// What a user may do, beyond what it owns
    #[command(subcommand)]
    Policy(PolicyCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Show a user's policies: attached ones by their full names, own ones by name
    List(UserNameArgs),
    /// Let a user do what a managed policy says, arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
    /// for example
    Attach(PolicyAttachArgs),
    /// Undo an attachment
    Detach(PolicyAttachArgs),
    /// Give a user a policy of its own, in place of one of the same name
    Put(PolicyPutArgs),
    /// Show a user's own policy
    Show(PolicyNameArgs),
    /// Take a user's own policy away
    Delete(PolicyNameArgs),
}

/// A user, and nothing else.
#[derive(Debug, Args)]
pub(crate) struct UserNameArgs {
    /// What operators call the user
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) data: DataFolder,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyAttachArgs {
    #[command(flatten)]
    pub(crate) user: UserNameArgs,

    /// Full name of the managed policy
    #[arg(value_name = "ARN")]
    pub(crate) arn: String,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyNameArgs {
    #[command(flatten)]
    pub(crate) user: UserNameArgs,

    /// Name of the user's policy
    #[arg(value_name = "POLICY")]
    pub(crate) policy: String,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyPutArgs {
    #[command(flatten)]
    pub(crate) named: PolicyNameArgs,

    /// File with the policy, in Amazon's JSON
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct UserAddArgs {
    /// What operators call the user
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Canonical id, by which access control lists name the user; made if it is not given
    #[arg(long, value_name = "CANONICAL_ID")]
    pub(crate) id: Option<String>,

    /// Twelve digits, for an account that has users, roles and policies of its own
    #[arg(long, value_name = "DIGITS")]
    pub(crate) number: Option<String>,

    /// What listings show; the name if it is not given
    #[arg(long, value_name = "TEXT")]
    pub(crate) display_name: Option<String>,

    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,

    #[command(flatten)]
    pub(crate) key: GivenKey,

    #[command(flatten)]
    pub(crate) data: DataFolder,
}
