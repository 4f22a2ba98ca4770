//! The documented cases of policy evaluation.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const ANNA: &str = "arn:aws:iam::111111111111:user/anna";
const ROLE: &str = "arn:aws:iam::111111111111:role/reader";
const SESSION: &str = "arn:aws:sts::111111111111:assumed-role/reader/today";

fn anna() -> Principal {
    Principal {
        kind: PrincipalKind::User,
        arn: ANNA.into(),
        account: "111111111111".into(),
        canonical_id: "one".into(),
        unique_id: "AIDAANNAANNAANNAANNA".into(),
        ..Principal::default()
    }
}

fn session() -> Principal {
    Principal {
        kind: PrincipalKind::Session,
        arn: SESSION.into(),
        unique_id: "AROAREADERREADERREAD:today".into(),
        role: Some(RoleName {
            arn: ROLE.into(),
            unique_id: "AROAREADERREADERREAD".into(),
        }),
        ..anna()
    }
}

fn root() -> Principal {
    Principal {
        kind: PrincipalKind::Account,
        arn: "arn:aws:iam::111111111111:root".into(),
        ..anna()
    }
}

pub(super) fn policy(kind: Kind, mut statement: Value) -> Policy {
    let fields = statement.as_object_mut().unwrap();
    fields.entry("Effect").or_insert(json!("Allow"));
    fields.entry("Action").or_insert(json!("s3:GetObject"));
    fields
        .entry("Resource")
        .or_insert(json!("arn:aws:s3:::b/*"));
    let document = json!({"Version": "2012-10-17", "Statement": statement});
    Policy::parse(kind, &document.to_string()).unwrap()
}

fn identity(effect: &str) -> Policy {
    policy(Kind::Identity, json!({"Effect": effect}))
}

pub(super) fn bucket(effect: &str, principal: Value) -> Policy {
    policy(
        Kind::Bucket,
        json!({"Effect": effect, "Principal": principal}),
    )
}

/// All layers, empty.
const NOTHING: Layers<'static> = Layers {
    standing: Standing::Ordinary,
    identity: &[],
    boundary: None,
    session: &[],
    restriction: None,
    resource: None,
    relation: Relation::SameAccount,
};

fn named(policy: &Policy) -> Named {
    Named {
        name: "p".into(),
        policy: Arc::new(policy.clone()),
    }
}

fn ask(principal: &Principal, layers: &Layers<'_>) -> Outcome {
    decide(principal, layers, "s3:getobject", b"arn:aws:s3:::b/k").0
}

fn decide(
    principal: &Principal,
    layers: &Layers<'_>,
    action: &str,
    resource: &[u8],
) -> (Outcome, Layer) {
    let decision = evaluate(
        layers,
        &Request {
            principal,
            action,
            resource,
            context: &Context::new(),
            now: std::time::SystemTime::now(),
            work: &Work::default(),
        },
    );
    (decision.outcome, decision.because.layer)
}

use Outcome::{Allow, ExplicitDeny, ImplicitDeny};

#[test]
fn within_an_account_either_side_allows_and_any_deny_denies() {
    let (allow, deny) = (identity("Allow"), identity("Deny"));
    let (bucket_allow, bucket_deny) = (
        bucket("Allow", json!({"AWS": ANNA})),
        bucket("Deny", json!("*")),
    );
    for (identity, resource, expected) in [
        (None, None, ImplicitDeny),
        (Some(&allow), None, Allow),
        (None, Some(&bucket_allow), Allow),
        (Some(&allow), Some(&bucket_deny), ExplicitDeny),
        (Some(&deny), Some(&bucket_allow), ExplicitDeny),
        (Some(&deny), None, ExplicitDeny),
    ] {
        let list: Vec<Named> = identity.into_iter().map(named).collect();
        let layers = Layers {
            identity: &list,
            resource,
            ..NOTHING
        };
        assert_eq!(ask(&anna(), &layers), expected, "{identity:?} {resource:?}");
    }
}

