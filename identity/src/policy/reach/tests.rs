use super::*;
use crate::policy::text::{Text, Variables, Wild};
use crate::policy::{Context, Kind, Principal, PrincipalKind, Work};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::SystemTime;

const FRONT: &[u8] = b"arn:aws:s3:::box/anna/";

fn anna() -> Principal {
    let mut anna = Principal {
        kind: PrincipalKind::User,
        arn: "arn:aws:iam::111111111111:user/anna".into(),
        account: "111111111111".into(),
        ..Principal::default()
    };
    anna.context.set("aws:username", "anna");
    anna
}

fn policy(kind: Kind, statements: &Value) -> Policy {
    let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    Policy::parse(kind, &document).unwrap()
}

fn named(statements: &Value) -> Named {
    Named {
        name: "p".into(),
        policy: Arc::new(policy(Kind::Identity, statements)),
    }
}

fn statement(effect: &str, action: &str, resource: &str) -> Value {
    json!({"Effect": effect, "Action": action, "Resource": resource})
}

fn layers(identity: &[Named]) -> Layers<'_> {
    Layers {
        standing: Standing::Ordinary,
        identity,
        boundary: None,
        session: &[],
        restriction: None,
        resource: None,
        relation: Relation::SameAccount,
    }
}

fn asked(layers: &Layers<'_>, resource: &[u8]) -> bool {
    let request = Request {
        principal: &anna(),
        action: "s3:PutObject",
        resource,
        context: &Context::new(),
        now: SystemTime::UNIX_EPOCH,
        work: &Work::default(),
    };
    could(layers, &request)
}

fn allowed(statements: Value) -> bool {
    asked(&layers(&[named(&statements)]), FRONT)
}

#[test]
fn a_text_describes_all_or_some_or_none_of_what_begins_alike() {
    use Reach::{Everything, Nothing, Something};
    for (pattern, front, expected) in [
        ("*", "", Everything),
        ("*", "abc", Everything),
        ("a*", "", Something),
        ("a*", "a", Everything),
        ("a*", "abc", Everything),
        ("a*", "b", Nothing),
        ("abc*", "ab", Something),
        ("abc*", "ax", Nothing),
        ("*.jpg", "in/", Something),
        ("in/*.jpg", "in/", Something),
        ("in/*.jpg", "out/", Nothing),
        ("a?c*", "axc", Everything),
        ("a?c*", "axd", Nothing),
        ("a?", "a", Something),
        ("abc", "abc", Something),
        ("abc", "abcd", Nothing),
        ("", "", Something),
        ("home/${aws:username}/*", "home/anna/", Everything),
        ("home/${aws:username}/*", "home/", Something),
        ("home/${aws:username}/*", "home/bob/", Nothing),
        ("home/${aws:nobody}/*", "home/", Nothing),
    ] {
        let text = Text::parse(pattern, Wild::Cards, Variables::Filled);
        let request = Request {
            principal: &anna(),
            action: "s3:GetObject",
            resource: b"",
            context: &Context::new(),
            now: SystemTime::UNIX_EPOCH,
            work: &Work::default(),
        };
        let found = text.reach(front.as_bytes(), &request);
        assert_eq!(found, expected, "{pattern} on {front}");
    }
}

#[test]
fn what_some_statement_may_allow_could_be_allowed() {
    for (resource, expected) in [
        ("*", true),
        ("arn:aws:s3:::*", true),
        ("arn:aws:s3:::box/*", true),
        ("arn:aws:s3:::box/anna/in/*.jpg", true),
        ("arn:aws:s3:::box/${aws:username}/*", true),
        ("arn:aws:s3:::box/bob/*", false),
        ("arn:aws:s3:::box", false),
        ("arn:aws:s3:::other/*", false),
    ] {
        let statements = json!([statement("Allow", "s3:Put*", resource)]);
        assert_eq!(allowed(statements), expected, "{resource}");
    }
    assert!(!allowed(json!([statement("Allow", "s3:GetObject", "*")])));
    let all_but = json!([{"Effect": "Allow", "Action": "s3:*",
                          "NotResource": "arn:aws:s3:::box/anna/*"}]);
    assert!(!allowed(all_but));
    let all_but = json!([{"Effect": "Allow", "NotAction": "s3:PutObject", "Resource": "*"}]);
    assert!(!allowed(all_but));
}

#[test]
fn what_is_denied_as_a_whole_could_not_be_allowed() {
    let all = statement("Allow", "s3:*", "*");
    let denied = |resource| allowed(json!([all, statement("Deny", "s3:PutObject", resource)]));
    assert!(!denied("*"));
    assert!(!denied("arn:aws:s3:::box/*"));
    assert!(denied("arn:aws:s3:::box/anna/secret/*"));
    assert!(denied("arn:aws:s3:::box/*.exe"));
    let unless = json!([all, {"Effect": "Deny", "Action": "s3:*", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:username": "anna"}}}]);
    assert!(allowed(unless), "the condition is not met");
    let unknown = json!([all, {"Effect": "Deny", "Action": "s3:*", "Resource": "*",
        "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}}}]);
    assert!(allowed(unknown), "another request may say so");
}

#[test]
fn each_layer_has_its_say() {
    let all = [named(&json!([statement("Allow", "s3:*", "*")]))];
    let other = named(&json!([statement("Allow", "s3:*", "arn:aws:s3:::other/*")]));
    let base = layers(&all);
    assert!(asked(&base, FRONT));
    let bounded = Layers {
        boundary: Some(&other),
        ..base
    };
    assert!(!asked(&bounded, FRONT));
    assert!(asked(&bounded, b"arn:aws:s3:::other/"));
    let restricted = Layers {
        restriction: Some(&other),
        ..base
    };
    assert!(!asked(&restricted, FRONT));
    let of_session = Layers {
        session: std::slice::from_ref(&other),
        ..base
    };
    assert!(!asked(&of_session, FRONT));
    let bucket = policy(
        Kind::Bucket,
        &json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject",
                 "Resource": "arn:aws:s3:::box/*"}]),
    );
    let by_bucket = Layers {
        resource: Some(&bucket),
        ..layers(&[])
    };
    assert!(asked(&by_bucket, FRONT));
    let across = Layers {
        relation: Relation::CrossAccount,
        ..by_bucket
    };
    assert!(
        !asked(&across, FRONT),
        "its own policies have to allow it, too"
    );
    let both = Layers {
        identity: &all,
        ..across
    };
    assert!(asked(&both, FRONT));
    let owner = Layers {
        standing: Standing::Owner,
        ..layers(&[])
    };
    assert!(asked(&owner, FRONT));
    assert!(!asked(&layers(&[]), FRONT));
}
