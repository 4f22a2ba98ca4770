use crate::Proof;
use crate::iam::PolicyHolder;
use crate::iam::tests::named;
use crate::model::{Holder, Limits};
use crate::rig::{Rig, document};
use crate::store::row::{Row, RowKey};

fn limits(storage: Option<u64>, rate: Option<u32>) -> Limits {
    Limits {
        storage,
        requests_per_second: rate,
        ..Limits::default()
    }
}

#[test]
fn of_each_limit_the_higher_counts_that_is_set() {
    let one = limits(Some(10), None);
    let other = limits(Some(5), Some(7));
    assert_eq!(one.or_higher(other), limits(Some(10), Some(7)));
    assert_eq!(other.or_higher(one), limits(Some(10), Some(7)));
    assert_eq!(one.or_higher(Limits::default()), one);
}

#[test]
fn limits_are_rows() {
    let row = Row::Limits(crate::model::PolicyLimits {
        policy: "arn:aws:iam::aws:policy/guest".into(),
        limits: limits(Some(1), None),
    });
    let key = row.key().encode();
    assert_eq!(key, "limits/arn:aws:iam::aws:policy/guest");
    assert_eq!(
        row.key(),
        RowKey::Limits("arn:aws:iam::aws:policy/guest".into())
    );
    let bytes = row.encode().unwrap();
    assert_eq!(Row::decode(key.as_bytes(), &bytes).unwrap(), row);
    // As somebody might write it who knows fewer limits.
    let short = b"\x01{\"policy\":\"p\",\"limits\":{}}";
    let Row::Limits(read) = Row::decode(b"limits/p", short).unwrap() else {
        panic!("another row")
    };
    assert_eq!(read.limits, Limits::default());
}

#[tokio::test]
async fn policies_of_a_user_and_its_groups_limit_it_at_once() {
    let rig = Rig::new().await;
    let root = rig.identity.root();
    let iam = rig.identity.iam_of(&root);
    let user = iam.create_user(named("anna")).await.unwrap();
    let key = rig.key(&iam, "anna").await;
    let now = || *rig.identity.find(&key, None).unwrap().caller.limits();
    assert_eq!(now(), Limits::default());

    let guest = "arn:aws:iam::aws:policy/guest";
    iam.attach_policy(PolicyHolder::User("anna"), guest)
        .await
        .unwrap();
    assert_eq!(now().requests_per_second, Some(20));
    assert_eq!(rig.identity.limits_of(&user.id), now());

    // What nobody sets does not limit, and what one sets does, though another policy sets none.
    iam.create_group("staff", None).await.unwrap();
    iam.add_user_to_group("staff", "anna").await.unwrap();
    let text = document("Allow", "s3:*", "*");
    let own = iam.create_policy(crate::iam::NewPolicy {
        name: "own",
        document: &text,
        ..Default::default()
    });
    let own = own.await.unwrap().arn;
    iam.attach_policy(PolicyHolder::Group("staff"), &own)
        .await
        .unwrap();
    assert_eq!(now().requests_per_second, Some(20));
    iam.set_policy_limits(&own, limits(Some(1), Some(30)))
        .await
        .unwrap();
    assert_eq!(now().requests_per_second, Some(30));
    assert_eq!(now().storage, Some(1 << 30));
    iam.set_policy_limits(guest, limits(None, Some(5)))
        .await
        .unwrap();
    assert_eq!(now(), limits(Some(1), Some(30)));
    assert_eq!(rig.identity.limits_of(&user.id), now());
    assert_eq!(iam.get_policy(guest).unwrap().limits, limits(None, Some(5)));

    let rig_again = rig.reopen().await;
    let found = rig_again.identity.limits_of(&user.id);
    assert_eq!(found, limits(Some(1), Some(30)));
    let root = rig_again.identity.root();
    let iam = rig_again.identity.iam_of(&root);
    iam.reset_policy_limits(guest).await.unwrap();
    assert_eq!(
        iam.get_policy(guest).unwrap().limits.requests_per_second,
        Some(20)
    );
    iam.reset_policy_limits(&own).await.unwrap();
    iam.reset_policy_limits(&own).await.unwrap();
    assert_eq!(iam.get_policy(&own).unwrap().limits, Limits::default());
}

