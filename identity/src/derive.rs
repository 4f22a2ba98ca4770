//! Callers, made from what is stored: what a key or a session gives whom.

use std::sync::Arc;

use crate::caller::{Caller, Rank};
use crate::model::{Account, Holder, Role, Tag, User};
use crate::policy::{Context, Named, Principal, PrincipalKind, RoleName};
use crate::session::{Session, SessionOf};
use crate::store::state::{Kept, State};

impl State {
    /// Whoever holds a lasting key; nothing if the holder is no more.
    pub(crate) fn caller_of_key(&self, key: &Kept) -> Option<Caller> {
        let mut caller = self.caller_of_holder(&key.row.holder)?;
        caller.restriction.clone_from(&key.restriction);
        caller.access_key.clone_from(&key.row.id);
        caller.principal.context.set("sts:authentication", "false");
        Some(caller)
    }

    /// Whoever a session token speaks for; nothing if the user or role is no more.
    pub(crate) fn caller_of_session(&self, key: &str, session: &Session) -> Option<Caller> {
        let mut caller = match &session.of {
            SessionOf::Holder(holder) => self.caller_of_holder(holder)?,
            SessionOf::Role { id, name } => {
                let role = self.roles.by_id(id)?;
                // Otherwise whoever is deleted after having been suspended would have them back.
                if let Some(user) = &session.user {
                    self.users.by_id(user)?;
                }
                self.caller_of_role(role, name, session)?
            }
            SessionOf::Federated { by, name } => self.caller_of_federated(by, name, session)?,
        };
        caller.session = self.session_policies(session)?;
        // Without a policy such a session may nothing but what a bucket lets it.
        if caller.session.is_empty() && caller.kind() == PrincipalKind::FederatedUser {
            caller.session.push(self.ready_made.silence.clone());
        }
        caller.restriction = session.restriction()?;
        caller.access_key = key.to_owned();
        caller.is_temporary = true;
        let goes_on = |tag: &&(String, Vec<String>)| session.transitive.contains(&tag.0);
        caller.transitive = session.tags.iter().filter(goes_on).cloned().collect();
        let context = &mut caller.principal.context;
        context.set("sts:authentication", "true");
        context.set("aws:MultiFactorAuthPresent", "false");
        context.set("aws:TokenIssueTime", session.issued.to_string());
        Some(caller)
    }

    /// The user, plain account or role of that full name, as it would ask. A role asks as itself,
    /// not as one of its sessions.
    pub(crate) fn caller_named(&self, arn: &str) -> Option<Caller> {
        let rest = arn.strip_prefix("arn:aws:iam::")?;
        let (space, resource) = rest.split_once(':')?;
        let name = resource.rsplit('/').next()?;
        let (kind, id) = resource.split_once('/')?;
        let caller = match kind {
            "user" => match self.users.get(space, name) {
                Some(user) => self.caller_of_user(user)?,
                None => self.caller_of_account(self.plain_account(space, id)?),
            },
            "role" => {
                let role = self.roles.get(space, name)?;
                let mut caller = self.caller_of_role(role, "", &Session::nobodys())?;
                caller.principal.arn = role.arn();
                caller.principal.unique_id.clone_from(&role.id);
                caller
            }
            _ => return None,
        };
        (caller.arn() == arn).then_some(caller)
    }

    /// Whether nobody is to get in as this one.
    pub(crate) fn is_suspended(&self, holder: &Holder) -> bool {
        match holder {
            Holder::Account(_) => false,
            Holder::User(id) => self.is_suspended_user(id),
        }
    }

    fn is_suspended_user(&self, id: &str) -> bool {
        let user = self.users.by_id(id);
        user.is_some_and(|user| user.suspended.is_some())
    }

    /// The same of what somebody got temporary credentials for, whichever way.
    pub(crate) fn is_suspended_session(&self, session: &Session) -> bool {
        match &session.of {
            SessionOf::Holder(holder) | SessionOf::Federated { by: holder, .. } => {
                self.is_suspended(holder)
            }
            SessionOf::Role { .. } => {
                let user = session.user.as_deref();
                user.is_some_and(|user| self.is_suspended_user(user))
            }
        }
    }

