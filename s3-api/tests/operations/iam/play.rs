//! Every action of IAM once, with parameters that it succeeds with.

use super::READ_ONLY;
use crate::calls::Parameter;
use crate::simulate;

const DOCUMENT: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}]}"#;
const POLICY: &str = "arn:aws:iam::111122223333:policy/p";
const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/id.example.com/realm";

/// In the order in which all of it can be done.
pub(super) fn steps() -> Vec<(&'static str, Vec<Parameter<'static>>)> {
    let mut steps = making();
    steps.extend(making_policies());
    steps.extend(showing());
    steps.extend(removing());
    steps
}

fn making() -> Vec<(&'static str, Vec<Parameter<'static>>)> {
    let of_user = ("UserName", "anna");
    let of_group = ("GroupName", "g");
    let of_role = ("RoleName", "r");
    let named = ("PolicyName", "inline");
    let document = ("PolicyDocument", DOCUMENT);
    let tag = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    let boundary = ("PermissionsBoundary", READ_ONLY);
    let attached = ("PolicyArn", READ_ONLY);
    vec![
        (
            "CreateUser",
            vec![of_user, ("Path", "/team/"), tag[0], tag[1]],
        ),
        ("UpdateUser", vec![of_user, ("NewPath", "/a/")]),
        ("PutUserPermissionsBoundary", vec![of_user, boundary]),
        ("PutUserPolicy", vec![of_user, named, document]),
        ("AttachUserPolicy", vec![of_user, attached]),
        (
            "TagUser",
            vec![
                of_user,
                ("Tags.member.1.Key", "x"),
                ("Tags.member.1.Value", ""),
            ],
        ),
        ("CreateAccessKey", vec![of_user]),
        ("CreateGroup", vec![of_group]),
        ("UpdateGroup", vec![of_group, ("NewPath", "/g/")]),
        ("AddUserToGroup", vec![of_group, of_user]),
        ("PutGroupPolicy", vec![of_group, named, document]),
        ("AttachGroupPolicy", vec![of_group, attached]),
        (
            "CreateRole",
            vec![of_role, ("AssumeRolePolicyDocument", TRUST), tag[0], tag[1]],
        ),
        (
            "UpdateRole",
            vec![
                of_role,
                ("Description", "what for"),
                ("MaxSessionDuration", "7200"),
            ],
        ),
        (
            "UpdateRoleDescription",
            vec![of_role, ("Description", "<&>")],
        ),
        (
            "UpdateAssumeRolePolicy",
            vec![of_role, ("PolicyDocument", TRUST)],
        ),
        ("PutRolePermissionsBoundary", vec![of_role, boundary]),
        ("PutRolePolicy", vec![of_role, named, document]),
        ("AttachRolePolicy", vec![of_role, attached]),
        ("TagRole", vec![of_role, tag[0], tag[1]]),
    ]
}

fn making_policies() -> Vec<(&'static str, Vec<Parameter<'static>>)> {
    let of_provider = ("OpenIDConnectProviderArn", PROVIDER);
    let document = ("PolicyDocument", DOCUMENT);
    let tag = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    vec![
        (
            "CreatePolicy",
            vec![
                ("PolicyName", "p"),
                document,
                ("Description", "d"),
                tag[0],
                tag[1],
            ],
        ),
        (
            "CreatePolicyVersion",
            vec![("PolicyArn", POLICY), document, ("SetAsDefault", "true")],
        ),
        (
            "SetDefaultPolicyVersion",
            vec![("PolicyArn", POLICY), ("VersionId", "v1")],
        ),
        ("TagPolicy", vec![("PolicyArn", POLICY), tag[0], tag[1]]),
        (
            "CreateOpenIDConnectProvider",
            vec![
                ("Url", "https://id.example.com/realm"),
                ("ClientIDList.member.1", "one"),
                (
                    "ThumbprintList.member.1",
                    "3768084dfb3d2b68b7897bf5f565da8efEXAMPLE",
                ),
            ],
        ),
        (
            "AddClientIDToOpenIDConnectProvider",
            vec![of_provider, ("ClientID", "two")],
        ),
        (
            "RemoveClientIDFromOpenIDConnectProvider",
            vec![of_provider, ("ClientID", "one")],
        ),
        (
            "UpdateOpenIDConnectProviderThumbprint",
            vec![
                of_provider,
                (
                    "ThumbprintList.member.1",
                    "0123456789012345678901234567890123456789",
                ),
            ],
        ),
        (
            "TagOpenIDConnectProvider",
            vec![of_provider, tag[0], tag[1]],
        ),
    ]
}

