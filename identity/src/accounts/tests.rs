use super::*;
use crate::caller::{Caller, Owner, Refusal, Target};
use crate::iam::PolicyHolder;
use crate::iam::tests::{code, may, named};
use crate::policy::Context;
use crate::rig::{Rig, document};

/// Plain accounts own what they make, and may be given rights like users.
#[tokio::test]
async fn plain_accounts_are_named_like_users() {
    let rig = Rig::new().await;
    let (anna, berta) = (rig.plain("anna-id").await, rig.plain("berta-id").await);
    let anna_root = || rig.root_of(&anna);
    assert_eq!(anna_root().caller.arn(), "arn:aws:iam:::user/anna-id");
    assert!(may(
        &anna_root().caller,
        "s3:PutObject",
        Owner::Account(&anna),
        None
    ));
    assert!(may(
        &anna_root().caller,
        "s3:CreateBucket",
        Owner::Caller,
        None
    ));
    assert!(!may(
        &anna_root().caller,
        "s3:PutObject",
        Owner::Account(&berta),
        None
    ));
    let admin = rig.identity.find("ROOTKEY", None).unwrap();
    assert!(admin.caller.is_administrator());
    assert_eq!(admin.caller.arn(), "arn:aws:iam:::root");
    let iam = rig.identity.iam(&admin.caller);
    let of = PolicyHolder::User("anna-id");
    iam.put_policy(of, "p", &document("Allow", "s3:Put*", "*"))
        .await
        .unwrap();
    assert!(may(
        &anna_root().caller,
        "s3:PutObject",
        Owner::Account(&berta),
        None
    ));
    iam.put_policy(of, "p", &document("Deny", "s3:Put*", "*"))
        .await
        .unwrap();
    assert!(!may(
        &anna_root().caller,
        "s3:PutObject",
        Owner::Account(&anna),
        None
    ));
    assert_eq!(
        iam.get_user(Some("anna-id")).unwrap().arn,
        "arn:aws:iam:::user/anna-id"
    );
    assert_eq!(
        code(iam.create_user(named("anna-id")).await),
        "EntityAlreadyExists"
    );
    assert_eq!(code(iam.get_user(Some("root-id"))), "NoSuchEntity");
    assert!(
        rig.identity
            .iam(&anna_root().caller)
            .get_user(None)
            .unwrap()
            .path
            .is_some()
    );
    iam.delete_policy_of(of, "p").await.unwrap();
    // Alone it has no say in the server's own account.
    let arn = iam.arn("user/x");
    let target = Target {
        resource: arn.as_bytes(),
        owner: Owner::Account(&rig.identity.root()),
        policy: None,
    };
    let create = |caller: &Caller| {
        caller
            .authorize("iam:CreateUser", &target, &Context::new())
            .is_allowed()
    };
    assert!(!create(&anna_root().caller) && create(&admin.caller));
    let full = "arn:aws:iam::aws:policy/IAMFullAccess";
    iam.attach_policy(of, full).await.unwrap();
    assert!(create(&anna_root().caller));
}

#[tokio::test]
async fn accounts() {
    let rig = Rig::new().await;
    let new = NewAccount {
        name: "one",
        canonical_id: Some("111122223333"),
        number: Number::Given("111122223333"),
        display_name: Some("M. Tester"),
        email: Some("tester@example.com"),
        key: KeyRequest {
            id: Some("0555b35654ad1656d804"),
            secret: Some("h7GhxuBL=="),
            ..KeyRequest::default()
        },
    };
    let (account, key) = rig.identity.add_account(new.clone()).await.unwrap();
    assert_eq!(key.secret.expose(), "h7GhxuBL==");
    let found = rig.identity.find("0555b35654ad1656d804", None).unwrap();
    assert_eq!(found.caller.arn(), "arn:aws:iam::111122223333:root");
    assert_eq!(rig.identity.account("111122223333"), Some(account.clone()));
    assert_eq!(
        rig.identity.account_by_number("111122223333"),
        Some(account.clone())
    );
    assert_eq!(
        rig.identity.account_by_email("Tester@example.com"),
        Some(account.clone())
    );
    assert_eq!(rig.identity.account_by_name("one"), Some(account.clone()));
    assert_eq!(rig.identity.account_by_number(""), None);
    assert_eq!(
        code(rig.identity.add_account(new.clone()).await),
        "EntityAlreadyExists"
    );
    for bad in [
        NewAccount {
            canonical_id: Some("a/b"),
            ..NewAccount::default()
        },
        NewAccount {
            name: "two",
            number: Number::Given("12"),
            ..NewAccount::default()
        },
        NewAccount {
            name: "two",
            email: Some("x"),
            ..NewAccount::default()
        },
        NewAccount {
            name: "",
            ..NewAccount::default()
        },
        NewAccount {
            name: "two",
            key: KeyRequest {
                id: Some("a/b/c"),
                ..KeyRequest::default()
            },
            ..NewAccount::default()
        },
    ] {
        assert_eq!(code(rig.identity.add_account(bad).await), "ValidationError");
    }
    let iam = rig.identity.iam_of(&account);
    iam.create_user(named("anna")).await.unwrap();
    assert_eq!(
        code(rig.identity.remove_account(&account.id).await),
        "DeleteConflict"
    );
    iam.delete_user("anna").await.unwrap();
    rig.identity.remove_account(&account.id).await.unwrap();
    assert_eq!(
        rig.identity.find("0555b35654ad1656d804", None).unwrap_err(),
        Refusal::UnknownKey
    );
    assert_eq!(
        code(rig.identity.remove_account("root-id").await),
        "InvalidInput"
    );
    assert_eq!(rig.identity.list_accounts().len(), 1);
    let summary = rig.identity.iam_of(&account).account_summary();
    assert!(summary.contains(&("Users", 0)) && summary.contains(&("AccessKeysPerUserQuota", 2)));
}
