//! IAM in Amazon's wire form: the shape of every answer, permissions, pages.

use crate::calls::Parameter;
use crate::simulate;
use crate::support::{Client, Keys};
use s3_api::ACTIONS;
use std::collections::HashSet;

const NUMBER: &str = "111122223333";
const DOCUMENT: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}]}"#;
const POLICY: &str = "arn:aws:iam::111122223333:policy/p";
const READ_ONLY: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/id.example.com/realm";

async fn account() -> (Client, Keys) {
    let client = Client::new().await;
    let root = client.account_with_number("one", NUMBER).await;
    (client, root)
}

/// In the order in which all of it can be done.
fn steps() -> Vec<(&'static str, Vec<Parameter<'static>>)> {
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

fn showing() -> Vec<(&'static str, Vec<Parameter<'static>>)> {
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

/// Actions that never give anything: there is nothing they could show.
const ALWAYS_REFUSED: [(&str, &[Parameter<'static>]); 2] = [
    ("GetLoginProfile", &[("UserName", "anna")]),
    ("GetAccountPasswordPolicy", &[]),
];

/// Every row of the table is played, and every answer is compared with the one that is kept.
#[tokio::test]
async fn every_action_answers_in_its_shape() {
    let (client, root) = account().await;
    let mut played = HashSet::new();
    let mut found = String::new();
    let mut key = String::new();
    let shown: Vec<&str> = showing().iter().map(|step| step.0).collect();
    for (action, mut parameters) in steps() {
        let of_key = ["UpdateAccessKey", "DeleteAccessKey", "GetAccessKeyLastUsed"];
        if of_key.contains(&action) {
            parameters.push(("AccessKeyId", key.as_str()));
        }
        let reply = client.iam(&root, action, &parameters).await.ok();
        assert_eq!(reply.observation.operation, Some(action));
        assert_eq!(reply.change.is_none(), shown.contains(&action), "{action}");
        assert_eq!(reply.header("content-type"), "text/xml");
        assert_eq!(reply.header("x-amzn-requestid"), reply.tag("RequestId"));
        if action == "CreateAccessKey" {
            key = reply.tag("AccessKeyId").to_owned();
        }
        let shape = reply.shape();
        let (_, document) = shape.split_once('\n').unwrap();
        found.push_str(&format!("{action}\n{document}\n\n"));
        played.insert(action);
    }
    client
        .iam(&root, "CreateUser", &[("UserName", "anna")])
        .await
        .ok();
    for (action, parameters) in ALWAYS_REFUSED {
        let reply = client.iam(&root, action, parameters).await;
        reply.refused(404, "NoSuchEntity");
        played.insert(action);
    }
    let rows = ACTIONS.iter().filter(|row| row.is_of_iam());
    let rows: HashSet<&str> = rows.map(|row| row.name).collect();
    assert_eq!(played, rows);
    let kept = include_str!("iam/answers.txt");
    if found != kept {
        let place = std::env::temp_dir().join("iam-answers.txt");
        std::fs::write(&place, &found).unwrap();
        let line = found.lines().zip(kept.lines()).find(|(a, b)| a != b);
        panic!("an answer has another shape: {line:#?}; all of them are in {place:?}");
    }
}

#[tokio::test]
async fn refusals_have_amazons_form() {
    let (client, root) = account().await;
    let reply = client
        .iam(&root, "GetUser", &[("UserName", "nobody")])
        .await;
    assert_eq!(reply.status, 404);
    assert_eq!(reply.observation.error, Some("NoSuchEntity"));
    assert_eq!(
        reply.shape().split_once('\n').unwrap().1,
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error>\
         <Type>Sender</Type><Code>NoSuchEntity</Code>\
         <Message>The user with name nobody cannot be found.</Message></Error>\
         <RequestId>…</RequestId></ErrorResponse>"
    );
    for (action, parameters, status, code, says) in [
        (
            "CreateUser",
            &[][..],
            400,
            "ValidationError",
            "Value null at 'userName'",
        ),
        (
            "CreateUser",
            &[("UserName", "a b")],
            400,
            "ValidationError",
            "userName",
        ),
        (
            "ListUsers",
            &[("MaxItems", "0")],
            400,
            "ValidationError",
            "Value '0' at 'maxItems'",
        ),
        (
            "ListUsers",
            &[("MaxItems", "-1")],
            400,
            "ValidationError",
            "Value '-1'",
        ),
        (
            "ListPolicies",
            &[("Scope", "<x>")],
            400,
            "ValidationError",
            "Value '&lt;x&gt;' at 'scope'",
        ),
        (
            "GetPolicyVersion",
            &[("PolicyArn", READ_ONLY), ("VersionId", "2")],
            400,
            "ValidationError",
            "Value '2' at 'versionId'",
        ),
        (
            "TagUser",
            &[("UserName", "a"), ("Tags.member.1.Key", "k")],
            400,
            "ValidationError",
            "tags.1.member.Value",
        ),
        (
            "DeletePolicy",
            &[("PolicyArn", "x")],
            404,
            "NoSuchEntity",
            "x",
        ),
        (
            "CreateRole",
            &[("RoleName", "r"), ("AssumeRolePolicyDocument", "{}")],
            400,
            "MalformedPolicyDocument",
            "",
        ),
    ] {
        let reply = client.iam(&root, action, parameters).await;
        let message = reply.tag("Message").to_owned();
        reply.refused(status, code);
        assert!(message.contains(says), "{action}: {message}");
    }
}

#[tokio::test]
async fn what_is_there_is_in_the_way() {
    let (client, root) = account().await;
    client
        .iam(&root, "CreateUser", &[("UserName", "anna")])
        .await
        .ok();
    let again = client
        .iam(&root, "CreateUser", &[("UserName", "ANNA")])
        .await;
    again.refused(409, "EntityAlreadyExists");
    client
        .iam(&root, "CreateAccessKey", &[("UserName", "anna")])
        .await
        .ok();
    let early = client
        .iam(&root, "DeleteUser", &[("UserName", "anna")])
        .await;
    early.refused(409, "DeleteConflict");
}

#[tokio::test]
async fn lists_come_in_pages() {
    let (client, root) = account().await;
    for name in ["c", "A", "b"] {
        client
            .iam(&root, "CreateUser", &[("UserName", name)])
            .await
            .ok();
    }
    let mut found = Vec::new();
    let mut marker = String::new();
    loop {
        let mut parameters = vec![("MaxItems", "1")];
        if !marker.is_empty() {
            parameters.push(("Marker", marker.as_str()));
        }
        let page = client.iam(&root, "ListUsers", &parameters).await.ok();
        found.extend(page.tags("UserName").iter().map(|name| (*name).to_owned()));
        if page.tag("IsTruncated") == "false" {
            assert_eq!(page.tag("Marker"), "");
            break;
        }
        marker = page.tag("Marker").to_owned();
    }
    assert_eq!(found, ["A", "b", "c"]);
    let tags: Vec<(String, String)> = (1..=50)
        .flat_map(|at| {
            let name = |field: &str| format!("Tags.member.{at}.{field}");
            [
                (name("Key"), format!("k{at:02}")),
                (name("Value"), "v".into()),
            ]
        })
        .collect();
    let mut tags: Vec<Parameter<'_>> = tags.iter().map(|(a, b)| (&**a, &**b)).collect();
    tags.push(("UserName", "A"));
    client.iam(&root, "TagUser", &tags).await.ok();
    let page = client
        .iam(
            &root,
            "ListUserTags",
            &[("UserName", "A"), ("MaxItems", "30")],
        )
        .await
        .ok();
    assert_eq!(
        (page.tags("Key").len(), page.tag("IsTruncated")),
        (30, "true")
    );
    let rest = [("UserName", "A"), ("Marker", page.tag("Marker"))];
    let rest = client.iam(&root, "ListUserTags", &rest).await.ok();
    assert_eq!((rest.tags("Key").len(), rest.tags("Key")[0]), (20, "k31"));
    tags.extend([
        ("Tags.member.51.Key", "one"),
        ("Tags.member.51.Value", "too many"),
    ]);
    let full = client.iam(&root, "TagUser", &tags).await;
    full.refused(409, "LimitExceeded");
}

fn allow(action: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"{condition}}}]}}"#
    )
}

/// What a user may do stands in its policies, and names what it may be done to.
#[tokio::test]
async fn permissions_name_what_they_are_about() {
    let (client, root) = account().await;
    client
        .iam(&root, "CreateUser", &[("UserName", "anna")])
        .await
        .ok();
    let keys = client
        .iam(&root, "CreateAccessKey", &[("UserName", "anna")])
        .await
        .ok()
        .keys();
    let denied = client.iam(&keys, "GetUser", &[]).await;
    assert!(
        denied.tag("Message").starts_with(
            "User: arn:aws:iam::111122223333:user/anna is not authorized to perform: iam:GetUser \
             on resource: arn:aws:iam::111122223333:user/anna"
        ),
        "{}",
        denied.text()
    );
    denied.refused(403, "AccessDenied");
    let may = async |document: &str, action: &str, parameters: &[Parameter<'_>]| {
        let put = [
            ("UserName", "anna"),
            ("PolicyName", "p"),
            ("PolicyDocument", document),
        ];
        client.iam(&root, "PutUserPolicy", &put).await.ok();
        client
            .iam(&keys, action, parameters)
            .await
            .status
            .is_success()
    };
    let in_team = allow(
        "iam:CreateUser",
        "arn:aws:iam::111122223333:user/team/*",
        "",
    );
    let named = |name| ("UserName", name);
    assert!(!may(&in_team, "CreateUser", &[named("bert")]).await);
    assert!(may(&in_team, "CreateUser", &[named("bert"), ("Path", "/team/")]).await);
    // Out of the team is as much as into another one.
    let update = allow(
        "iam:UpdateUser",
        "arn:aws:iam::111122223333:user/team/*",
        "",
    );
    assert!(!may(&update, "UpdateUser", &[named("bert"), ("NewPath", "/")]).await);
    assert!(
        may(
            &update,
            "UpdateUser",
            &[named("bert"), ("NewUserName", "cleo")]
        )
        .await
    );
    let list = allow("iam:ListUsers", "arn:aws:iam::111122223333:user/team/*", "");
    assert!(!may(&list, "ListUsers", &[]).await);
    assert!(may(&list, "ListUsers", &[("PathPrefix", "/team/")]).await);
    let attach = allow(
        "iam:AttachUserPolicy",
        "*",
        r#","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}}"#,
    );
    let full = ("PolicyArn", "arn:aws:iam::aws:policy/AmazonS3FullAccess");
    assert!(!may(&attach, "AttachUserPolicy", &[named("cleo"), full]).await);
    assert!(
        may(
            &attach,
            "AttachUserPolicy",
            &[named("cleo"), ("PolicyArn", READ_ONLY)]
        )
        .await
    );
    let tagged = allow(
        "iam:TagUser",
        "*",
        r#","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}"#,
    );
    let tag = |key| {
        [
            named("cleo"),
            ("Tags.member.1.Key", key),
            ("Tags.member.1.Value", "v"),
        ]
    };
    assert!(!may(&tagged, "TagUser", &tag("role")).await);
    assert!(may(&tagged, "TagUser", &tag("team")).await);
    let by_tag = allow(
        "iam:DeleteUser",
        "*",
        r#","Condition":{"StringEquals":{"iam:ResourceTag/team":"v"}}"#,
    );
    assert!(!may(&by_tag, "DeleteUser", &[named("anna")]).await);
    let mine = [named("cleo"), ("PolicyArn", READ_ONLY)];
    client.iam(&root, "DetachUserPolicy", &mine).await.ok();
    assert!(may(&by_tag, "DeleteUser", &[named("cleo")]).await);
}

/// Accounts without a number are named like users of the server's own account.
#[tokio::test]
async fn plain_accounts_are_users_to_iam() {
    let client = Client::new().await;
    let (anna, server) = (client.account("anna").await, Keys::root());
    let mine = client.iam(&anna, "GetUser", &[]).await;
    mine.refused(403, "AccessDenied");
    let of_anna = ("UserName", "anna-id");
    let arn = ("PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess");
    client
        .iam(&server, "AttachUserPolicy", &[of_anna, arn])
        .await
        .ok();
    let mine = client.iam(&anna, "GetUser", &[]).await.ok();
    assert_eq!(mine.tag("Arn"), "arn:aws:iam:::user/anna-id");
    let read_only = client.iam(&anna, "DetachUserPolicy", &[of_anna, arn]).await;
    read_only.refused(403, "AccessDenied");
}
