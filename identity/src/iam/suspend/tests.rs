use super::Suspension;
use crate::caller::{Refusal, Suspended};
use crate::iam::{Iam, NewRole, PolicyHolder};
use crate::identity::Identity;
use crate::policy::Context;
use crate::rig::{LOGIN, Rig, document, user};
use crate::sts::{AssumeRole, FederationRequest, Issued};

async fn role(iam: &Iam<'_>, name: &str) -> String {
    let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}"#;
    let new = NewRole {
        name,
        trust,
        ..NewRole::default()
    };
    iam.create_role(new).await.unwrap().arn()
}

fn assume(identity: &Identity, by: &Issued, role: &str) -> Issued {
    let by = identity.find(&by.access_key, Some(&by.token)).unwrap();
    let request = AssumeRole {
        role_arn: role,
        session_name: "today",
        ..AssumeRole::default()
    };
    let assumed = identity.assume_role(by.caller().unwrap(), &request, &Context::new());
    assumed.unwrap().credentials
}

fn lets_in(identity: &Identity, key: &str, token: Option<&str>) -> Result<(), Suspended> {
    let found = identity.find(key, token).unwrap();
    found.caller().map(drop)
}

#[tokio::test]
async fn nothing_of_a_suspended_user_lets_anybody_in_until_it_is_taken_back() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let (identity, iam) = (&rig.identity, rig.identity.iam_of(&account));
    let anna = user(&iam, "anna").await;
    user(&iam, "berta").await;
    let all = document("Allow", "*", "*");
    let holder = PolicyHolder::User("anna");
    iam.put_policy(holder, "p", &all).await.unwrap();
    let key = rig.key(&iam, "anna").await;
    let others = rig.key(&iam, "berta").await;
    let caller = identity.find(&key, None).unwrap();
    let caller = caller.caller().unwrap();
    let session = identity.get_session_token(caller, None).unwrap();
    let request = FederationRequest {
        name: "guest",
        ..FederationRequest::default()
    };
    let federated = identity.get_federation_token(caller, &request, &Context::new());
    let federated = federated.unwrap().credentials;
    let role = role(&iam, "reader").await;
    let assumed = assume(identity, &session, &role);
    let again = assume(identity, &assumed, &role);
    let all_of_it = [&session, &federated, &assumed, &again];

    iam.suspend_user("anna", Suspension::Begins).await.unwrap();
    let since = iam.get_user(Some("anna")).unwrap().suspended;
    assert!(since.is_some());
    iam.suspend_user("anna", Suspension::Begins).await.unwrap();
    assert_eq!(iam.get_user(Some("anna")).unwrap().suspended, since);
    assert_eq!(lets_in(identity, &key, None), Err(Suspended));
    for issued in all_of_it {
        let refused = lets_in(identity, &issued.access_key, Some(&issued.token));
        assert_eq!(refused, Err(Suspended));
    }
    assert!(identity.is_suspended(&anna));
    assert!(identity.caller_of(&anna, LOGIN).is_none());
    assert_eq!(lets_in(identity, &others, None), Ok(()));
    // A signature is still checked, with the secret there is: nobody else is told.
    assert!(identity.find(&key, None).is_ok());

    iam.suspend_user("anna", Suspension::Ends).await.unwrap();
    assert_eq!(iam.get_user(Some("anna")).unwrap().suspended, None);
    assert_eq!(lets_in(identity, &key, None), Ok(()));
    for issued in all_of_it {
        let found = lets_in(identity, &issued.access_key, Some(&issued.token));
        assert_eq!(found, Ok(()));
    }
    assert!(identity.caller_of(&anna, LOGIN).is_some());
}

#[tokio::test]
async fn what_a_suspended_user_assumed_is_not_given_back_by_deleting_it() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let (identity, iam) = (&rig.identity, rig.identity.iam_of(&account));
    user(&iam, "anna").await;
    let key = rig.key(&iam, "anna").await;
    let caller = identity.find(&key, None).unwrap();
    let session = identity.get_session_token(caller.caller().unwrap(), None);
    let role = role(&iam, "reader").await;
    let assumed = assume(identity, &session.unwrap(), &role);
    iam.suspend_user("anna", Suspension::Begins).await.unwrap();
    iam.delete_access_key(Some("anna"), &key).await.unwrap();
    iam.delete_user("anna").await.unwrap();
    let found = identity.find(&assumed.access_key, Some(&assumed.token));
    assert_eq!(found.unwrap_err(), Refusal::InvalidToken);
}

#[tokio::test]
async fn a_suspension_outlives_a_restart_and_older_rows_have_none() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    user(&iam, "anna").await;
    let key = rig.key(&iam, "anna").await;
    iam.suspend_user("anna", Suspension::Begins).await.unwrap();
    let rig = rig.reopen().await;
    assert_eq!(lets_in(&rig.identity, &key, None), Err(Suspended));
    let row = r#"{"id":"AIDA","space":"","path":"/","name":"old","created":1,"tags":[],
        "groups":[],"attached":[],"boundary":null}"#;
    let old: crate::model::User = serde_json::from_str(row).unwrap();
    assert_eq!(old.suspended, None);
}