    /// With no key in particular, and suspended or not.
    pub(crate) fn caller_of_holder(&self, holder: &Holder) -> Option<Caller> {
        match holder {
            Holder::Account(id) => Some(self.caller_of_account(self.accounts.get(id)?)),
            Holder::User(id) => self.caller_of_user(self.users.by_id(id)?),
        }
    }

    fn caller_of_account(&self, account: &Arc<Account>) -> Caller {
        let is_administrator = account.id == self.root.id;
        let mut principal = Principal {
            kind: PrincipalKind::Account,
            is_plain_account: account.is_plain(),
            arn: account.arn(),
            unique_id: match account.is_plain() {
                true => account.id.clone(),
                false => account.number.clone(),
            },
            ..self.principal_in(account)
        };
        let mut identity = Vec::new();
        if principal.is_plain_account {
            principal.context.set("aws:username", account.id.clone());
            self.collect(
                &mut identity,
                ("user", &account.id),
                &account.id,
                &account.attached,
            );
        }
        principal.context.set("aws:PrincipalType", "Account");
        describe(&mut principal, None, &[]);
        Caller {
            rank: match is_administrator {
                true => Rank::Administrator,
                false => Rank::Root,
            },
            identity,
            limits: self.limits_of_account(account),
            ..Caller::ordinary(Arc::clone(account), account.space(), principal)
        }
    }

    fn caller_of_user(&self, user: &User) -> Option<Caller> {
        let account = self.account_of_space(&user.space)?;
        let mut principal = Principal {
            kind: PrincipalKind::User,
            arn: user.arn(),
            unique_id: user.id.clone(),
            ..self.principal_in(account)
        };
        principal.context.set("aws:PrincipalType", "User");
        principal.context.set("aws:username", user.name.clone());
        describe(&mut principal, None, &user.tags);
        let mut identity = Vec::new();
        self.collect(
            &mut identity,
            ("user", &user.name),
            &user.id,
            &user.attached,
        );
        for group in user.groups.iter().filter_map(|id| self.groups.by_id(id)) {
            self.collect(
                &mut identity,
                ("group", &group.name),
                &group.id,
                &group.attached,
            );
        }
        Some(Caller {
            name: Some(user.name.clone()),
            user: Some(user.id.clone()),
            limits: self.limits_of_user(user),
            identity,
            boundary: self.boundary(user.boundary.as_deref()),
            ..Caller::ordinary(Arc::clone(account), &user.space, principal)
        })
    }

    /// Whoever a user or root vouches for: its policies, limited by the session's, under another
    /// name. Nobody stands above policies so.
    fn caller_of_federated(&self, by: &Holder, name: &str, session: &Session) -> Option<Caller> {
        let voucher = self.caller_of_holder(by)?;
        let home = &voucher.account.home;
        let mut principal = Principal {
            kind: PrincipalKind::FederatedUser,
            arn: federated_arn(&voucher.space, name),
            unique_id: format!("{home}:{name}"),
            role: Some(RoleName {
                arn: voucher.arn().to_owned(),
                unique_id: voucher.unique_id().to_owned(),
            }),
            ..self.principal_in(&voucher.account)
        };
        let context = &mut principal.context;
        context.set("aws:PrincipalType", "FederatedUser");
        set_tags(context, "aws:PrincipalTag/", &session.tags);
        let user = match by {
            Holder::User(id) => self.users.by_id(id),
            Holder::Account(_) => None,
        };
        let tags = user.map_or(&[][..], |user| &user.tags);
        describe(&mut principal, None, tags);
        Some(Caller {
            principal,
            rank: match voucher.rank {
                Rank::Administrator => Rank::Root,
                rank => rank,
            },
            name: None,
            ..voucher
        })
    }