#[test]
fn between_accounts_both_sides_allow() {
    let allow = identity("Allow");
    let list = [named(&allow)];
    let to_account = bucket("Allow", json!({"AWS": "111111111111"}));
    let to_anna = bucket("Allow", json!({"AWS": ANNA}));
    let cross = Layers {
        relation: Relation::CrossAccount,
        ..NOTHING
    };
    assert_eq!(
        ask(
            &anna(),
            &Layers {
                identity: &list,
                ..cross
            }
        ),
        ImplicitDeny
    );
    assert_eq!(
        ask(
            &anna(),
            &Layers {
                resource: Some(&to_anna),
                ..cross
            }
        ),
        ImplicitDeny
    );
    for resource in [&to_account, &to_anna] {
        let both = Layers {
            identity: &list,
            resource: Some(resource),
            ..cross
        };
        assert_eq!(ask(&anna(), &both), Allow);
    }
    // The root of an account needs no policy of its own.
    let owner = Layers {
        standing: Standing::Owner,
        resource: Some(&to_account),
        ..cross
    };
    assert_eq!(ask(&root(), &owner), Allow);
    assert_eq!(
        ask(
            &root(),
            &Layers {
                resource: None,
                ..owner
            }
        ),
        ImplicitDeny
    );
}

#[test]
fn naming_the_account_leaves_it_to_the_account() {
    let to_account = bucket("Allow", json!({"AWS": "arn:aws:iam::111111111111:root"}));
    let layers = Layers {
        resource: Some(&to_account),
        ..NOTHING
    };
    assert_eq!(ask(&anna(), &layers), ImplicitDeny);
    let everyone = bucket("Allow", json!("*"));
    assert_eq!(
        ask(
            &anna(),
            &Layers {
                resource: Some(&everyone),
                ..NOTHING
            }
        ),
        Allow
    );
    let denies_account = bucket("Deny", json!({"AWS": "111111111111"}));
    let allow = identity("Allow");
    let list = [named(&allow)];
    let layers = Layers {
        identity: &list,
        resource: Some(&denies_account),
        ..NOTHING
    };
    assert_eq!(ask(&anna(), &layers), ExplicitDeny);
}

/// What a boundary or a session policy that is silent takes away, by what the bucket names.
#[test]
fn boundaries_and_session_policies_limit() {
    let elsewhere = policy(Kind::Identity, json!({"Action": "sqs:*", "Resource": "*"}));
    let allow = identity("Allow");
    let list = [named(&allow)];
    let elsewhere = [named(&elsewhere)];
    let limited = Layers {
        boundary: elsewhere.first(),
        ..NOTHING
    };
    assert_eq!(
        ask(
            &anna(),
            &Layers {
                identity: &list,
                ..limited
            }
        ),
        ImplicitDeny
    );
    let in_session = Layers {
        session: &elsewhere,
        ..NOTHING
    };
    for (principal, who, expected) in [
        (anna(), json!({"AWS": ANNA}), Allow),
        (session(), json!({"AWS": SESSION}), Allow),
        (
            session(),
            json!({"AWS": "arn:aws:iam::111111111111:assumed-role/reader/today"}),
            Allow,
        ),
        (session(), json!({"AWS": ROLE}), ImplicitDeny),
        (
            session(),
            json!({"AWS": "AROAREADERREADERREAD"}),
            ImplicitDeny,
        ),
        (session(), json!("*"), Allow),
    ] {
        let bucket = bucket("Allow", who.clone());
        for layers in [limited, in_session] {
            let layers = Layers {
                resource: Some(&bucket),
                ..layers
            };
            assert_eq!(ask(&principal, &layers), expected, "{who}");
        }
    }
    // Nothing limits it: a role named by the bucket needs no policy of its own.
    let to_role = bucket("Allow", json!({"AWS": ROLE}));
    assert_eq!(
        ask(
            &session(),
            &Layers {
                resource: Some(&to_role),
                ..NOTHING
            }
        ),
        Allow
    );
    let both = Layers {
        session: &list,
        boundary: list.first(),
        ..NOTHING
    };
    assert_eq!(
        ask(
            &session(),
            &Layers {
                resource: Some(&to_role),
                ..both
            }
        ),
        Allow
    );
    assert_eq!(
        ask(
            &session(),
            &Layers {
                identity: &list,
                ..both
            }
        ),
        Allow
    );
    let denying = [named(&identity("Deny"))];
    let layers = Layers {
        identity: &list,
        session: &denying,
        ..NOTHING
    };
    assert_eq!(ask(&session(), &layers), ExplicitDeny);
}

#[test]
fn a_restricted_credential_stays_restricted() {
    let elsewhere = named(&policy(
        Kind::Identity,
        json!({"Action": "sqs:*", "Resource": "*"}),
    ));
    let everyone = bucket("Allow", json!("*"));
    for standing in [Standing::Ordinary, Standing::Owner, Standing::Administrator] {
        let layers = Layers {
            standing,
            restriction: Some(&elsewhere),
            resource: Some(&everyone),
            ..NOTHING
        };
        assert_eq!(ask(&anna(), &layers), ImplicitDeny);
    }
}

