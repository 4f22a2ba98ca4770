//! `cairn user` and `cairn account`, as typed.

use clap::{Args, Subcommand};

use super::{ClientArgs, GivenKey, SearchArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make a user, with an access key whose secret is shown this once
    Add(UserAddArgs),
    /// Show all users: their groups, how many keys they have, and when they were last there
    #[command(mut_arg("search", |it| it.help(
        "Only those whose names contain this, case aside, or whose access key this is"
    )))]
    List(SearchArgs),
    /// Show a user: groups, policies, keys, whether it can log in to the console
    Show(UserNameArgs),
    /// Remove a user with its keys, policies and memberships
    Remove(UserNameArgs),
    /// Give a user another name; its keys and policies stay
    Rename(UserRenameArgs),
    /// Give a user another path in its full name
    Move(UserMoveArgs),
    /// Let nobody in as a user, with whatever it has, until it is enabled again; its sessions end
    Disable(UserNameArgs),
    /// Let a disabled user in again, with all it had but its sessions
    Enable(UserNameArgs),
    /// Look after tags of a user, which conditions of policies may ask for
    #[command(subcommand)]
    Tag(TagCommand),
    /// Set the password that a user logs in to the console with, which ends its sessions
    Password(UserPasswordArgs),
    /// Take away what a user is asked for besides its password
    #[command(subcommand)]
    SecondFactor(SecondFactorCommand),
    /// Find out what a user may do
    #[command(subcommand)]
    Permission(PermissionCommand),
    /// Set the policy beyond which a user cannot go, whatever others let it do
    #[command(subcommand)]
    Boundary(BoundaryCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecondFactorCommand {
    /// Take away the second factor of who has lost it, which ends its sessions
    Remove(UserNameArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PermissionCommand {
    /// Show all statements in effect: of its policies, its groups and its boundary
    List(UserNameArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum BoundaryCommand {
    /// Set the boundary of a user, in place of the one there is
    Set(BoundarySetArgs),
    /// Let a user do all that its policies say
    Remove(UserNameArgs),
}

#[derive(Debug, Args)]
pub(crate) struct BoundarySetArgs {
    #[command(flatten)]
    pub(crate) user: UserNameArgs,

    /// Managed policy, by its name or full name
    #[arg(value_name = "POLICY")]
    pub(crate) policy: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TagCommand {
    /// Set tags of a user; others stay
    Set(TagSetArgs),
    /// Take tags of a user away
    Remove(TagRemoveArgs),
}

#[derive(Debug, Args)]
pub(crate) struct TagSetArgs {
    #[command(flatten)]
    pub(crate) user: UserNameArgs,

    /// Tags; an empty value is one
    #[arg(value_name = "KEY=VALUE", required = true)]
    pub(crate) tags: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TagRemoveArgs {
    #[command(flatten)]
    pub(crate) user: UserNameArgs,

    /// Keys of tags
    #[arg(value_name = "KEY", required = true)]
    pub(crate) keys: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct UserMoveArgs {
    #[command(flatten)]
    pub(crate) user: UserNameArgs,

    /// Its path from now on, such as /staff/
    #[arg(value_name = "PATH")]
    pub(crate) path: String,
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

    /// Managed policy beyond which it cannot go, by its name or full name
    #[arg(long, value_name = "POLICY")]
    pub(crate) boundary: Option<String>,

    /// Tag, which conditions of policies may ask for; may be given several times
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    pub(crate) tags: Vec<String>,

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
    List(SearchArgs),
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

    /// Address of whoever looks after the account
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,

    #[command(flatten)]
    pub(crate) key: GivenKey,
}
