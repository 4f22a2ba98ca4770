//! The verbs, their conditions, and what they give a caller.

use super::*;
use crate::accounts::{NewAccount, Number};
use crate::caller::{Caller, Owner, Refusal, Target};
use crate::model::Tag;
use crate::policy::{Context, Policy};
use crate::rig::{Rig, document};

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code()
}

fn named(name: &str) -> NewUser<'_> {
    NewUser {
        name,
        ..NewUser::default()
    }
}

fn may(caller: &Caller, action: &str, owner: Owner<'_>, policy: Option<&Policy>) -> bool {
    let target = Target {
        resource: b"arn:aws:s3:::b/k",
        owner,
        policy,
    };
    caller
        .authorize(action, &target, &Context::new())
        .is_allowed()
}

const ALL: Paging<'static> = Paging {
    marker: None,
    items_max: None,
};

#[tokio::test]
async fn users_come_and_go() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let new = NewUser {
        name: "Anna",
        path: Some("/a/"),
        ..NewUser::default()
    };
    let anna = iam.create_user(new.clone()).await.unwrap();
    assert_eq!(
        anna.arn,
        format!("arn:aws:iam::{}:user/a/Anna", account.number)
    );
    assert_eq!(
        code(iam.create_user(named("anna")).await),
        "EntityAlreadyExists"
    );
    assert_eq!(iam.get_user(Some("anna")).unwrap(), anna);
    assert_eq!(code(iam.get_user(Some("berta"))), "NoSuchEntity");
    assert_eq!(code(iam.create_user(named("b c")).await), "ValidationError");
    let update = UserUpdate {
        name: Some("Zoe"),
        path: Some("/z/"),
    };
    iam.update_user("anna", update).await.unwrap();
    assert_eq!(code(iam.get_user(Some("anna"))), "NoSuchEntity");
    let zoe = iam.get_user(Some("zoe")).unwrap();
    assert_eq!(
        (zoe.id, zoe.arn),
        (
            anna.id.clone(),
            format!("arn:aws:iam::{}:user/z/Zoe", account.number)
        )
    );
    iam.delete_user("zoe").await.unwrap();
    assert_eq!(code(iam.delete_user("zoe").await), "NoSuchEntity");
    assert_ne!(iam.create_user(new).await.unwrap().id, anna.id);
}

#[tokio::test]
async fn lists_come_in_pages_by_name() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    for (name, path) in [
        ("Ad", "/p/w/"),
        ("ac", "/p/x/"),
        ("Ab", "/p/"),
        ("aa", "/q/"),
    ] {
        iam.create_user(NewUser {
            name,
            path: Some(path),
            ..NewUser::default()
        })
        .await
        .unwrap();
    }
    for size in 1..=4 {
        let (mut names, mut marker) = (Vec::new(), None);
        loop {
            let paging = Paging {
                marker: marker.as_deref(),
                items_max: Some(size),
            };
            let page = iam.list_users("/p", paging).unwrap();
            assert!(page.items.len() <= size);
            names.extend(page.items.into_iter().filter_map(|user| user.name));
            marker = page.marker;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(names, ["Ab", "ac", "Ad"], "pages of {size}");
    }
    let none = Paging {
        items_max: Some(0),
        ..ALL
    };
    assert_eq!(code(iam.list_users("/", none)), "ValidationError");
}