#[test]
fn owners_and_administrators() {
    let denied = bucket("Deny", json!("*"));
    let layers = Layers {
        standing: Standing::Owner,
        ..NOTHING
    };
    assert_eq!(ask(&root(), &layers), Allow);
    let layers = Layers {
        resource: Some(&denied),
        ..layers
    };
    assert_eq!(ask(&root(), &layers), ExplicitDeny);
    let layers = Layers {
        standing: Standing::Administrator,
        ..layers
    };
    assert_eq!(ask(&root(), &layers), Allow);
}

/// Nobody else could take away what locks an owner out.
#[test]
fn the_policy_of_a_bucket_is_its_owners_whatever_it_says() {
    let denied = policy(
        Kind::Bucket,
        json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b"}),
    );
    let owner = Layers {
        standing: Standing::Owner,
        resource: Some(&denied),
        ..NOTHING
    };
    let ask = |layers: &Layers<'_>, action| decide(&root(), layers, action, b"arn:aws:s3:::b").0;
    let vouched_for = Principal {
        kind: PrincipalKind::FederatedUser,
        ..root()
    };
    for action in evaluate::OF_BUCKET_POLICY {
        assert_eq!(ask(&owner, action), Allow, "{action}");
        let others = Layers {
            relation: Relation::CrossAccount,
            ..owner
        };
        assert_eq!(ask(&others, action), ExplicitDeny, "{action}");
        let user = Layers {
            standing: Standing::Ordinary,
            ..owner
        };
        assert_eq!(ask(&user, action), ExplicitDeny, "{action}");
        let federated = decide(&vouched_for, &owner, action, b"arn:aws:s3:::b").0;
        assert_eq!(federated, ExplicitDeny, "{action}");
    }
    assert_eq!(ask(&owner, "s3:putbucketacl"), ExplicitDeny);
}

#[test]
fn a_role_is_assumed_only_by_whom_it_trusts() {
    let allow = identity("Allow");
    let list = [named(&allow)];
    let trust = Layers {
        relation: Relation::Trust,
        ..NOTHING
    };
    for (who, alone, with_policy) in [
        (None, ImplicitDeny, ImplicitDeny),
        (Some(json!({"AWS": ANNA})), Allow, Allow),
        (Some(json!({"AWS": "111111111111"})), ImplicitDeny, Allow),
        (
            Some(json!({"AWS": "222222222222"})),
            ImplicitDeny,
            ImplicitDeny,
        ),
    ] {
        let policy = who.clone().map(|who| bucket("Allow", who));
        let layers = Layers {
            resource: policy.as_ref(),
            ..trust
        };
        assert_eq!(ask(&anna(), &layers), alone, "{who:?}");
        assert_eq!(
            ask(
                &anna(),
                &Layers {
                    identity: &list,
                    ..layers
                }
            ),
            with_policy,
            "{who:?}"
        );
    }
}

#[test]
fn nobody_in_particular() {
    let nobody = Principal::default();
    let cross = Layers {
        relation: Relation::CrossAccount,
        ..NOTHING
    };
    assert_eq!(ask(&nobody, &cross), ImplicitDeny);
    for (who, expected) in [
        (json!("*"), Allow),
        (json!({"AWS": "*"}), Allow),
        (json!({"AWS": "111111111111"}), ImplicitDeny),
        (json!({"CanonicalUser": "one"}), ImplicitDeny),
    ] {
        let bucket = bucket("Allow", who);
        assert_eq!(
            ask(
                &nobody,
                &Layers {
                    resource: Some(&bucket),
                    ..cross
                }
            ),
            expected
        );
    }
}