#[tokio::test]
async fn limits_go_with_their_policy() {
    let rig = Rig::new().await;
    let root = rig.identity.root();
    let iam = rig.identity.iam_of(&root);
    let text = document("Allow", "s3:*", "*");
    for round in 0..2 {
        let new = iam.create_policy(crate::iam::NewPolicy {
            name: "p",
            document: &text,
            ..Default::default()
        });
        let new = new.await.unwrap();
        assert_eq!(new.limits, Limits::default(), "{round}");
        iam.set_policy_limits(&new.arn, limits(Some(1), None))
            .await
            .unwrap();
        iam.delete_policy(&new.arn).await.unwrap();
    }
    let missing = iam.set_policy_limits("arn:aws:iam::aws:policy/none", Limits::default());
    assert_eq!(missing.await.unwrap_err().code(), "NoSuchEntity");
}

#[tokio::test]
async fn roots_have_no_limits_and_no_holder() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let root = rig.root_of(&account);
    assert_eq!(root.caller.bucket_holder(), None);
    let server = rig.identity.find("ROOTKEY", None).unwrap();
    assert_eq!(server.caller.bucket_holder(), None);
    assert_eq!(*server.caller.limits(), Limits::default());
    // A plain account is looked after like a user.
    let plain = rig.plain("plain-id").await;
    let server = rig.identity.root();
    let iam = rig.identity.iam_of(&server);
    let user = "arn:aws:iam::aws:policy/user";
    iam.attach_policy(PolicyHolder::User("plain-id"), user)
        .await
        .unwrap();
    let caller = rig.root_of(&plain).caller.clone();
    assert_eq!(caller.bucket_holder(), Some("plain-id"));
    assert_eq!(caller.limits().storage, Some(10 << 30));
    assert_eq!(rig.identity.limits_of("plain-id").storage, Some(10 << 30));
    let login = Proof::Login {
        second_factor: None,
    };
    let without_key = rig
        .identity
        .caller_of(&Holder::Account("plain-id".into()), login);
    assert_eq!(without_key.unwrap().limits().storage, Some(10 << 30));
}

#[tokio::test]
async fn ready_made_roles_let_users_do_what_they_say() {
    use crate::policy::Context;
    use crate::{Owner, Target};
    let rig = Rig::new().await;
    let root = rig.identity.root();
    let iam = rig.identity.iam_of(&root);
    iam.create_user(named("anna")).await.unwrap();
    let key = rig.key(&iam, "anna").await;
    let user = "arn:aws:iam::aws:policy/user";
    iam.attach_policy(PolicyHolder::User("anna"), user)
        .await
        .unwrap();
    let caller = rig.identity.find(&key, None).unwrap().caller.clone();
    let may = |action: &str, resource: &str| {
        let target = Target {
            resource: resource.as_bytes(),
            owner: Owner::Account(&root),
            policy: None,
        };
        caller
            .authorize(action, &target, &Context::new())
            .is_allowed()
    };
    assert!(may("s3:CreateBucket", "arn:aws:s3:::anna-photos"));
    assert!(may("s3:PutObject", "arn:aws:s3:::anna-photos/a/b"));
    assert!(may("s3:PutObject", "arn:aws:s3:::anna/a"));
    assert!(may("s3:ListAllMyBuckets", "arn:aws:s3:::*"));
    assert!(!may("s3:GetObject", "arn:aws:s3:::berta-photos/a"));
    assert!(!may("s3:CreateBucket", "arn:aws:s3:::annas"));
    let number = &root.number;
    assert!(may(
        "iam:CreateAccessKey",
        &format!("arn:aws:iam::{number}:user/anna")
    ));
    assert!(!may(
        "iam:CreateAccessKey",
        &format!("arn:aws:iam::{number}:user/berta")
    ));
    assert!(!may(
        "iam:AttachUserPolicy",
        &format!("arn:aws:iam::{number}:user/anna")
    ));
}
