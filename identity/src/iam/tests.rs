//! The verbs, their conditions, and what they give a caller.

use super::*;
use crate::rig::{Rig, document};

pub(crate) fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code()
}

pub(crate) fn named(name: &str) -> NewUser<'_> {
    NewUser {
        name,
        ..NewUser::default()
    }
}

pub(crate) fn may(
    caller: &Caller,
    action: &str,
    owner: Owner<'_>,
    policy: Option<&Policy>,
) -> bool {
    let target = Target {
        resource: b"arn:aws:s3:::b/k",
        owner,
        policy,
    };
    caller
        .authorize(action, &target, &Context::new())
        .is_allowed()
}

pub(crate) const ALL: Paging<'static> = Paging {
    marker: None,
    items_max: None,
    search: None,
};

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
    let mut filter = EntityFilter {
        kinds: vec![EntityKind::User, EntityKind::Role, EntityKind::Group],
        path_prefix: "/",
        usage: None,
    };
    let who = |filter: &EntityFilter<'_>, paging: Paging<'_>| {
        let page = iam.list_entities_for_policy(full, filter, paging).unwrap();
        let kinds = page.items.iter().map(|it| (it.kind, it.name.clone()));
        (kinds.collect::<Vec<_>>(), page.marker)
    };
    let x = |kind| (kind, "x".to_owned());
    let all = [EntityKind::Group, EntityKind::Role, EntityKind::User].map(x);
    assert_eq!(who(&filter, ALL), (all.to_vec(), None));
    let mut found = Vec::new();
    let mut marker = None;
    for _ in 0..3 {
        let paging = Paging {
            marker: marker.as_deref(),
            items_max: Some(1),
            search: None,
        };
        let (page, next) = who(&filter, paging);
        found.extend(page);
        marker = next;
    }
    assert_eq!((found, marker), (all.to_vec(), None));
    filter.usage = Some(PolicyUsage::Boundary);
    assert_eq!(who(&filter, ALL), (Vec::new(), None));
    assert_eq!(code(iam.delete_user("x").await), "DeleteConflict");
    assert_eq!(code(iam.delete_group("x").await), "DeleteConflict");
    assert_eq!(code(iam.delete_role("x").await), "DeleteConflict");
    iam.detach_policy(PolicyHolder::User("x"), full)
        .await
        .unwrap();
    iam.delete_user("x").await.unwrap();
}

#[tokio::test]
async fn policies_have_bounds() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    iam.create_group("x", None).await.unwrap();
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
    let update = Renaming {
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
    let numbers = || {
        let versions = iam.list_policy_versions(&arn).unwrap();
        versions.iter().map(|it| it.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(), [5, 4, 3, 2, 1]);
    // What cannot be set costs no version that was.
    let replacing = NewVersion::ReplacesOldest;
    let odd = iam.create_policy_version(&arn, "{}", replacing).await;
    assert_eq!(code(odd), "MalformedPolicyDocument");
    assert_eq!(numbers(), [5, 4, 3, 2, 1]);
    // The oldest that does not count: 2 does until another one is there.
    for left in [[6, 5, 4, 3, 2], [7, 6, 5, 4, 3]] {
        let made = iam.create_policy_version(&arn, &put, replacing);
        assert_eq!(made.await.unwrap().number, left[0]);
        assert_eq!(numbers(), left);
        assert_eq!(iam.get_policy(&arn).unwrap().default_version, left[0]);
    }
    iam.set_default_policy_version(&arn, 3).await.unwrap();
    assert_eq!(code(iam.delete_policy(&arn).await), "DeleteConflict");
    iam.detach_policy(PolicyHolder::User("anna"), &arn)
        .await
        .unwrap();
    assert_eq!(code(iam.delete_policy(&arn).await), "DeleteConflict");
    for number in [4, 5, 6, 7] {
        iam.delete_policy_version(&arn, number).await.unwrap();
    }
    let local = PolicyFilter {
        scope: PolicyScope::Local,
        path_prefix: "/",
        only_attached: false,
        usage: None,
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
async fn who_may_not_is_told_why() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let new = NewUser {
        path: Some("/team/"),
        ..named("anna")
    };
    iam.create_user(new).await.unwrap();
    let key = rig.key(&iam, "anna").await;
    let arn = iam.arn_of(PolicyHolder::User("ANNA"));
    assert_eq!(
        arn,
        format!("arn:aws:iam::{}:user/team/anna", account.number)
    );
    let ask = || {
        let anna = rig.identity.find(&key, None).unwrap();
        let asked = iam.authorize(&anna.caller, "iam:GetUser", &arn, &Context::new());
        asked.err().map(|error| error.to_string())
    };
    let expected = format!(
        "User: {arn} is not authorized to perform: iam:GetUser on resource: {arn} \
         because no identity-based policy allows the iam:GetUser action"
    );
    assert_eq!(ask(), Some(expected));
    let of = PolicyHolder::User("anna");
    let text = document("Deny", "iam:*", "*");
    iam.put_policy(of, "p", &text).await.unwrap();
    assert!(
        ask()
            .unwrap()
            .ends_with("with an explicit deny in an identity-based policy")
    );
    iam.delete_policy_of(of, "p").await.unwrap();
    let read = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    iam.attach_policy(of, read).await.unwrap();
    assert_eq!(ask(), None);
    let root = rig.root_of(&account);
    iam.authorize(&root.caller, "iam:CreateUser", &arn, &Context::new())
        .unwrap();
}
