use serde_json::json;

use super::*;
use crate::iam::{NewUser, PolicyHolder};
use crate::policy::{Kind, Policy, PrincipalKind};
use crate::rig::{Rig, document};

const KEY: &str = "arn:aws:s3:::b/k";

fn may(caller: &Caller, action: &str, policy: Option<&Policy>) -> bool {
    let target = Target {
        resource: KEY.as_bytes(),
        owner: Owner::Caller,
        policy,
    };
    let decision = caller.authorize(action, &target, &Context::new());
    decision.is_allowed()
}

fn letting_in(who: &str) -> Policy {
    let document = json!({"Statement": {"Effect": "Allow", "Principal": {"AWS": who},
        "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}});
    Policy::parse(Kind::Bucket, &document.to_string()).unwrap()
}

/// An account with a user anna who may read and ask for federated users.
async fn with_anna(rig: &Rig) -> (String, std::sync::Arc<Caller>) {
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let anna = NewUser {
        name: "anna",
        tags: vec![tag("Department", "Marketing"), tag("Team", "Red")],
        ..NewUser::default()
    };
    let anna = iam.create_user(anna).await.unwrap();
    let of = PolicyHolder::User("anna");
    for (name, action) in [("read", "s3:Get*"), ("ask", "sts:GetFederationToken")] {
        let text = document("Allow", action, "*");
        iam.put_policy(of, name, &text).await.unwrap();
    }
    let key = rig.key(&iam, "anna").await;
    let found = rig.identity.find(&key, None).unwrap();
    (anna.arn, std::sync::Arc::clone(&found.caller))
}

fn tag(key: &str, value: &str) -> Tag {
    Tag {
        key: key.into(),
        value: value.into(),
    }
}

fn bob(policy: Option<&str>) -> FederationRequest<'_> {
    FederationRequest {
        name: "Bob",
        policy,
        ..FederationRequest::default()
    }
}

fn federate(rig: &Rig, caller: &Caller, request: &FederationRequest<'_>) -> Result<Federated> {
    let context = Context::new();
    rig.identity.get_federation_token(caller, request, &context)
}

fn caller(rig: &Rig, federated: &Federated) -> std::sync::Arc<Caller> {
    let issued = &federated.credentials;
    let found = rig.identity.find(&issued.access_key, Some(&issued.token));
    std::sync::Arc::clone(&found.unwrap().caller)
}

#[tokio::test]
async fn rights_are_what_both_sides_allow() {
    let rig = Rig::new().await;
    let (anna_arn, anna) = with_anna(&rig).await;
    let everything = document("Allow", "s3:*", "*");
    let federated = federate(&rig, &anna, &bob(Some(&everything))).unwrap();
    let number = &anna.account().number;
    assert_eq!(
        federated.arn,
        format!("arn:aws:sts::{number}:federated-user/Bob")
    );
    assert_eq!(federated.id, format!("{number}:Bob"));
    let session = caller(&rig, &federated);
    assert_eq!(session.kind(), PrincipalKind::FederatedUser);
    assert_eq!(
        (session.arn(), session.unique_id()),
        (&*federated.arn, &*federated.id)
    );
    assert!(
        may(&session, "s3:GetObject", None),
        "anna may, and the session"
    );
    assert!(!may(&session, "s3:PutObject", None), "anna may not");

    let listing = document("Allow", "s3:List*", "*");
    let federated = federate(&rig, &anna, &bob(Some(&listing))).unwrap();
    let session = caller(&rig, &federated);
    assert!(!may(&session, "s3:GetObject", None), "the session may not");
    // A bucket that names the session lets it in beyond that, one that names its user does not.
    let by_name = letting_in(&federated.arn);
    assert!(may(&session, "s3:PutObject", Some(&by_name)));
    let by_user = letting_in(&anna_arn);
    assert!(!may(&session, "s3:PutObject", Some(&by_user)));

    let bare = caller(&rig, &federate(&rig, &anna, &bob(None)).unwrap());
    assert!(
        !may(&bare, "s3:GetObject", None),
        "without a policy there are no rights"
    );
    assert!(may(&bare, "s3:GetObject", Some(&by_name)));
    assert!(!may(&bare, "s3:GetObject", Some(&by_user)));
}

#[tokio::test]
async fn the_root_gives_no_more_than_the_session_says() {
    let rig = Rig::new().await;
    let root = rig.identity.find("ROOTKEY", None).unwrap();
    let reading = document("Allow", "s3:Get*", "*");
    let request = FederationRequest {
        seconds: Some(limits::USER_SESSION_SECONDS_MAX),
        ..bob(Some(&reading))
    };
    let federated = federate(&rig, &root.caller, &request).unwrap();
    let session = caller(&rig, &federated);
    assert!(!session.is_administrator());
    assert!(may(&session, "s3:GetObject", None) && !may(&session, "s3:PutObject", None));
    let lasts = federated.credentials.expires - rig.identity.seconds();
    assert_eq!(lasts, u64::from(limits::ROOT_SESSION_SECONDS_MAX));
}

#[tokio::test]
async fn who_asks_needs_a_lasting_key_and_the_right() {
    let rig = Rig::new().await;
    let (_, anna) = with_anna(&rig).await;
    let refused =
        |request: &FederationRequest<'_>| federate(&rig, &anna, request).unwrap_err().code();
    for name in ["B", "Bob Miller", &"x".repeat(33), ""] {
        let request = FederationRequest {
            name,
            ..FederationRequest::default()
        };
        assert_eq!(refused(&request), "ValidationError", "{name}");
    }
    for seconds in [899, 129_601] {
        let request = FederationRequest {
            seconds: Some(seconds),
            ..bob(None)
        };
        assert_eq!(refused(&request), "ValidationError");
    }
    assert_eq!(refused(&bob(Some("{"))), "MalformedPolicyDocument");
    let request = FederationRequest {
        policy_arns: vec!["arn:aws:iam::aws:policy/None".into()],
        ..bob(None)
    };
    assert_eq!(refused(&request), "NoSuchEntity");
    let tagged = FederationRequest {
        tags: vec![tag("department", "Sales")],
        ..bob(None)
    };
    assert_eq!(
        refused(&tagged),
        "AccessDenied",
        "sts:TagSession is not allowed"
    );

    let session = caller(&rig, &federate(&rig, &anna, &bob(None)).unwrap());
    for caller in [&session, &Caller::anonymous()] {
        let again = federate(&rig, caller, &bob(None)).unwrap_err();
        assert_eq!(again.code(), "AccessDenied");
    }
    let iam = rig.identity.iam_of(anna.account());
    let berta = NewUser {
        name: "berta",
        ..NewUser::default()
    };
    iam.create_user(berta).await.unwrap();
    let key = rig.key(&iam, "berta").await;
    let berta = rig.identity.find(&key, None).unwrap();
    let denied = federate(&rig, &berta.caller, &bob(None)).unwrap_err();
    assert_eq!(denied.code(), "AccessDenied");
}

#[tokio::test]
async fn tags_of_the_session_come_first() {
    let rig = Rig::new().await;
    let (_, anna) = with_anna(&rig).await;
    let iam = rig.identity.iam_of(anna.account());
    let tagging = document("Allow", "sts:*", "*");
    iam.put_policy(PolicyHolder::User("anna"), "ask", &tagging)
        .await
        .unwrap();
    let anna = rig.identity.find(anna.access_key(), None).unwrap();
    let tagged = FederationRequest {
        tags: vec![tag("department", "Sales")],
        ..bob(None)
    };
    let session = caller(&rig, &federate(&rig, &anna.caller, &tagged).unwrap());
    let context = &session.principal().context;
    for (key, value) in [("Department", "Sales"), ("Team", "Red")] {
        let found = context.get(&format!("aws:PrincipalTag/{key}")).unwrap();
        assert_eq!(found, [value]);
    }
}
