use super::*;

fn asked<'a>(place: &'a str, body: Option<&'a Value>) -> Asked<'a> {
    Asked {
        by: By::Address,
        place,
        body,
    }
}

fn refused(status: StatusCode, code: &str, place: &str, body: Option<&Value>) -> Failure {
    let answer = json!({ "error": {
        "code": code, "message": "said", "field": null, "request_id": "1",
    } });
    Failure::refused(status, &answer, asked(place, body))
}

#[test]
fn what_is_refused_names_what_was_typed_and_what_to_do() {
    let nope = "/buckets/no%20pe";
    let failure = refused(StatusCode::NOT_FOUND, "NoSuchBucket", nope, None);
    assert_eq!(
        failure.to_string(),
        "there is no bucket \"no pe\" (NoSuchBucket)"
    );
    assert!(failure.is_absence());
    assert_eq!(failure.exit_code(), exit::FAILED);
    let new = json!({ "name": "b1" });
    let failure = refused(
        StatusCode::BAD_REQUEST,
        "InvalidBucketName",
        "/buckets",
        Some(&new),
    );
    assert!(failure.to_string().starts_with("\"b1\" is no name"));
    assert_eq!(failure.exit_code(), exit::USAGE);
    let error = &failure.json()["error"];
    assert_eq!(error["code"], "InvalidBucketName");
    assert!(error["next"].as_str().unwrap().contains("another name"));
    // Words of S3 stay where they say it.
    let other = refused(StatusCode::CONFLICT, "Odd", "/buckets", None);
    assert_eq!(other.to_string(), "said (Odd)");
    assert_eq!(other.advice(), None);
}

#[test]
fn what_cannot_be_found_is_looked_for_where_it_would_be() {
    for (place, told) in [
        ("/users/anna/keys/AKIA", "cairn key list anna shows"),
        ("/users/anna", "cairn user list and cairn account list show"),
        ("/groups/x", "cairn group list shows"),
        ("/policies/x/limits", "cairn policy list shows"),
        ("/users/anna/policies/x", "cairn policy list --user anna"),
        ("/simulate", "user list, group list"),
    ] {
        let failure = refused(StatusCode::NOT_FOUND, "NoSuchEntity", place, None);
        let advice = failure.advice().unwrap();
        assert!(advice.contains(told), "{place}: {advice}");
    }
}

#[test]
fn fields_are_called_as_the_flags_that_were_typed() {
    let answer = json!({ "error": {
        "code": "InvalidField", "message": "Give less.", "field": "expires_in",
    } });
    let asked = asked("/tokens", None);
    let failure = || Failure::refused(StatusCode::BAD_REQUEST, &answer, asked);
    assert_eq!(
        failure().to_string(),
        "expires_in: Give less. (InvalidField)"
    );
    let named = failure().of_flag("expires_in", "--expires", "400d", "");
    assert_eq!(
        named.to_string(),
        "--expires 400d: Give less. (InvalidField)"
    );
    assert_eq!(named.exit_code(), exit::USAGE);
    let of_another = failure().of_flag("name", "NAME", "x", "");
    assert_eq!(of_another.exit_code(), exit::FAILED);
}

/// Nobody is told to do what he has just done.
#[test]
fn what_is_ones_own_is_asked_for_by_a_token() {
    let answer = json!({ "error": { "code": "Unauthenticated", "message": "Log in first." } });
    let told = |code: &str, place: &str, by| {
        let mut answer = answer.clone();
        answer["error"]["code"] = code.into();
        let asked = Asked {
            by,
            ..asked(place, None)
        };
        let failure = Failure::refused(StatusCode::FORBIDDEN, &answer, asked);
        (failure.to_string(), failure.advice().unwrap())
    };
    for (code, place) in [
        ("Unauthenticated", "/profile"),
        ("LoginRequired", "/profile/sessions?limit=1000"),
        ("LoginRequired", "/profile/sessions/x"),
    ] {
        let (said, next) = told(code, place, By::DataFolder);
        assert!(said.contains("nobody in particular"), "{said}");
        assert!(next.contains("--server URL --token"), "{next}");
        let (_, next) = told(code, place, By::Address);
        assert!(!next.contains("--data"), "{next}");
        assert!(next.contains("--token or CAIRN_TOKEN"), "{next}");
    }
    let (_, next) = told("LoginRequired", "/tokens", By::Address);
    assert!(next.contains("--data DIR"), "{next}");
}

#[test]
fn what_is_wrong_with_a_policy_is_named() {
    let policy = |effect: &str, action: &str, resource: &str| {
        json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": effect, "Action": action, "Resource": resource,
        }] })
    };
    let told = |code: &str, place: &str, body: &Value| {
        refused(StatusCode::BAD_REQUEST, code, place, Some(body)).to_string()
    };
    let code = "MalformedPolicyDocument";
    for (document, says) in [
        (
            policy("Alow", "s3:*", "*"),
            "Effect \"Alow\": expected Allow or Deny",
        ),
        (
            policy("Allow", "Get", "*"),
            "Action \"Get\": expected one such as s3:GetObject",
        ),
        (
            policy("Allow", "s3:*", "photos"),
            "Resource \"photos\": expected one such as arn:",
        ),
        (
            json!({ "Version": "2027-01-01", "Statement": [] }),
            "Version \"2027-01-01\"",
        ),
    ] {
        let new = json!({ "name": "p", "document": document });
        assert!(
            told(code, "/policies", &new).starts_with(says),
            "{document}"
        );
        let inside = told(code, "/users/anna/policies/own", &document);
        assert!(inside.starts_with(says), "{inside}");
    }
    let mut of_bucket = policy("Alow", "s3:*", "arn:aws:s3:::photos");
    of_bucket["Statement"][0]["Principal"] = "*".into();
    let told = told(
        "MalformedPolicy",
        "/buckets/photos/config/policy",
        &of_bucket,
    );
    assert!(told.starts_with("Effect \"Alow\""), "{told}");
}
