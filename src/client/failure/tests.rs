use super::*;

fn refused(status: StatusCode, code: &str, place: &str, body: Option<&Value>) -> Failure {
    let answer = json!({ "error": {
        "code": code, "message": "said", "field": null, "request_id": "1",
    } });
    Failure::refused(status, &answer, Asked { place, body })
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
    let asked = Asked {
        place: "/tokens",
        body: None,
    };
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
