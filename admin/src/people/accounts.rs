//! Accounts: who buckets belong to. Users are inside of one; an account owns what is made in it.
//!
//! Only the server's own account looks after them. IAM has no verbs for it, so the permissions
//! are the server's own.

use super::keys::{self, GivenSecret, KeyChange, KeyMade, KeyView, NewKey};
use super::limits::{HeldView, LimitsView};
use super::policies::arn_of;
use super::{Attached, Of, attached_to, inside_of};
use crate::answer::Nothing;
use crate::call::Call;
use crate::page::{self, Page, PageQuery, SearchQuery};
use crate::refused::Refused;
use crate::time::shown;
use http::StatusCode;
use identity::iam::{Iam, KeyRequest, KeyStatus, PolicyHolder};
use identity::model::{Account, Holder};
use identity::{NewAccount, Number};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AccountView {
    name: String,
    /// The canonical id, by which access control lists name it. An account without a number is a
    /// user by this name to policies.
    id: String,
    arn: String,
    /// Twelve digits of one that has users, groups and policies of its own; null of one that
    /// stands in the server's own account and owns what it makes.
    number: Option<String>,
    display_name: String,
    email: Option<String>,
    created: String,
    /// The account of the server itself.
    is_servers_own: bool,
}

/// One account, with what it has as a user has it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AccountDetail {
    #[serde(flatten)]
    account: AccountView,
    /// Whether it can log in with a password. The server's own logs in with its root credential.
    has_password: bool,
    /// Of one without a number. The root of one with a number may do everything in it.
    attached_policies: Vec<Attached>,
    /// Names of the policies inside of it.
    policies: Vec<String>,
    /// The highest that its policies set.
    limits: LimitsView,
    usage: HeldView,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct AccountMade {
    #[serde(flatten)]
    account: AccountView,
    key: KeyMade,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountWanted {
    name: String,
    /// The canonical id; made where it is not given.
    id: Option<String>,
    /// Twelve digits, for one that has users, groups and policies of its own.
    number: Option<String>,
    /// What listings show; the name where it is not given.
    display_name: Option<String>,
    email: Option<String>,
    /// An access key that is taken over from elsewhere; made where it is not given.
    access_key: Option<String>,
    secret_key: Option<GivenSecret>,
}

pub(crate) async fn list(
    call: &Call<'_>,
    query: SearchQuery,
) -> Result<Page<AccountView>, Refused> {
    call.permit("cairn:ListAccounts")?;
    let limit = page::limit(query.limit)? as usize;
    let after = query.cursor.unwrap_or_default();
    let wanted = query.search.unwrap_or_default().to_lowercase();
    let accounts = call.admin.identity.list_accounts();
    let is_wanted = |account: &Account| {
        let names = [&account.name, &account.display_name];
        names
            .iter()
            .any(|name| name.to_lowercase().contains(&wanted))
    };
    let mut rest = accounts
        .iter()
        .filter(|account| account.name > after && is_wanted(account));
    let items: Vec<AccountView> = rest.by_ref().take(limit).map(|it| view(call, it)).collect();
    let last = items.last().map(|account| account.name.clone());
    Ok(Page {
        next: last.filter(|_| rest.next().is_some()),
        items,
    })
}

pub(crate) async fn get(call: &Call<'_>) -> Result<AccountDetail, Refused> {
    call.permit("cairn:ListAccounts")?;
    let account = named(call)?;
    let iam = call.admin.identity.iam(&call.caller);
    let (mut attached_policies, mut policies) = (Vec::new(), Vec::new());
    if account.is_plain() && iam.get_user(Some(&account.id)).is_ok() {
        attached_policies = attached_to(call, Of::User, &account.id)?;
        policies = inside_of(call, Of::User, &account.id)?;
    }
    let holder = Holder::Account(account.id.clone());
    Ok(AccountDetail {
        has_password: call.admin.passwords.has(&holder).await?,
        attached_policies,
        policies,
        limits: LimitsView::of(&call.admin.identity.limits_of(&account.id)),
        usage: HeldView::of(call, &account.id),
        account: view(call, &account),
    })
}

/// To an account without a number, which stands in the server's own account as a user does.
pub(crate) async fn attach_policy(call: &Call<'_>) -> Result<Nothing, Refused> {
    let account = with_policies(call)?;
    let arn = arn_of(call, call.path(1))?;
    let about = [("UserName", account.id.as_str()), ("PolicyArn", &arn)];
    call.permit_iam("AttachUserPolicy", &about)?;
    let holder = PolicyHolder::User(&account.id);
    call.iam().attach_policy(holder, &arn).await?;
    Ok(Nothing {})
}

pub(crate) async fn detach_policy(call: &Call<'_>) -> Result<Nothing, Refused> {
    let account = with_policies(call)?;
    let arn = arn_of(call, call.path(1))?;
    let about = [("UserName", account.id.as_str()), ("PolicyArn", &arn)];
    call.permit_iam("DetachUserPolicy", &about)?;
    let holder = PolicyHolder::User(&account.id);
    call.iam().detach_policy(holder, &arn).await?;
    Ok(Nothing {})
}

fn with_policies(call: &Call<'_>) -> Result<Arc<Account>, Refused> {
    call.permit("cairn:ListAccounts")?;
    let account = named(call)?;
    match account.is_plain() {
        true => Ok(account),
        false => Err(Refused::new(
            StatusCode::CONFLICT,
            "AccountHasNoPolicies",
            "The root of an account with a number may do everything in it; give policies to its users.",
        )),
    }
}

pub(crate) async fn create(call: &Call<'_>, new: AccountWanted) -> Result<AccountMade, Refused> {
    call.about(new.name.clone());
    call.permit("cairn:CreateAccount")?;
    let secret = keys::given(call, new.access_key.as_deref(), new.secret_key.as_ref())?;
    let account = NewAccount {
        name: &new.name,
        canonical_id: new.id.as_deref(),
        number: new.number.as_deref().map_or(Number::None, Number::Given),
        display_name: new.display_name.as_deref(),
        email: new.email.as_deref(),
        key: KeyRequest {
            id: new.access_key.as_deref(),
            secret,
            ..KeyRequest::default()
        },
    };
    let (account, key) = call.admin.identity.add_account(account).await?;
    let iam = call.admin.identity.iam_of(&account);
    Ok(AccountMade {
        key: KeyMade::of(&iam, &key),
        account: view(call, &account),
    })
}

pub(crate) async fn delete(call: &Call<'_>) -> Result<Nothing, Refused> {
    call.permit("cairn:DeleteAccount")?;
    let account = named(call)?;
    call.admin.identity.remove_account(&account.id).await?;
    Ok(Nothing {})
}

pub(crate) async fn list_keys(call: &Call<'_>, query: PageQuery) -> Result<Page<KeyView>, Refused> {
    call.permit("cairn:ListAccounts")?;
    let account = named(call)?;
    let iam = call.admin.identity.iam_of(&account);
    let keys = iam.list_access_keys(None, query.paging()?)?;
    Ok(Page::of(keys, |key| keys::view(&iam, &key)))
}

pub(crate) async fn create_key(call: &Call<'_>, new: NewKey) -> Result<KeyMade, Refused> {
    with_keys(call, async |account, iam| {
        keys::create_for(call, iam, None, account.name.clone(), new).await
    })
    .await
}

pub(crate) async fn update_key(call: &Call<'_>, change: KeyChange) -> Result<Nothing, Refused> {
    with_keys(call, async |_, iam| {
        let status = match change.active {
            true => KeyStatus::Active,
            false => KeyStatus::Inactive,
        };
        iam.update_access_key(None, call.path(1), status).await?;
        Ok(Nothing {})
    })
    .await
}

pub(crate) async fn delete_key(call: &Call<'_>) -> Result<Nothing, Refused> {
    with_keys(call, async |_, iam| {
        iam.delete_access_key(None, call.path(1)).await?;
        Ok(Nothing {})
    })
    .await
}

/// The root of the server's own account may do everything: its keys are its own to make.
async fn with_keys<T>(
    call: &Call<'_>,
    work: impl AsyncFnOnce(&Account, &Iam<'_>) -> Result<T, Refused>,
) -> Result<T, Refused> {
    call.permit("cairn:ManageAccountKeys")?;
    let account = named(call)?;
    let is_servers_own = account.id == call.admin.identity.root().id;
    // A token that may less would make itself a key that may everything.
    let is_root = call.caller.is_administrator() && !call.caller.is_restricted();
    if is_servers_own && !is_root {
        let message = "Only the server's own root may change its access keys.";
        return Err(Refused::denied(message));
    }
    work(&account, &call.admin.identity.iam_of(&account)).await
}

fn named(call: &Call<'_>) -> Result<Arc<Account>, Refused> {
    let name = call.path(0);
    let account = call.admin.identity.account_by_name(name);
    account.ok_or_else(|| {
        let message = format!("There is no account {name}.");
        Refused::not_found("NoSuchEntity", message)
    })
}

fn view(call: &Call<'_>, account: &Account) -> AccountView {
    AccountView {
        name: account.name.clone(),
        id: account.id.clone(),
        arn: account.arn(),
        number: Some(account.number.clone()).filter(|number| !number.is_empty()),
        display_name: account.display_name.clone(),
        email: account.email.clone(),
        created: shown(account.created),
        is_servers_own: account.id == call.admin.identity.root().id,
    }
}