#[tokio::test]
async fn keys_of_users_and_roots() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    assert_eq!(
        code(iam.create_access_key(Some("anna")).await),
        "NoSuchEntity"
    );
    iam.create_user(named("anna")).await.unwrap();
    let new = iam.create_access_key(Some("anna")).await.unwrap();
    let found = rig.identity.find(&new.key.id, None).unwrap();
    assert_eq!(found.secret, new.secret);
    assert_eq!(found.caller.name(), Some("anna"));
    assert_eq!(iam.holder_name(&new.key).as_deref(), Some("anna"));
    let second = rig.key(&iam, "anna").await;
    assert_eq!(
        code(iam.create_access_key(Some("anna")).await),
        "LimitExceeded"
    );
    assert_eq!(
        iam.list_access_keys(Some("anna"), ALL).unwrap().items.len(),
        2
    );
    let id = new.key.id.as_str();
    iam.update_access_key(Some("anna"), id, KeyStatus::Inactive)
        .await
        .unwrap();
    assert_eq!(
        rig.identity.find(id, None).unwrap_err(),
        Refusal::InactiveKey
    );
    iam.update_access_key(Some("anna"), id, KeyStatus::Active)
        .await
        .unwrap();
    rig.identity.find(id, None).unwrap();
    // A key is its holder's only.
    assert_eq!(code(iam.delete_access_key(None, id).await), "NoSuchEntity");
    assert_eq!(code(iam.delete_user("anna").await), "DeleteConflict");
    iam.delete_access_key(Some("anna"), id).await.unwrap();
    iam.delete_access_key(Some("anna"), &second).await.unwrap();
    assert_eq!(
        rig.identity.find(id, None).unwrap_err(),
        Refusal::UnknownKey
    );
    iam.delete_user("anna").await.unwrap();

    let request = KeyRequest {
        expires: Some(rig.identity.seconds() + 10),
        ..KeyRequest::default()
    };
    let new = iam.create_access_key_as(None, request).await.unwrap();
    assert_eq!(
        rig.identity.find(&new.key.id, None).unwrap().caller.kind(),
        PrincipalKind::Account
    );
    rig.pass(10);
    assert_eq!(
        rig.identity.find(&new.key.id, None).unwrap_err(),
        Refusal::ExpiredKey
    );
    let given = KeyRequest {
        id: Some("ROOTKEY"),
        ..KeyRequest::default()
    };
    iam.delete_access_key(None, &new.key.id).await.unwrap();
    assert_eq!(
        code(iam.create_access_key_as(None, given).await),
        "EntityAlreadyExists"
    );
    assert_eq!(
        rig.identity.find("ASIAANYTHING", None).unwrap_err(),
        Refusal::InvalidToken
    );
}

#[tokio::test]
async fn policies_of_users_groups_and_roles() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let text = document("Allow", "s3:*", "*");
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}"#;
    let full = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
    for of in [
        PolicyHolder::User("x"),
        PolicyHolder::Group("x"),
        PolicyHolder::Role("x"),
    ] {
        assert_eq!(code(iam.put_policy(of, "p", &text).await), "NoSuchEntity");
        assert_eq!(code(iam.list_policies_of(of, ALL)), "NoSuchEntity");
        assert_eq!(code(iam.attach_policy(of, full).await), "NoSuchEntity");
    }
    iam.create_user(named("x")).await.unwrap();
    iam.create_group("x", None).await.unwrap();
    iam.create_role(NewRole {
        name: "x",
        trust,
        ..NewRole::default()
    })
    .await
    .unwrap();
    for of in [
        PolicyHolder::User("x"),
        PolicyHolder::Group("x"),
        PolicyHolder::Role("x"),
    ] {
        assert_eq!(code(iam.get_policy_of(of, "p")), "NoSuchEntity");
        assert_eq!(
            code(iam.put_policy(of, "p", "{}").await),
            "MalformedPolicyDocument"
        );
        iam.put_policy(of, "p", &text).await.unwrap();
        iam.put_policy(of, "a", &text).await.unwrap();
        assert_eq!(*iam.get_policy_of(of, "p").unwrap(), *text);
        assert_eq!(iam.list_policies_of(of, ALL).unwrap().items, ["a", "p"]);
        iam.delete_policy_of(of, "a").await.unwrap();
        assert_eq!(code(iam.delete_policy_of(of, "a").await), "NoSuchEntity");
        assert_eq!(code(iam.detach_policy(of, full).await), "NoSuchEntity");
        assert_eq!(
            code(iam.attach_policy(of, "arn:aws:iam::aws:policy/No").await),
            "NoSuchEntity"
        );
        iam.attach_policy(of, full).await.unwrap();
        iam.attach_policy(of, full).await.unwrap();
        assert_eq!(
            iam.list_attached_policies(of, "/", ALL).unwrap().items,
            [full]
        );
        iam.delete_policy_of(of, "p").await.unwrap();
    }
    let [users, groups, roles] = iam.list_entities_for_policy(full).unwrap();
    assert_eq!(
        (users, groups, roles),
        (vec!["x".into()], vec!["x".into()], vec!["x".into()])
    );
    assert_eq!(code(iam.delete_user("x").await), "DeleteConflict");
    assert_eq!(code(iam.delete_group("x").await), "DeleteConflict");
    assert_eq!(code(iam.delete_role("x").await), "DeleteConflict");
    iam.detach_policy(PolicyHolder::User("x"), full)
        .await
        .unwrap();
    iam.delete_user("x").await.unwrap();
    let long = document("Allow", &"s3:Get*".repeat(400), "*");
    assert_eq!(
        code(iam.put_policy(PolicyHolder::Group("x"), "p", &long).await),
        "MalformedPolicyDocument"
    );
    let long = document(
        "Allow",
        "s3:*",
        &format!("arn:aws:s3:::{}", "b".repeat(6000)),
    );
    assert_eq!(
        code(iam.put_policy(PolicyHolder::Group("x"), "p", &long).await),
        "LimitExceeded"
    );
}

