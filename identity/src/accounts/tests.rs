use super::*;
use crate::caller::{Caller, Owner, Refusal, Target};
use crate::iam::PolicyHolder;
use crate::iam::tests::{code, may, named};
use crate::policy::{Context, Kind, Policy};
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
    let number = &rig.identity.root().number;
    assert_eq!(admin.caller.arn(), format!("arn:aws:iam::{number}:root"));
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

/// The server's own account is one as Amazon has it, from the first start on.
#[tokio::test]
async fn the_servers_own_account_has_a_number_for_good() {
    let rig = Rig::new().await;
    let root = rig.identity.root();
    let number = root.number.clone();
    assert!(number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit()));
    let admin = || rig.identity.find("ROOTKEY", None).unwrap().caller.clone();
    let who = rig.identity.get_caller_identity(&admin()).unwrap();
    assert_eq!(
        (who.account, who.arn, who.user_id),
        (
            number.clone(),
            format!("arn:aws:iam::{number}:root"),
            number.clone()
        )
    );
    let iam = rig.identity.iam(&admin());
    let anna = iam.create_user(named("anna")).await.unwrap();
    assert_eq!(anna.arn, format!("arn:aws:iam::{number}:user/anna"));
    let key = rig.key(&iam, "anna").await;
    // A bucket's policy names the account by its number, or by none.
    let anna_caller = rig.identity.find(&key, None).unwrap().caller.clone();
    for (account, denied) in [(&*number, true), ("", true), ("123456789012", false)] {
        let policy = format!(
            r#"{{"Statement":{{"Effect":"Deny","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"s3:*","Resource":"arn:aws:s3:::b/*"}}}}"#
        );
        let policy = Policy::parse(Kind::Bucket, &policy).unwrap();
        let target = Target {
            resource: b"arn:aws:s3:::b/k",
            owner: Owner::Account(&root),
            policy: Some(&policy),
        };
        let decision = anna_caller.authorize("s3:GetObject", &target, &Context::new());
        assert_eq!(decision.is_denied(), denied, "{account}");
    }
    // Plain accounts are in it, and named without a number.
    let plain = rig.plain("berta-id").await;
    let who = rig
        .identity
        .get_caller_identity(&rig.root_of(&plain).caller);
    let who = who.unwrap();
    assert_eq!(
        (who.account, who.arn),
        (number.clone(), "arn:aws:iam:::user/berta-id".to_owned())
    );
    let taken = NewAccount {
        name: "thief",
        number: Number::Given(&number),
        ..NewAccount::default()
    };
    assert_eq!(
        code(rig.identity.add_account(taken).await),
        "EntityAlreadyExists"
    );
    drop((iam, root));
    let rig = rig.reopen().await;
    assert_eq!(rig.identity.root().number, number);
    let anna = rig.identity.find(&key, None).unwrap();
    assert_eq!(
        anna.caller.arn(),
        format!("arn:aws:iam::{number}:user/anna")
    );
}

#[tokio::test]
async fn users_are_listed_by_their_account() {
    let rig = Rig::new().await;
    let (one, plain) = (rig.account("one").await, rig.plain("berta-id").await);
    let root = rig.identity.root();
    for (account, names) in [(&one, ["zoe", "Anna"]), (&root, ["olaf", "bob"])] {
        for name in names {
            let iam = rig.identity.iam_of(account);
            iam.create_user(named(name)).await.unwrap();
        }
    }
    // What a plain account makes is in the server's own, under another name.
    let iam = rig.identity.iam_of(&plain);
    iam.create_user(named("carl")).await.unwrap();
    let listed = |account: &Account| {
        let users = rig.identity.list_users_of(account);
        let names = users.into_iter().map(|user| user.arn);
        names.collect::<Vec<_>>()
    };
    let (number, own) = (&one.number, &root.number);
    assert_eq!(
        listed(&one),
        [
            format!("arn:aws:iam::{number}:user/Anna"),
            format!("arn:aws:iam::{number}:user/zoe")
        ]
    );
    assert_eq!(
        listed(&root),
        [
            format!("arn:aws:iam::{own}:user/bob"),
            "arn:aws:iam:::user/carl".to_owned(),
            format!("arn:aws:iam::{own}:user/olaf")
        ]
    );
    assert!(listed(&plain).is_empty());
}

/// Two of one kind have two names, as at a login.
#[tokio::test]
async fn whoever_has_buckets_is_known_by_a_name() {
    let rig = Rig::new().await;
    let (team, plain) = (rig.account("team").await, rig.plain("berta-id").await);
    let admin = rig.identity.find("ROOTKEY", None).unwrap();
    let iam = rig.identity.iam(&admin.caller);
    let own = iam.create_user(named("anna")).await.unwrap();
    let iam = rig.identity.iam_of(&team);
    let theirs = iam.create_user(named("anna")).await.unwrap();
    let root = rig.identity.root();
    for (id, kind, name) in [
        (&own.id, "user", "anna".to_owned()),
        (&theirs.id, "user", format!("anna@{}", team.name)),
        (&plain.id, "account", plain.name.clone()),
        (&team.id, "account", team.name.clone()),
        (&root.id, "account", root.name.clone()),
    ] {
        assert_eq!(rig.identity.known_as(id), Some((kind, name)));
    }
    assert_eq!(rig.identity.known_as("nobody"), None);
}
