//! `cairn user` and `cairn account`, as typed.

use clap::{Args, Subcommand};

use super::{ClientArgs, GivenKey};

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make a user, with an access key whose secret is shown this once
    Add(UserAddArgs),
    /// Show all users
    List(ClientArgs),
    /// Show a user: groups, policies, keys, whether it can log in to the console
    Show(UserNameArgs),
    /// Remove a user with its keys, policies and memberships
    Remove(UserNameArgs),
    /// Give a user another name; its keys and policies stay
    Rename(UserRenameArgs),
    /// Set the password that a user logs in to the console with, which ends its sessions
    Password(UserPasswordArgs),
}

/// A user, and nothing else.
#[derive(Debug, Args)]
pub(crate) struct UserNameArgs {
    /// Name of the user
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct UserAddArgs {
    #[command(flatten)]
    pub(crate) user: UserNameArgs,

    /// Managed policy to attach, such as AmazonS3ReadOnlyAccess; may be given several times
    #[arg(long = "policy", value_name = "POLICY")]
    pub(crate) policies: Vec<String>,

    /// Group to put it into; may be given several times
    #[arg(long = "group", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,

    /// Path in its full name, such as /staff/
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<String>,

    /// Make no access key
    #[arg(long, conflicts_with_all = ["access_key", "secret_key"])]
    pub(crate) no_key: bool,

    #[command(flatten)]
    pub(crate) key: GivenKey,
}

#[derive(Debug, Args)]
pub(crate) struct UserRenameArgs {
    #[command(flatten)]
    pub(crate) user: UserNameArgs,

    /// Its name from now on
    #[arg(value_name = "NEW_NAME")]
    pub(crate) new_name: String,
}

#[derive(Debug, Args)]
pub(crate) struct UserPasswordArgs {
    #[command(flatten)]
    pub(crate) user: UserNameArgs,

    /// Make one and show it this once, instead of asking for it or reading it from standard input
    #[arg(long)]
    pub(crate) generate: bool,

    /// Take the password away: the user cannot log in any more
    #[arg(long, conflicts_with = "generate")]
    pub(crate) remove: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account, with an access key whose secret is shown this once
    Add(AccountAddArgs),
    /// Show all accounts
    List(ClientArgs),
    /// Show an account
    Show(AccountNameArgs),
    /// Remove an account with its keys; its buckets stay
    Remove(AccountNameArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AccountNameArgs {
    /// Name of the account
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) client: ClientArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AccountAddArgs {
    #[command(flatten)]
    pub(crate) account: AccountNameArgs,

    /// Canonical id, by which access control lists name the account; made if it is not given
    #[arg(long, value_name = "CANONICAL_ID")]
    pub(crate) id: Option<String>,

    /// Twelve digits, for an account that has users, groups and policies of its own
    #[arg(long, value_name = "DIGITS")]
    pub(crate) number: Option<String>,

    /// What listings show; the name if it is not given
    #[arg(long, value_name = "TEXT")]
    pub(crate) display_name: Option<String>,

    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,

    #[command(flatten)]
    pub(crate) key: GivenKey,
}