#[tokio::test]
async fn groups_give_their_members_rights() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    iam.create_user(named("anna")).await.unwrap();
    let group = iam.create_group("Readers", Some("/g/")).await.unwrap();
    let key = rig.key(&iam, "anna").await;
    let reads = || {
        let anna = rig.identity.find(&key, None).unwrap();
        may(&anna.caller, "s3:GetObject", Owner::Account(&account), None)
    };
    let text = document("Allow", "s3:Get*", "*");
    iam.put_policy(PolicyHolder::Group("readers"), "p", &text)
        .await
        .unwrap();
    assert!(!reads());
    iam.add_user_to_group("readers", "anna").await.unwrap();
    iam.add_user_to_group("readers", "anna").await.unwrap();
    assert!(reads());
    let (found, members) = iam.get_group("readers", ALL).unwrap();
    assert_eq!((found, members.items.len()), (group, 1));
    let update = GroupUpdate {
        name: Some("Writers"),
        path: None,
    };
    iam.update_group("readers", update).await.unwrap();
    assert_eq!(
        iam.list_groups_for_user("anna", ALL).unwrap().items[0].name,
        "Writers"
    );
    assert_eq!(iam.list_groups("/g/", ALL).unwrap().items.len(), 1);
    assert!(reads());
    assert_eq!(code(iam.delete_group("writers").await), "DeleteConflict");
    assert_eq!(code(iam.delete_user("anna").await), "DeleteConflict");
    iam.remove_user_from_group("writers", "anna").await.unwrap();
    assert!(!reads());
    iam.delete_policy_of(PolicyHolder::Group("writers"), "p")
        .await
        .unwrap();
    iam.delete_group("writers").await.unwrap();
}

