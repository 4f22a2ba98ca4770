use super::*;
use crate::iam::Tagged;
use crate::iam::tests::{code, named};
use crate::rig::Rig;

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
