//! The actions: what each is about, so that its permission can be asked for, and what does it.

use super::about::About;
use super::answer::Outcome;
use super::call::Call;
use super::parameters::Parameters;
use super::refused::Refused;
use super::{
    absent, account, attached, groups, inline, keys, policies, providers, roles, simulate, sts,
    tags, users, versions,
};
use crate::auth::Service;
use std::fmt;
use std::pin::Pin;

type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// An action of IAM or STS.
pub struct Action {
    pub name: &'static str,
    pub(crate) service: Service,
    pub about: About,
    pub(super) signing: Signing,
    pub(super) response: &'static str,
    /// None where nothing is given back.
    pub(super) result: Option<&'static str>,
    pub(super) run: for<'a> fn(&'a Call<'a>) -> Running<'a>,
}

impl Action {
    pub fn is_of_iam(&self) -> bool {
        self.service == Service::Iam
    }

    /// Sessions come and go; they change nothing of who may what.
    pub(super) fn is_change(&self) -> bool {
        let is_read = READS.iter().any(|verb| self.name.starts_with(verb));
        self.is_of_iam() && !is_read
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What the names of actions that change nothing begin with.
const READS: [&str; 4] = ["Generate", "Get", "List", "Simulate"];

/// Whether somebody has to have signed a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signing {
    Required,
    /// What the call brings along says who it is.
    Optional,
}

/// The action a call names, of the service it is signed for.
pub(super) fn find(
    parameters: &Parameters,
    service: Option<Service>,
) -> Result<&'static Action, Refused> {
    let name = parameters.text("Action").ok_or_else(Refused::no_action)?;
    let version = parameters.text("Version");
    let found = ACTIONS.iter().find(|action| {
        action.name == name
            && service.is_none_or(|service| service == action.service)
            && version.is_none_or(|version| version == version_of(action.service))
    });
    found.ok_or_else(|| {
        let known = service.map_or("NO_VERSION_SPECIFIED", version_of);
        Refused::no_such_action(name, version.unwrap_or(known))
    })
}

fn version_of(service: Service) -> &'static str {
    match service {
        Service::Iam => "2010-05-08",
        Service::Sts => "2011-06-15",
    }
}

/// `=>` gives something back, `->` gives nothing; `open` needs no signature. What stands behind
/// the function is handed to it.
macro_rules! actions {
    ($($service:ident { $(
        $name:ident ($about:ident $($open:ident)?) $arrow:tt $module:ident :: $run:ident $(($with:expr))?;
    )* })*) => {
        pub const ACTIONS: &[Action] = &[$($(
            Action {
                name: stringify!($name),
                service: Service::$service,
                about: About::$about,
                signing: actions!(@signing $($open)?),
                response: concat!(stringify!($name), "Response"),
                result: actions!(@result $arrow $name),
                run: |call| Box::pin($module::$run(call $(, $with)?)),
            },
        )*)*];
    };
    (@signing) => { Signing::Required };
    (@signing open) => { Signing::Optional };
    (@result => $name:ident) => { Some(concat!(stringify!($name), "Result")) };
    (@result -> $name:ident) => { None };
}