#[tokio::test]
async fn managed_policies_have_versions() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    iam.create_user(named("anna")).await.unwrap();
    let key = rig.key(&iam, "anna").await;
    let can = |action: &str| {
        let anna = rig.identity.find(&key, None).unwrap();
        may(&anna.caller, action, Owner::Caller, None)
    };
    let (get, put) = (
        document("Allow", "s3:GetObject", "*"),
        document("Allow", "s3:PutObject", "*"),
    );
    let new = NewPolicy {
        name: "p",
        document: &get,
        path: Some("/t/"),
        ..NewPolicy::default()
    };
    let arn = iam.create_policy(new.clone()).await.unwrap().arn;
    assert_eq!(arn, format!("arn:aws:iam::{}:policy/t/p", account.number));
    assert_eq!(code(iam.create_policy(new).await), "EntityAlreadyExists");
    iam.attach_policy(PolicyHolder::User("anna"), &arn)
        .await
        .unwrap();
    assert!(can("s3:GetObject") && !can("s3:PutObject"));
    iam.create_policy_version(&arn, &put, NewVersion::StandsBy)
        .await
        .unwrap();
    assert!(can("s3:GetObject"));
    iam.set_default_policy_version(&arn, 2).await.unwrap();
    assert!(!can("s3:GetObject") && can("s3:PutObject"));
    assert_eq!(
        code(iam.delete_policy_version(&arn, 2).await),
        "DeleteConflict"
    );
    assert_eq!(
        code(iam.delete_policy_version(&arn, 7).await),
        "NoSuchEntity"
    );
    for _ in 3..=5 {
        iam.create_policy_version(&arn, &get, NewVersion::StandsBy)
            .await
            .unwrap();
    }
    let sixth = iam
        .create_policy_version(&arn, &get, NewVersion::StandsBy)
        .await;
    assert_eq!(code(sixth), "LimitExceeded");
    assert_eq!(iam.list_policy_versions(&arn).unwrap().len(), 5);
    assert_eq!(code(iam.delete_policy(&arn).await), "DeleteConflict");
    iam.detach_policy(PolicyHolder::User("anna"), &arn)
        .await
        .unwrap();
    assert_eq!(code(iam.delete_policy(&arn).await), "DeleteConflict");
    for number in [1, 3, 4, 5] {
        iam.delete_policy_version(&arn, number).await.unwrap();
    }
    let local = PolicyFilter {
        scope: PolicyScope::Local,
        path_prefix: "/",
        only_attached: false,
    };
    assert_eq!(iam.list_policies(local, ALL).unwrap().items.len(), 1);
    iam.delete_policy(&arn).await.unwrap();
    assert_eq!(code(iam.get_policy(&arn)), "NoSuchEntity");
    let administrator = iam
        .get_policy("arn:aws:iam::aws:policy/AdministratorAccess")
        .unwrap();
    assert_eq!(administrator.name, "AdministratorAccess");
    assert!(
        iam.list_policies(PolicyFilter::default(), ALL)
            .unwrap()
            .items
            .len()
            > 4
    );
}

#[tokio::test]
async fn boundaries_bound() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let read = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let new = NewUser {
        name: "anna",
        boundary: Some(read),
        ..NewUser::default()
    };
    iam.create_user(new).await.unwrap();
    iam.put_policy(
        PolicyHolder::User("anna"),
        "p",
        &document("Allow", "*", "*"),
    )
    .await
    .unwrap();
    let key = rig.key(&iam, "anna").await;
    let writes = || {
        let anna = rig.identity.find(&key, None).unwrap();
        may(&anna.caller, "s3:PutObject", Owner::Caller, None)
    };
    assert!(!writes());
    iam.set_user_boundary("anna", None).await.unwrap();
    assert!(writes());
    assert_eq!(
        code(iam.set_user_boundary("anna", None).await),
        "NoSuchEntity"
    );
    assert_eq!(
        code(iam.set_user_boundary("anna", Some("arn:x")).await),
        "NoSuchEntity"
    );
}

