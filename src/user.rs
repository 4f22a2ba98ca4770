//! `cairn user`: accounts that own buckets, and what they may do besides, looked after while no
//! server runs on them.

use std::process::ExitCode;

use identity::iam::{KeyRequest, Paging, PolicyHolder, UserView};
use identity::limits::PAGE_ITEMS_MAX;
use identity::model::Account;
use identity::{Identity, NewAccount, Number};

use crate::accounts::{AccountError, account, check_key, read_policy, report, with_identity};
use crate::cli::{
    PolicyAttachArgs, PolicyCommand, PolicyNameArgs, UserAddArgs, UserCommand, UserNameArgs,
};

pub(crate) fn run(command: &UserCommand) -> ExitCode {
    report(match command {
        UserCommand::Add(args) => add(args),
        UserCommand::List(args) => with_identity(&args.data, async |identity| {
            let accounts = identity.list_accounts();
            let lines = accounts.iter().flat_map(|account| {
                let users = identity.list_users_of(account);
                let users = users.into_iter().map(|user| user_line(account, &user));
                std::iter::once(line(account)).chain(users)
            });
            Ok(lines.collect())
        }),
        UserCommand::Remove(args) => with_identity(&args.data, async |identity| {
            let account = account(&identity, &args.name)?;
            identity.remove_account(&account.id).await?;
            Ok(Vec::new())
        }),
        UserCommand::Policy(command) => policy(command),
    })
}

fn add(args: &UserAddArgs) -> Result<Vec<String>, AccountError> {
    check_key(
        args.key.access_key.as_deref(),
        args.key.secret_key.as_deref(),
    )?;
    with_identity(&args.data, async |identity| {
        let new = NewAccount {
            name: &args.name,
            canonical_id: args.id.as_deref(),
            number: args.number.as_deref().map_or(Number::None, Number::Given),
            display_name: args.display_name.as_deref(),
            email: args.email.as_deref(),
            key: KeyRequest {
                id: args.key.access_key.as_deref(),
                secret: args.key.secret_key.as_deref(),
                ..KeyRequest::default()
            },
        };
        let (account, key) = identity.add_account(new).await?;
        // A secret that was given is known already; one that was made is shown this once.
        let secret = match args.key.secret_key {
            Some(_) => String::new(),
            None => format!("\t{}", key.secret.expose()),
        };
        Ok(vec![format!("{}\t{}{secret}", line(&account), key.key.id)])
    })
}

fn policy(command: &PolicyCommand) -> Result<Vec<String>, AccountError> {
    match command {
        PolicyCommand::List(user) => of_user(user, async |identity, user| list(identity, user)),
        PolicyCommand::Attach(PolicyAttachArgs { user, arn }) => {
            of_user(user, async |identity, user| {
                let iam = identity.iam_of(user);
                iam.attach_policy(PolicyHolder::User(&user.id), arn).await?;
                Ok(Vec::new())
            })
        }
        PolicyCommand::Detach(PolicyAttachArgs { user, arn }) => {
            of_user(user, async |identity, user| {
                let iam = identity.iam_of(user);
                iam.detach_policy(PolicyHolder::User(&user.id), arn).await?;
                Ok(Vec::new())
            })
        }
        PolicyCommand::Put(args) => {
            let PolicyNameArgs { user, policy } = &args.named;
            let document = read_policy(&args.file)?;
            of_user(user, async |identity, user| {
                let of = PolicyHolder::User(&user.id);
                identity
                    .iam_of(user)
                    .put_policy(of, policy, &document)
                    .await?;
                Ok(Vec::new())
            })
        }
        PolicyCommand::Show(PolicyNameArgs { user, policy }) => {
            of_user(user, async |identity, user| {
                let of = PolicyHolder::User(&user.id);
                let document = identity.iam_of(user).get_policy_of(of, policy)?;
                Ok(vec![document.to_string()])
            })
        }
        PolicyCommand::Delete(PolicyNameArgs { user, policy }) => {
            of_user(user, async |identity, user| {
                let iam = identity.iam_of(user);
                let of = PolicyHolder::User(&user.id);
                iam.delete_policy_of(of, policy).await?;
                Ok(Vec::new())
            })
        }
    }
}

/// Bounded by what a user may have at all.
fn list(identity: &Identity, user: &Account) -> Result<Vec<String>, AccountError> {
    let iam = identity.iam_of(user);
    let of = PolicyHolder::User(&user.id);
    let all = Paging {
        marker: None,
        items_max: Some(PAGE_ITEMS_MAX),
    };
    let mut policies = iam.list_attached_policies(of, "/", all)?.items;
    policies.extend(iam.list_policies_of(of, all)?.items);
    Ok(policies)
}

/// Works on a user that policies can be given to.
fn of_user<T>(
    args: &UserNameArgs,
    work: impl AsyncFnOnce(&Identity, &Account) -> Result<T, AccountError>,
) -> Result<T, AccountError> {
    with_identity(&args.data, async |identity| {
        let user = account(&identity, &args.name)?;
        if !user.is_plain() {
            return Err(AccountError::Root(args.name.clone()));
        }
        work(&identity, &user).await
    })
}

/// A user in an account, in the same columns: its full name stands for what listings show.
fn user_line(account: &Account, user: &UserView) -> String {
    let name = user.name.as_deref().unwrap_or("-");
    format!("{}/{name}\t{}\t{}\t-", account.name, user.id, user.arn)
}

fn line(account: &Account) -> String {
    let email = account.email.as_deref().unwrap_or("-");
    let (name, id) = (&account.name, &account.id);
    format!("{name}\t{id}\t{}\t{email}", account.display_name)
}