#[test]
fn negations_choose_what_is_not_listed() {
    let but_anna = policy(
        Kind::Bucket,
        json!({"Effect": "Deny", "NotPrincipal": {"AWS": ANNA}}),
    );
    let owner = Layers {
        standing: Standing::Owner,
        resource: Some(&but_anna),
        ..NOTHING
    };
    assert_eq!(ask(&anna(), &owner), Allow);
    assert_eq!(ask(&session(), &owner), ExplicitDeny);

    let document = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::secret/*"}});
    let rest = Policy::parse(Kind::Identity, &document.to_string()).unwrap();
    let list = [named(&rest)];
    let layers = Layers {
        identity: &list,
        ..NOTHING
    };
    for (action, resource, expected) in [
        ("s3:GetObject", &b"arn:aws:s3:::open/k"[..], Allow),
        ("iam:CreateUser", b"arn:aws:iam:::user/x", ImplicitDeny),
        ("s3:GetObject", b"arn:aws:s3:::secret/k", ImplicitDeny),
    ] {
        assert_eq!(decide(&anna(), &layers, action, resource).0, expected);
    }
}

#[test]
fn accounts_without_a_number_are_named_by_their_canonical_id() {
    let plain = Principal {
        kind: PrincipalKind::Account,
        arn: "arn:aws:iam:::user/abc".into(),
        account: String::new(),
        canonical_id: "abc".into(),
        is_plain_account: true,
        ..Principal::default()
    };
    for (who, expected) in [
        (json!({"AWS": "arn:aws:iam:::user/abc"}), Allow),
        (json!({"AWS": "arn:aws:iam::abc:root"}), Allow),
        (json!({"CanonicalUser": "abc"}), Allow),
        (json!({"AWS": "arn:aws:iam:::root"}), ImplicitDeny),
        (json!({"AWS": "arn:aws:iam:::user/abd"}), ImplicitDeny),
    ] {
        let bucket = bucket("Allow", who.clone());
        let layers = Layers {
            resource: Some(&bucket),
            ..NOTHING
        };
        assert_eq!(ask(&plain, &layers), expected, "{who}");
    }
}

#[test]
fn decisions_say_what_they_rest_on() {
    let deny = policy(
        Kind::Identity,
        json!({"Effect": "Deny", "Sid": "NoReading"}),
    );
    let list = [named(&deny)];
    let layers = Layers {
        identity: &list,
        ..NOTHING
    };
    let principal = anna();
    let decision = evaluate(
        &layers,
        &Request {
            principal: &principal,
            action: "s3:GetObject",
            resource: b"arn:aws:s3:::b/k",
            context: &Context::new(),
            now: std::time::SystemTime::now(),
            work: &Work::default(),
        },
    );
    assert!(decision.is_denied());
    assert_eq!(decision.because.policy, Some("p"));
    assert_eq!(decision.because.statement.unwrap().sid(), Some("NoReading"));
    let cross = Layers {
        relation: Relation::CrossAccount,
        ..NOTHING
    };
    assert_eq!(
        decide(&principal, &cross, "s3:GetObject", b"x").1,
        Layer::Identity
    );
}

fn effect() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![None, Some("Allow"), Some("Deny")])
}

proptest! {
    /// Whatever else there is: a deny anywhere decides, and taking an allow away never allows.
    #[test]
    fn denies_win_and_allows_only_add(
        of_identity in effect(), of_boundary in effect(), of_session in effect(),
        of_resource in effect(), is_cross: bool,
    ) {
        let make = |effect: Option<&str>| effect.map(identity);
        let (i, b, s) = (make(of_identity), make(of_boundary), make(of_session));
        let r = of_resource.map(|effect| bucket(effect, json!({"AWS": ROLE})));
        let list = |policy: &Option<Policy>| policy.iter().map(named).collect::<Vec<Named>>();
        let (i, b, s) = (list(&i), list(&b), list(&s));
        let layers = Layers {
            identity: &i,
            boundary: b.first(),
            session: &s,
            resource: r.as_ref(),
            relation: if is_cross { Relation::CrossAccount } else { Relation::SameAccount },
            ..NOTHING
        };
        let outcome = ask(&session(), &layers);
        let denies = [of_identity, of_boundary, of_session, of_resource].contains(&Some("Deny"));
        prop_assert_eq!(outcome == ExplicitDeny, denies);
        if !denies {
            let (by_identity, by_resource) = (of_identity.is_some(), of_resource.is_some());
            let expected = if is_cross { by_identity && by_resource } else { by_identity || by_resource };
            prop_assert_eq!(outcome == Allow, expected);
            let without = Layers { identity: &[], ..layers };
            prop_assert!(outcome == Allow || ask(&session(), &without) != Allow);
        }
    }

    /// Any text is a policy or is refused with a reason; a policy keeps its text.
    #[test]
    fn any_document_is_read_or_refused(text in "\\PC{0,200}") {
        for kind in [Kind::Identity, Kind::Session, Kind::Bucket, Kind::Trust] {
            match Policy::parse(kind, &text) {
                Ok(policy) => prop_assert_eq!(&**policy.document(), &*text),
                Err(malformed) => prop_assert!(!malformed.to_string().is_empty()),
            }
        }
    }
}