pub(super) fn showing() -> Vec<(&'static str, Vec<Parameter<'static>>)> {
    let of_user = ("UserName", "anna");
    let of_group = ("GroupName", "g");
    let of_role = ("RoleName", "r");
    let of_policy = ("PolicyArn", POLICY);
    let of_provider = ("OpenIDConnectProviderArn", PROVIDER);
    let named = ("PolicyName", "inline");
    vec![
        ("GetUser", vec![of_user]),
        ("ListUsers", vec![]),
        ("GetUserPolicy", vec![of_user, named]),
        ("ListUserPolicies", vec![of_user]),
        ("ListAttachedUserPolicies", vec![of_user]),
        ("ListUserTags", vec![of_user]),
        ("ListGroupsForUser", vec![of_user]),
        ("ListAccessKeys", vec![of_user]),
        ("GetAccessKeyLastUsed", vec![]),
        ("GetGroup", vec![of_group]),
        ("ListGroups", vec![]),
        ("GetGroupPolicy", vec![of_group, named]),
        ("ListGroupPolicies", vec![of_group]),
        ("ListAttachedGroupPolicies", vec![of_group]),
        ("GetRole", vec![of_role]),
        ("ListRoles", vec![]),
        ("GetRolePolicy", vec![of_role, named]),
        ("ListRolePolicies", vec![of_role]),
        ("ListAttachedRolePolicies", vec![of_role]),
        ("ListRoleTags", vec![of_role]),
        ("GetPolicy", vec![of_policy]),
        ("ListPolicies", vec![("Scope", "Local")]),
        ("ListEntitiesForPolicy", vec![("PolicyArn", READ_ONLY)]),
        ("GetPolicyVersion", vec![of_policy, ("VersionId", "v2")]),
        ("ListPolicyVersions", vec![of_policy]),
        ("ListPolicyTags", vec![of_policy]),
        ("SimulatePrincipalPolicy", simulate::of_anna()),
        ("SimulateCustomPolicy", simulate::of_document(DOCUMENT)),
        ("GetOpenIDConnectProvider", vec![of_provider]),
        ("ListOpenIDConnectProviders", vec![]),
        ("ListOpenIDConnectProviderTags", vec![of_provider]),
        ("GetAccountSummary", vec![]),
        ("ListAccountAliases", vec![]),
        ("ListInstanceProfiles", vec![]),
        ("ListInstanceProfilesForRole", vec![of_role]),
        ("ListMFADevices", vec![of_user]),
        ("ListServerCertificates", vec![]),
        ("ListServiceSpecificCredentials", vec![of_user]),
        ("ListSigningCertificates", vec![of_user]),
        ("ListSSHPublicKeys", vec![of_user]),
        ("ListVirtualMFADevices", vec![]),
    ]
}

fn removing() -> Vec<(&'static str, Vec<Parameter<'static>>)> {
    let of_user = ("UserName", "anna");
    let of_group = ("GroupName", "g");
    let of_role = ("RoleName", "r");
    let of_policy = ("PolicyArn", POLICY);
    let of_provider = ("OpenIDConnectProviderArn", PROVIDER);
    let named = ("PolicyName", "inline");
    let attached = ("PolicyArn", READ_ONLY);
    let key = ("TagKeys.member.1", "k");
    vec![
        ("UntagOpenIDConnectProvider", vec![of_provider, key]),
        ("DeleteOpenIDConnectProvider", vec![of_provider]),
        ("UntagPolicy", vec![of_policy, key]),
        ("DeletePolicyVersion", vec![of_policy, ("VersionId", "v2")]),
        ("DeletePolicy", vec![of_policy]),
        ("UntagRole", vec![of_role, key]),
        ("DetachRolePolicy", vec![of_role, attached]),
        ("DeleteRolePolicy", vec![of_role, named]),
        ("DeleteRolePermissionsBoundary", vec![of_role]),
        ("DeleteRole", vec![of_role]),
        ("DetachGroupPolicy", vec![of_group, attached]),
        ("DeleteGroupPolicy", vec![of_group, named]),
        ("RemoveUserFromGroup", vec![of_group, of_user]),
        ("DeleteGroup", vec![of_group]),
        ("UpdateAccessKey", vec![of_user, ("Status", "Inactive")]),
        ("DeleteAccessKey", vec![of_user]),
        ("UntagUser", vec![of_user, key]),
        ("DetachUserPolicy", vec![of_user, attached]),
        ("DeleteUserPolicy", vec![of_user, named]),
        ("DeleteUserPermissionsBoundary", vec![of_user]),
        ("DeleteUser", vec![of_user]),
    ]
}
