use super::*;

fn rule(events: &[&str], prefix: &str, suffix: &str) -> Rule {
    Rule {
        id: "id".into(),
        target: TargetArn::parse(Service::Queue, "arn:cairn:sqs::hook:webhook").unwrap(),
        events: events
            .iter()
            .map(|event| EventPattern::parse(event).unwrap())
            .collect(),
        filter: Some(Filter {
            prefix: Some(prefix.into()),
            suffix: Some(suffix.into()),
        }),
    }
}

fn overlap(one: Rule, other: Rule) -> bool {
    let rules = vec![one, other];
    Configuration { rules }.overlap().is_some()
}

#[test]
fn rules_fit_events_and_keys() {
    let family = rule(&["s3:ObjectCreated:*"], "in/", ".jpg");
    assert!(family.is_about(EventName::CreatedPut, b"in/a.jpg"));
    assert!(family.is_about(EventName::CreatedComplete, b"in/.jpg"));
    assert!(!family.is_about(EventName::RemovedDelete, b"in/a.jpg"));
    assert!(!family.is_about(EventName::CreatedPut, b"out/a.jpg"));
    assert!(!family.is_about(EventName::CreatedPut, b"in/a.png"));
    let single = rule(&["s3:ObjectRemoved:DeleteMarkerCreated"], "", "");
    assert!(single.is_about(EventName::RemovedMarker, b"x"));
    assert!(!single.is_about(EventName::RemovedDelete, b"x"));
    let transition = rule(&["s3:LifecycleTransition"], "", "");
    assert!(transition.is_about(EventName::Transition, b"x"));
    assert!(!transition.is_about(EventName::ExpirationDelete, b"x"));
}

#[test]
fn rules_overlap_where_one_event_of_one_key_fits_both() {
    let put = "s3:ObjectCreated:Put";
    let created = "s3:ObjectCreated:*";
    let removed = "s3:ObjectRemoved:*";
    assert!(overlap(rule(&[put], "", ""), rule(&[created], "", "")));
    assert!(overlap(rule(&[put], "a/", ""), rule(&[put], "a/b", ".x")));
    assert!(overlap(rule(&[put], "a", ".x"), rule(&[put], "", "y.x")));
    assert!(!overlap(rule(&[put], "a/", ""), rule(&[put], "b/", "")));
    assert!(!overlap(rule(&[put], "", ".x"), rule(&[put], "", ".y")));
    assert!(!overlap(rule(&[put], "", ""), rule(&[removed], "", "")));
}

#[test]
fn arns_name_targets() {
    let arn = TargetArn::parse(Service::Topic, "arn:cairn:sns::a-B_1:webhook").unwrap();
    assert_eq!(arn.target(), "a-B_1");
    assert_eq!(arn.text(), "arn:cairn:sns::a-B_1:webhook");
    for wrong in [
        "arn:cairn:sqs::a:webhook",
        "arn:aws:sns::a:webhook",
        "arn:cairn:sns:us-east-1:a:webhook",
        "arn:cairn:sns::a/b:webhook",
        "arn:cairn:sns:::webhook",
        "arn:cairn:sns::a:b:webhook",
        "arn:cairn:sns::a",
        "",
    ] {
        assert_eq!(TargetArn::parse(Service::Topic, wrong), None, "{wrong}");
    }
}

#[test]
fn what_is_stored_is_read_back() {
    let rules = vec![rule(&["s3:ObjectCreated:*", "s3:ObjectAcl:Put"], "a", "b")];
    let configuration = Configuration { rules };
    let stored = configuration.to_stored().unwrap();
    assert_eq!(
        Configuration::from_stored(&stored).as_ref(),
        Some(&configuration)
    );
    assert_eq!(Configuration::from_stored(b"\x01else"), None);
}