#[tokio::test]
async fn roles_trust_those_who_exist() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let trust = |who: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{who}"}},"Action":"sts:AssumeRole"}}}}"#
        )
    };
    let anna = format!("arn:aws:iam::{}:user/anna", account.number);
    let text = trust(&anna);
    let new = NewRole {
        name: "r",
        trust: &text,
        ..NewRole::default()
    };
    assert_eq!(
        code(iam.create_role(new.clone()).await),
        "MalformedPolicyDocument"
    );
    iam.create_user(named("anna")).await.unwrap();
    let role = iam.create_role(new.clone()).await.unwrap();
    assert_eq!(role.trust, text);
    assert_eq!(
        code(iam.create_role(NewRole { name: "R", ..new }).await),
        "EntityAlreadyExists"
    );
    let update = RoleUpdate {
        description: Some("d"),
        session_seconds_max: Some(43_200),
    };
    iam.update_role("r", update).await.unwrap();
    assert_eq!(iam.get_role("R").unwrap().session_seconds_max, 43_200);
    let update = RoleUpdate {
        session_seconds_max: Some(60),
        ..update
    };
    assert_eq!(code(iam.update_role("r", update).await), "ValidationError");
    iam.update_assume_role_policy("r", &trust("*"))
        .await
        .unwrap();
    assert_eq!(iam.get_role("r").unwrap().trust, trust("*"));
}

#[tokio::test]
async fn tags_of_whatever_has_them() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    iam.create_user(named("anna")).await.unwrap();
    let tag = |key: &str, value: &str| Tag {
        key: key.into(),
        value: value.into(),
    };
    let of = Tagged::User("anna");
    iam.tag(of, vec![tag("Team", "red"), tag("x", "1")])
        .await
        .unwrap();
    iam.tag(of, vec![tag("team", "blue")]).await.unwrap();
    assert_eq!(
        iam.list_tags(of).unwrap(),
        [tag("x", "1"), tag("team", "blue")]
    );
    let anna = rig
        .identity
        .find(&rig.key(&iam, "anna").await, None)
        .unwrap();
    let context = &anna.caller.principal().context;
    assert_eq!(context.get("aws:PrincipalTag/TEAM").unwrap(), ["blue"]);
    iam.untag(of, &["X".into(), "none".into()]).await.unwrap();
    assert_eq!(iam.list_tags(of).unwrap(), [tag("team", "blue")]);
    let many = (0..51).map(|n| tag(&n.to_string(), "")).collect();
    assert_eq!(code(iam.tag(of, many).await), "LimitExceeded");
    assert_eq!(code(iam.list_tags(Tagged::Role("anna"))), "NoSuchEntity");
}

#[tokio::test]
async fn providers() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let new = NewProvider {
        url: "http://example.com/x",
        clients: vec!["a".into()],
        ..Default::default()
    };
    let arn = iam.create_provider(new.clone()).await.unwrap().arn();
    assert_eq!(
        arn,
        format!(
            "arn:aws:iam::{}:oidc-provider/example.com/x",
            account.number
        )
    );
    assert_eq!(code(iam.create_provider(new).await), "EntityAlreadyExists");
    iam.add_client_id(&arn, "b").await.unwrap();
    iam.add_client_id(&arn, "b").await.unwrap();
    assert_eq!(iam.get_provider(&arn).unwrap().clients, ["a", "b"]);
    iam.remove_client_id(&arn, "a").await.unwrap();
    assert_eq!(iam.get_provider(&arn).unwrap().clients, ["b"]);
    iam.set_thumbprints(
        &arn,
        vec!["3768084dfb3d2b68b7897bf5f565da8efEXAMPLE".into()],
    )
    .await
    .unwrap();
    assert_eq!(
        code(iam.set_thumbprints(&arn, vec!["short".into()]).await),
        "InvalidInput"
    );
    assert_eq!(iam.list_providers().len(), 1);
    iam.delete_provider(&arn).await.unwrap();
    assert_eq!(code(iam.get_provider(&arn)), "NoSuchEntity");
    assert_eq!(code(iam.delete_provider(&arn).await), "NoSuchEntity");
    let bad = NewProvider {
        url: "ftp://x",
        ..Default::default()
    };
    assert_eq!(code(iam.create_provider(bad).await), "InvalidInput");
}

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