    fn caller_of_role(&self, role: &Role, name: &str, session: &Session) -> Option<Caller> {
        let account = self.account_of_space(&role.space)?;
        let mut principal = Principal {
            kind: PrincipalKind::Session,
            arn: format!(
                "arn:aws:sts::{}:assumed-role/{}/{name}",
                role.space, role.name
            ),
            unique_id: format!("{}:{name}", role.id),
            role: Some(RoleName {
                arn: role.arn(),
                unique_id: role.id.clone(),
            }),
            ..self.principal_in(account)
        };
        let context = &mut principal.context;
        context.set("aws:PrincipalType", "AssumedRole");
        if let Some(identity) = &session.source_identity {
            context.set("aws:SourceIdentity", identity.clone());
        }
        if let Some(web) = &session.web_identity {
            context.set("aws:FederatedProvider", web.provider.clone());
            for (key, values) in &web.claims {
                context.set_all(key.clone(), values.iter().cloned());
            }
        }
        // Tags of a session come before those of its role.
        set_tags(context, "aws:PrincipalTag/", &session.tags);
        describe(&mut principal, Some(role.arn()), &[]);
        let of_role = role
            .tags
            .iter()
            .map(|tag| (tag.key.clone(), vec![tag.value.clone()]));
        set_tags(
            &mut principal.context,
            "aws:PrincipalTag/",
            &of_role.collect::<Vec<_>>(),
        );
        let mut identity = Vec::new();
        self.collect(
            &mut identity,
            ("role", &role.name),
            &role.id,
            &role.attached,
        );
        Some(Caller {
            name: Some(role.name.clone()),
            user: session.user.clone(),
            limits: self.limits_of_role(role),
            identity,
            boundary: self.boundary(role.boundary.as_deref()),
            ..Caller::ordinary(Arc::clone(account), &role.space, principal)
        })
    }

    fn principal_in(&self, account: &Account) -> Principal {
        let mut context = Context::new();
        context.set("aws:PrincipalIsAWSService", "false");
        context.set("aws:PrincipalAccount", account.home.clone());
        Principal {
            account: account.home.clone(),
            is_of_server: account.shares_home_with(&self.root),
            canonical_id: account.id.clone(),
            context,
            ..Principal::default()
        }
    }

    /// Inline and attached policies of a user, group, role or plain account. Managed ones go by
    /// their full names, inline ones by where they are: `group/readers/policy`.
    pub(crate) fn collect(
        &self,
        into: &mut Vec<Named>,
        (kind, name): (&str, &str),
        id: &str,
        attached: &[String],
    ) {
        let inline = self.inline.get(id).into_iter().flatten();
        into.extend(inline.map(|(policy, named)| Named {
            name: format!("{kind}/{name}/{policy}").into(),
            policy: Arc::clone(&named.policy),
        }));
        into.extend(attached.iter().filter_map(|arn| self.managed(arn)));
    }

    /// A boundary that cannot be found lets nothing through.
    fn boundary(&self, arn: Option<&str>) -> Option<Named> {
        let found = |arn| self.managed(arn);
        arn.map(|arn| found(arn).unwrap_or_else(|| self.ready_made.nothing.clone()))
    }

    /// Nothing if one of them can no longer be found: the session would be less limited.
    fn session_policies(&self, session: &Session) -> Option<Vec<Named>> {
        let mut policies: Vec<Named> = session.policy()?.into_iter().collect();
        for arn in &session.policy_arns {
            policies.push(self.managed(arn)?);
        }
        Some(policies)
    }
}

/// The full name of somebody that somebody of the account vouches for.
pub(crate) fn federated_arn(space: &str, name: &str) -> String {
    format!("arn:aws:sts::{space}:federated-user/{name}")
}

/// The keys that every principal has.
fn describe(principal: &mut Principal, role: Option<String>, tags: &[Tag]) {
    let arn = role.unwrap_or_else(|| principal.arn.clone());
    let context = &mut principal.context;
    context.set("aws:PrincipalArn", arn);
    context.set("aws:userid", principal.unique_id.clone());
    for tag in tags {
        context.set(format!("aws:PrincipalTag/{}", tag.key), tag.value.clone());
    }
}

fn set_tags(context: &mut Context<'static>, prefix: &str, tags: &[(String, Vec<String>)]) {
    for (key, values) in tags {
        context.set_all(format!("{prefix}{key}"), values.iter().cloned());
    }
}
