use super::*;
use crate::caller::Refusal;
use crate::iam::tests::{ALL, code, named};
use crate::iam::{KeyRequest, KeyStatus};
use crate::policy::PrincipalKind;
use crate::rig::Rig;

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
    let update = Renaming {
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
                search: None,
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
