use super::*;
use serde_json::json;
use std::path::Path;

#[test]
fn what_means_no_action_is_told_with_what_was_meant() {
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": ["s3:GetObjekt", "s3:Get*", "S3:PUTOBJECT", "*"], "Resource": "*" },
        { "Effect": "Allow", "Action": "admin:ServerInfo", "Resource": "*" },
        { "Effect": "Deny", "NotAction": ["GetObject", "s3:Getttt*", "s3:GetObjekt"], "Resource": "*" },
        { "Effect": "Allow", "Action": ["cairn:RunJob", "kms:CreateKey", "iam:CreateLoginProfile",
          "sts:AssumeRole", "iam:ListUsers"], "Resource": "*" },
    ] });
    let told = unknown_in(&document);
    let told: Vec<_> = told
        .iter()
        .map(|it| (it.action.as_str(), it.near.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("s3:GetObjekt", Some("s3:GetObject")),
            ("admin:ServerInfo", None),
            ("GetObject", Some("s3:GetObject")),
            ("s3:Getttt*", None),
        ]
    );
    let words = unknown_actions(&document);
    assert!(words[0].ends_with("; is s3:GetObject meant?"), "{words:?}");
    for odd in [
        json!(null),
        json!("x"),
        json!({ "Statement": [1, { "Action": [2] }] }),
    ] {
        assert_eq!(unknown_in(&odd), []);
    }
}

#[test]
fn a_document_of_nothing_else_is_told_of_in_part() {
    let actions: Vec<String> = (0..100).map(|number| format!("none:No{number}")).collect();
    let statement = json!({ "Statement": { "Action": actions } });
    assert_eq!(unknown_in(&statement).len(), TOLD_MAX);
}

#[test]
fn every_service_has_actions_that_are_known() {
    for service in ["s3", "iam", "sts", "kms", "cairn"] {
        assert!(is_known(&format!("{service}:*")), "{service}");
    }
    assert!(!is_known("-"));
}

/// Of a million bytes each, with a distance measured to every name, it would be minutes.
#[test]
fn what_is_longer_than_any_name_is_not_measured() {
    let begun = std::time::Instant::now();
    let long: Vec<String> = (0..20)
        .map(|number| format!("s3:{number}{}", "x".repeat(1 << 20)))
        .collect();
    let told = unknown(long.iter().map(String::as_str));
    assert_eq!(told.len(), TOLD_MAX);
    assert!(told.iter().all(|it| it.near.is_none()));
    let pattern = "*s".repeat(1 << 20);
    assert_eq!(unknown([pattern.as_str()].into_iter()), []);
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

#[test]
fn of_very_many_only_some_are_looked_at() {
    let known: Vec<String> = (0..LOOKED_AT_MAX)
        .map(|number| format!("s3:Get{}", "*".repeat(number % 100 + 1)) + &"?".repeat(number / 100))
        .collect();
    let last = known.iter().map(String::as_str).chain(["s3:GetObjekt"]);
    assert_eq!(unknown(last), []);
    let early = ["s3:GetObjekt"].into_iter();
    let early = early.chain(known.iter().map(String::as_str));
    assert_eq!(unknown(early).len(), 1);
}

/// Names in the code that look like actions and are none: keys of conditions, and events.
const NO_ACTIONS: [&str; 13] = [
    "iam:PermissionsBoundary",
    "iam:PolicyARN",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "s3:ExistingObjectTag",
    "s3:RequestObjectTagKeys",
    "s3:TestEvent",
    "s3:VersionId",
    "sts:ExternalId",
    "sts:RoleSessionName",
    "sts:SourceIdentity",
    "sts:TransitiveTagKeys",
    "s3:ReducedRedundancyLostObject",
];

/// What the sources that decide on requests ask about is known, whichever table it comes from.
#[test]
fn what_the_code_asks_about_is_known() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut named = BTreeSet::new();
    for folder in ["identity/src/sts", "s3-api/src", "admin/src"] {
        read_names(&root.join(folder), &mut named);
    }
    // It reads what it is to read.
    for sure in ["sts:TagSession", "s3:PutObjectAcl", "kms:CreateKey"] {
        assert!(named.contains(sure), "{sure}");
    }
    let unknown = named.iter().filter(|name| !is_known(name));
    let unknown: Vec<_> = unknown
        .filter(|name| !NO_ACTIONS.contains(&name.as_str()))
        .collect();
    assert_eq!(unknown, Vec::<&String>::new());
}

/// Texts of the form `"s3:GetObject"`, of all files but tests.
fn read_names(folder: &Path, named: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|it| it == "tests");
        match path.is_dir() {
            _ if is_test => {}
            true => read_names(&path, named),
            false => {
                let text = std::fs::read_to_string(&path).unwrap();
                let texts = text.split('"').filter(|text| is_name(text));
                named.extend(texts.map(str::to_owned));
            }
        }
    }
}

fn is_name(text: &str) -> bool {
    let Some((service, name)) = text.split_once(':') else {
        return false;
    };
    ["s3", "iam", "sts", "kms", "cairn"].contains(&service)
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
