//! What an action is about, as policies name it.

use super::call::Call;
use identity::iam::{Iam, PolicyHolder, Tagged};

/// Named by which parameters, a resource of the caller's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Who may do it is the action's own affair: sessions.
    Itself,
    /// `*`
    Account,
    /// `UserName`, or whoever asks.
    User,
    NewUser,
    /// Whose key `AccessKeyId` is.
    AccessKey,
    /// Those whose path begins with `PathPrefix`.
    Users,
    Group,
    NewGroup,
    Groups,
    Role,
    NewRole,
    Roles,
    /// `PolicyArn`
    Policy,
    NewPolicy,
    /// `PolicySourceArn`: a user, group or role.
    PolicySource,
    Policies,
    /// `OpenIDConnectProviderArn`
    Provider,
    /// `Url`
    NewProvider,
    Providers,
}

impl About {
    /// Full names. An entity that is to get another name or path has to be permitted under both.
    pub(super) fn resources(self, call: &Call<'_>, iam: &Iam<'_>) -> Vec<String> {
        let text = |name: &str| call.text(name).unwrap_or_default();
        let one = match self {
            About::Itself => return Vec::new(),
            About::Account => "*".to_owned(),
            // A key of nobody known is not told from one of another account.
            About::AccessKey => {
                let holder = iam.holder_arn(text("AccessKeyId"));
                holder.unwrap_or_else(|| iam.arn("user/*"))
            }
            About::User => return user(call, iam),
            About::Group => return renamed(call, iam, PolicyHolder::Group(text("GroupName"))),
            About::Role => iam.arn_of(PolicyHolder::Role(text("RoleName"))),
            About::NewUser => new(call, iam, "user", "UserName"),
            About::NewGroup => new(call, iam, "group", "GroupName"),
            About::NewRole => new(call, iam, "role", "RoleName"),
            About::NewPolicy => new(call, iam, "policy", "PolicyName"),
            About::Users => all(call, iam, "user"),
            About::Groups => all(call, iam, "group"),
            About::Roles => all(call, iam, "role"),
            About::Policies => all(call, iam, "policy"),
            About::Policy => text("PolicyArn").to_owned(),
            About::PolicySource => text("PolicySourceArn").to_owned(),
            About::Provider => text("OpenIDConnectProviderArn").to_owned(),
            About::NewProvider => {
                let url = text("Url");
                let name = url.split_once("://").map_or(url, |(_, name)| name);
                iam.arn(&format!("oidc-provider/{name}"))
            }
            About::Providers => iam.arn("oidc-provider/*"),
        };
        vec![one]
    }

    /// What has tags that policies may look at.
    pub(super) fn tagged<'a>(self, call: &Call<'a>) -> Option<Tagged<'a>> {
        match self {
            About::User => call.text("UserName").map(Tagged::User),
            About::Role => call.text("RoleName").map(Tagged::Role),
            About::Policy => call.text("PolicyArn").map(Tagged::Policy),
            About::Provider => call.text("OpenIDConnectProviderArn").map(Tagged::Provider),
            _ => None,
        }
    }
}

fn user(call: &Call<'_>, iam: &Iam<'_>) -> Vec<String> {
    match call.text("UserName") {
        Some(name) => renamed(call, iam, PolicyHolder::User(name)),
        None => vec![call.caller.arn().to_owned()],
    }
}

fn renamed(call: &Call<'_>, iam: &Iam<'_>, of: PolicyHolder<'_>) -> Vec<String> {
    let arn = iam.arn_of(of);
    let (kind, new_name) = match of {
        PolicyHolder::User(_) => ("user", call.text("NewUserName")),
        PolicyHolder::Group(_) => ("group", call.text("NewGroupName")),
        PolicyHolder::Role(_) => ("role", None),
    };
    let new_path = call.text("NewPath");
    if new_name.is_none() && new_path.is_none() {
        return vec![arn];
    }
    let place = arn
        .split_once(&format!(":{kind}/"))
        .map_or("", |(_, it)| it);
    let (path, name) = place.rsplit_once('/').unwrap_or(("", place));
    let path = match (new_path, path) {
        (Some(path), _) => path.to_owned(),
        (None, "") => "/".to_owned(),
        (None, path) => format!("/{path}/"),
    };
    let new = iam.arn(&format!("{kind}{path}{}", new_name.unwrap_or(name)));
    vec![arn, new]
}

fn new(call: &Call<'_>, iam: &Iam<'_>, kind: &str, name: &str) -> String {
    let path = call.text("Path").unwrap_or("/");
    let name = call.text(name).unwrap_or_default();
    iam.arn(&format!("{kind}{path}{name}"))
}

fn all(call: &Call<'_>, iam: &Iam<'_>, kind: &str) -> String {
    let prefix = call.text("PathPrefix").unwrap_or("/");
    iam.arn(&format!("{kind}{prefix}"))
}
