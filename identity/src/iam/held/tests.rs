use super::*;
use crate::iam::{NewUser, PolicyHolder};
use crate::policy::Work;
use crate::rig::{Rig, document};

/// All that speaks of something is found, with who brings it, whatever it is about.
#[tokio::test]
async fn statements_are_found_with_where_they_come_from() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let fence = document("Allow", "s3:*", "*");
    let boundary = iam.create_policy(crate::iam::NewPolicy {
        name: "fence",
        document: &fence,
        ..Default::default()
    });
    let boundary = boundary.await.unwrap().arn;
    let anna = NewUser {
        name: "anna",
        boundary: Some(&boundary),
        ..NewUser::default()
    };
    let anna = iam.create_user(anna).await.unwrap().arn;
    iam.create_group("readers", None).await.unwrap();
    iam.add_user_to_group("readers", "anna").await.unwrap();
    let reading = document("Allow", "s3:GetObject", "arn:aws:s3:::photos/*");
    let group = PolicyHolder::Group("readers");
    iam.put_policy(group, "read", &reading).await.unwrap();
    let writing = document("Deny", "s3:Put*", "arn:aws:s3:::photos/*");
    let user = PolicyHolder::User("anna");
    iam.put_policy(user, "no-writing", &writing).await.unwrap();
    let found = |action| {
        let held = iam
            .statements_of(&anna, action, &[], &Work::default())
            .unwrap()
            .into_iter();
        held.map(|it| (it.layer, it.policy, it.group, it.effect))
            .collect::<Vec<_>>()
    };
    let own = (
        Layer::Identity,
        "user/anna/no-writing".to_owned(),
        None,
        Effect::Deny,
    );
    let of_group = (
        Layer::Identity,
        "group/readers/read".to_owned(),
        Some("readers".to_owned()),
        Effect::Allow,
    );
    let fence = (Layer::Boundary, boundary, None, Effect::Allow);
    assert_eq!(found(None), [own.clone(), of_group.clone(), fence.clone()]);
    assert_eq!(
        found(Some("s3:GetObject")),
        [of_group.clone(), fence.clone()]
    );
    assert_eq!(found(Some("s3:PutObject")), [own, fence]);
    assert_eq!(found(Some("iam:ListUsers")), []);
    let readers = iam
        .statements_of(&iam.arn("group/readers"), None, &[], &Work::default())
        .unwrap();
    assert_eq!(readers.len(), 1);
    assert!(
        iam.statements_of(&iam.arn("user/nobody"), None, &[], &Work::default())
            .is_err()
    );
}

#[tokio::test]
async fn a_condition_fails_by_what_is_known_and_not_by_what_is_not() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let anna = NewUser {
        name: "anna",
        ..NewUser::default()
    };
    let anna = iam.create_user(anna).await.unwrap().arn;
    let inside = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*",
        "Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}}"#;
    let user = PolicyHolder::User("anna");
    iam.put_policy(user, "inside", inside).await.unwrap();
    let fails = |address: Option<&str>| {
        let address = address.map(|it| ("aws:SourceIp".to_owned(), vec![it.to_owned()]));
        let known: Vec<_> = address.into_iter().collect();
        let held = iam.statements_of(&anna, Some("s3:GetObject"), &known, &Work::default());
        held.unwrap()[0].fails
    };
    assert!(!fails(None) && !fails(Some("10.1.2.3")));
    assert!(fails(Some("192.0.2.1")));
}