actions! {
    Iam {
        CreateUser(NewUser) => users::create;
        GetUser(User) => users::get;
        ListUsers(Users) => users::list;
        UpdateUser(User) -> users::update;
        DeleteUser(User) -> users::delete;
        PutUserPermissionsBoundary(User) -> users::put_boundary;
        DeleteUserPermissionsBoundary(User) -> users::delete_boundary;
        PutUserPolicy(User) -> inline::put(inline::USER);
        GetUserPolicy(User) => inline::get(inline::USER);
        DeleteUserPolicy(User) -> inline::delete(inline::USER);
        ListUserPolicies(User) => inline::list(inline::USER);
        AttachUserPolicy(User) -> attached::attach(inline::USER);
        DetachUserPolicy(User) -> attached::detach(inline::USER);
        ListAttachedUserPolicies(User) => attached::list(inline::USER);
        TagUser(User) -> tags::tag(tags::USER);
        UntagUser(User) -> tags::untag(tags::USER);
        ListUserTags(User) => tags::list(tags::USER);
        ListGroupsForUser(User) => groups::list_of_user;

        CreateAccessKey(User) => keys::create;
        ListAccessKeys(User) => keys::list;
        UpdateAccessKey(User) -> keys::update;
        DeleteAccessKey(User) -> keys::delete;
        GetAccessKeyLastUsed(AccessKey) => keys::last_used;

        CreateGroup(NewGroup) => groups::create;
        GetGroup(Group) => groups::get;
        ListGroups(Groups) => groups::list;
        UpdateGroup(Group) -> groups::update;
        DeleteGroup(Group) -> groups::delete;
        AddUserToGroup(Group) -> groups::add_user;
        RemoveUserFromGroup(Group) -> groups::remove_user;
        PutGroupPolicy(Group) -> inline::put(inline::GROUP);
        GetGroupPolicy(Group) => inline::get(inline::GROUP);
        DeleteGroupPolicy(Group) -> inline::delete(inline::GROUP);
        ListGroupPolicies(Group) => inline::list(inline::GROUP);
        AttachGroupPolicy(Group) -> attached::attach(inline::GROUP);
        DetachGroupPolicy(Group) -> attached::detach(inline::GROUP);
        ListAttachedGroupPolicies(Group) => attached::list(inline::GROUP);

        CreateRole(NewRole) => roles::create;
        GetRole(Role) => roles::get;
        ListRoles(Roles) => roles::list;
        UpdateRole(Role) => roles::update;
        UpdateRoleDescription(Role) => roles::update_description;
        UpdateAssumeRolePolicy(Role) -> roles::update_trust;
        DeleteRole(Role) -> roles::delete;
        PutRolePermissionsBoundary(Role) -> roles::put_boundary;
        DeleteRolePermissionsBoundary(Role) -> roles::delete_boundary;
        PutRolePolicy(Role) -> inline::put(inline::ROLE);
        GetRolePolicy(Role) => inline::get(inline::ROLE);
        DeleteRolePolicy(Role) -> inline::delete(inline::ROLE);
        ListRolePolicies(Role) => inline::list(inline::ROLE);
        AttachRolePolicy(Role) -> attached::attach(inline::ROLE);
        DetachRolePolicy(Role) -> attached::detach(inline::ROLE);
        ListAttachedRolePolicies(Role) => attached::list(inline::ROLE);
        TagRole(Role) -> tags::tag(tags::ROLE);
        UntagRole(Role) -> tags::untag(tags::ROLE);
        ListRoleTags(Role) => tags::list(tags::ROLE);

        CreatePolicy(NewPolicy) => policies::create;
        GetPolicy(Policy) => policies::get;
        ListPolicies(Policies) => policies::list;
        DeletePolicy(Policy) -> policies::delete;
        ListEntitiesForPolicy(Policy) => policies::list_entities;
        CreatePolicyVersion(Policy) => versions::create;
        GetPolicyVersion(Policy) => versions::get;
        ListPolicyVersions(Policy) => versions::list;
        SetDefaultPolicyVersion(Policy) -> versions::set_default;
        DeletePolicyVersion(Policy) -> versions::delete;
        TagPolicy(Policy) -> tags::tag(tags::POLICY);
        UntagPolicy(Policy) -> tags::untag(tags::POLICY);
        ListPolicyTags(Policy) => tags::list(tags::POLICY);

        CreateOpenIDConnectProvider(NewProvider) => providers::create;
        GetOpenIDConnectProvider(Provider) => providers::get;
        ListOpenIDConnectProviders(Providers) => providers::list;
        DeleteOpenIDConnectProvider(Provider) -> providers::delete;
        AddClientIDToOpenIDConnectProvider(Provider) -> providers::add_client;
        RemoveClientIDFromOpenIDConnectProvider(Provider) -> providers::remove_client;
        UpdateOpenIDConnectProviderThumbprint(Provider) -> providers::update_thumbprints;
        TagOpenIDConnectProvider(Provider) -> tags::tag(tags::PROVIDER);
        UntagOpenIDConnectProvider(Provider) -> tags::untag(tags::PROVIDER);
        ListOpenIDConnectProviderTags(Provider) => tags::list(tags::PROVIDER);

        SimulateCustomPolicy(Account) => simulate::custom;
        SimulatePrincipalPolicy(PolicySource) => simulate::principal;

        GetAccountSummary(Account) => account::summary;

        GetAccountPasswordPolicy(Account) => absent::password_policy;
        GetLoginProfile(User) => absent::login_profile;
        ListAccountAliases(Account) => absent::list("AccountAliases");
        ListInstanceProfiles(Account) => absent::list("InstanceProfiles");
        ListInstanceProfilesForRole(Role) => absent::list("InstanceProfiles");
        ListMFADevices(User) => absent::list("MFADevices");
        ListServerCertificates(Account) => absent::list("ServerCertificateMetadataList");
        ListServiceSpecificCredentials(User) => absent::list("ServiceSpecificCredentials");
        ListSigningCertificates(User) => absent::list("Certificates");
        ListSSHPublicKeys(User) => absent::list("SSHPublicKeys");
        ListVirtualMFADevices(Account) => absent::list("VirtualMFADevices");
    }
    Sts {
        AssumeRole(Itself) => sts::assume_role;
        AssumeRoleWithWebIdentity(Itself open) => sts::assume_role_with_web_identity;
        GetCallerIdentity(Itself) => sts::get_caller_identity;
        GetFederationToken(Itself) => sts::get_federation_token;
        GetSessionToken(Itself) => sts::get_session_token;
    }
}
