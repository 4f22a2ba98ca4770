use super::*;
use crate::domains::Domains;
use http::Request;
use std::collections::HashSet;

fn head(method: &str, target: &str, kind: Option<&str>) -> Parts {
    let mut request = Request::builder().method(method).uri(target);
    request = request.header("host", "localhost");
    if let Some(kind) = kind {
        request = request.header("content-type", kind);
    }
    request.body(()).unwrap().into_parts().0
}

#[test]
fn calls_are_told_from_requests_of_s3() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let charset = format!("{FORM}; charset=utf-8");
    for (method, target, kind, expected) in [
        ("POST", "/", Some(FORM), true),
        ("POST", "/", Some(charset.as_str()), true),
        ("POST", "/", Some("Application/X-WWW-Form-URLEncoded"), true),
        ("POST", "/?Action=GetUser", None, true),
        ("GET", "/?Version=2011-06-15&Action=GetUser", None, true),
        ("GET", "/", None, false),
        ("GET", "/", Some(FORM), false),
        ("GET", "/?action=GetUser", None, false),
        ("GET", "/?prefix=Action=", None, false),
        ("POST", "/", Some("multipart/form-data"), false),
        ("POST", "/bucket", Some(FORM), false),
        ("POST", "/bucket?Action=GetUser", None, false),
        ("PUT", "/?Action=GetUser", Some(FORM), false),
        ("HEAD", "/?Action=GetUser", None, false),
    ] {
        let found = is_call(&head(method, target, kind), &Domains::default());
        assert_eq!(found, expected, "{method} {target} {kind:?}");
    }
}

#[test]
fn the_table_names_each_action_once() {
    let names: HashSet<&str> = ACTIONS.iter().map(|action| action.name).collect();
    assert_eq!(names.len(), ACTIONS.len());
    for action in ACTIONS {
        assert_eq!(action.response, format!("{}Response", action.name));
        let result = action.result.unwrap_or_default();
        assert!(result.is_empty() || result == format!("{}Result", action.name));
    }
}

/// Whoever signs nothing gets as far as one action, and that one asks for a token.
#[test]
fn all_but_one_action_wants_a_signature() {
    let open = ACTIONS.iter().filter(|it| it.signing == Signing::Optional);
    let open: Vec<&str> = open.map(|action| action.name).collect();
    assert_eq!(open, ["AssumeRoleWithWebIdentity"]);
    // And IAM has none that decides for itself who may do it.
    let itself = ACTIONS.iter().filter(|it| it.about == about::About::Itself);
    assert!(
        itself
            .into_iter()
            .all(|action| action.service == Service::Sts)
    );
}
