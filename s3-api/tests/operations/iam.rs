//! IAM in Amazon's wire form: the shape of every answer, permissions, pages.

mod play;

use crate::calls::Parameter;
use crate::support::{Client, Keys};
use play::{showing, steps};
use s3_api::ACTIONS;
use std::collections::HashSet;

const NUMBER: &str = "111122223333";
const READ_ONLY: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

async fn account() -> (Client, Keys) {
    let client = Client::new().await;
    let root = client.account_with_number("one", NUMBER).await;
    (client, root)
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
