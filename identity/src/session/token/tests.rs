use super::*;
use crate::model::Holder;
use crate::session::{Hidden, SessionOf};
use crate::store::seal::Purpose;

fn session() -> Session {
    Session {
        secret: Hidden("geheim".into()),
        issued: 1,
        expires: 2,
        of: SessionOf::Holder(Holder::User("AIDA".into())),
        policy: None,
        policy_arns: vec!["arn".into()],
        restriction: None,
        tags: vec![("team".into(), vec!["a".into(), "b".into()])],
        transitive: Vec::new(),
        source_identity: None,
        web_identity: None,
        login: None,
        user: None,
    }
}

#[test]
fn a_token_opens_with_its_key_only() {
    let sealer = Sealer::new(&[7; 32], Purpose::SessionTokens).unwrap();
    let token = seal(&sealer, "ASIAA", &session()).unwrap();
    assert_eq!(open(&sealer, "ASIAA", &token), Some(session()));
    assert_eq!(open(&sealer, "ASIAB", &token), None);
    assert_eq!(open(&sealer, "ASIAA", &token[1..]), None);
    assert_eq!(open(&sealer, "ASIAA", ""), None);
    assert_eq!(open(&sealer, "ASIAA", "no base64!"), None);
    let other = Sealer::new(&[8; 32], Purpose::SessionTokens).unwrap();
    assert_eq!(open(&other, "ASIAA", &token), None);
    assert!(!format!("{:?}", session()).contains("geheim"));
}

#[test]
fn a_token_keeps_the_login_it_ends_with() {
    let sealer = Sealer::new(&[7; 32], Purpose::SessionTokens).unwrap();
    let session = Session {
        login: Some("token/1".into()),
        ..session()
    };
    let token = seal(&sealer, "ASIAA", &session).unwrap();
    assert_eq!(open(&sealer, "ASIAA", &token), Some(session));
}

#[test]
fn a_token_keeps_who_has_assumed_its_role() {
    let sealer = Sealer::new(&[7; 32], Purpose::SessionTokens).unwrap();
    let session = Session {
        user: Some("AIDA".into()),
        ..session()
    };
    let token = seal(&sealer, "ASIAA", &session).unwrap();
    assert_eq!(open(&sealer, "ASIAA", &token), Some(session));
}

#[test]
fn a_token_has_a_bound() {
    let sealer = Sealer::new(&[7; 32], Purpose::SessionTokens).unwrap();
    let mut long = session();
    long.policy = Some("x".repeat(20_000));
    let refused = seal(&sealer, "ASIAA", &long).unwrap_err();
    assert_eq!(refused.code(), "PackedPolicyTooLarge");
}
