use std::sync::Arc;

use super::NotOwn;
use crate::caller::Caller;
use crate::holders::{Proof, Restriction};
use crate::iam::{KeyRequest, KeyStatus, NewRole, PolicyHolder};
use crate::model::Holder;
use crate::policy::Context;
use crate::rig::{LOGIN, Rig, document, user};
use crate::sts::{AssumeRole, FederationRequest, Issued};

impl Rig {
    fn login(&self, holder: &Holder) -> Arc<Caller> {
        self.identity.caller_of(holder, LOGIN).unwrap()
    }

    fn refused(&self, caller: &Caller, id: &str) -> NotOwn {
        self.identity.own_key(caller, id).unwrap_err()
    }

    fn signed_by(&self, issued: &Issued) -> Arc<Caller> {
        let found = self.identity.find(&issued.access_key, Some(&issued.token));
        Arc::clone(found.unwrap().caller().unwrap())
    }
}

#[tokio::test]
async fn a_key_signs_for_its_holder_and_nobody_else_while_it_counts() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let (identity, iam) = (&rig.identity, rig.identity.iam_of(&account));
    let anna = user(&iam, "anna").await;
    let berta = user(&iam, "berta").await;
    let request = KeyRequest {
        expires: Some(identity.seconds() + 60),
        ..KeyRequest::default()
    };
    let made = iam.create_access_key_as(Some("anna"), request).await;
    let made = made.unwrap();
    let key = made.key.id.as_str();
    let (by_anna, by_berta) = (rig.login(&anna), rig.login(&berta));
    let own = identity.own_key(&by_anna, key).unwrap();
    assert_eq!(own.secret.expose(), made.secret.expose());
    assert_eq!(own.expires, made.key.expires);
    // What is another's is as what is not there: of the root over it, too.
    let root = rig.root_of(&account);
    for caller in [&by_berta, &root.caller] {
        assert_eq!(rig.refused(caller, key), NotOwn::Absent);
    }
    assert_eq!(rig.refused(&by_anna, "AKIANONE"), NotOwn::Absent);
    let switch = async |status| iam.update_access_key(Some("anna"), key, status).await;
    switch(KeyStatus::Inactive).await.unwrap();
    assert_eq!(rig.refused(&by_anna, key), NotOwn::Inactive);
    // Of another's nobody learns that either.
    assert_eq!(rig.refused(&by_berta, key), NotOwn::Absent);
    switch(KeyStatus::Active).await.unwrap();
    rig.pass(60);
    assert_eq!(rig.refused(&by_anna, key), NotOwn::Expired);
}

#[tokio::test]
async fn the_root_of_the_server_signs_with_its_own() {
    let rig = Rig::new().await;
    let root = rig.login(&Holder::Account("root-id".into()));
    let own = rig.identity.own_key(&root, "ROOTKEY").unwrap();
    assert_eq!(own.secret.expose(), "root-secret");
    let account = rig.account("one").await;
    let root_of_one = rig.root_of(&account);
    let others = root_of_one.caller.access_key();
    assert_eq!(rig.refused(&root, others), NotOwn::Absent);
}

/// Whatever limits who asks would be gotten around by a key that it does not limit.
#[tokio::test]
async fn who_is_narrowed_signs_with_no_key() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let (identity, iam) = (&rig.identity, rig.identity.iam_of(&account));
    let anna = user(&iam, "anna").await;
    let all = document("Allow", "*", "*");
    let holder = PolicyHolder::User("anna");
    iam.put_policy(holder, "p", &all).await.unwrap();
    let key = rig.key(&iam, "anna").await;
    let narrow = document("Allow", "s3:GetObject", "*");
    let narrow = narrow.as_str();
    let restriction = Restriction::parse(narrow).unwrap();
    let with = |restriction| {
        let proof = Proof::Token { restriction };
        identity.caller_of(&anna, proof).unwrap()
    };
    identity.own_key(&with(None), &key).unwrap();
    let mut narrowed = vec![with(Some(&restriction))];
    let request = KeyRequest {
        restriction: Some(narrow),
        ..KeyRequest::default()
    };
    let made = iam.create_access_key_as(Some("anna"), request).await;
    let by_narrow_key = identity.find(&made.unwrap().key.id, None).unwrap();
    narrowed.push(Arc::clone(by_narrow_key.caller().unwrap()));
    let by_key = identity.find(&key, None).unwrap();
    let by_key = by_key.caller().unwrap();
    let session = identity.get_session_token(by_key, None).unwrap();
    narrowed.push(rig.signed_by(&session));
    let request = FederationRequest {
        name: "guest",
        policy: Some(narrow),
        ..FederationRequest::default()
    };
    let federated = identity.get_federation_token(by_key, &request, &Context::new());
    narrowed.push(rig.signed_by(&federated.unwrap().credentials));
    let role = NewRole {
        name: "reader",
        trust: r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
            "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}"#,
        ..NewRole::default()
    };
    let role = iam.create_role(role).await.unwrap().arn();
    let root = rig.root_of(&account);
    let root_key = root.caller.access_key();
    let request = AssumeRole {
        role_arn: &role,
        session_name: "today",
        ..AssumeRole::default()
    };
    let by_root = rig.signed_by(&identity.get_session_token(&root.caller, None).unwrap());
    narrowed.push(by_root);
    let assumed = identity.assume_role(by_key, &request, &Context::new());
    narrowed.push(rig.signed_by(&assumed.unwrap().credentials));
    for caller in &narrowed {
        for id in [key.as_str(), root_key, "AKIANONE"] {
            let refused = rig.refused(caller, id);
            assert_eq!(refused, NotOwn::Narrowed, "{}", caller.arn());
        }
    }
    assert_eq!(rig.refused(&Caller::anonymous(), &key), NotOwn::Narrowed);
}
