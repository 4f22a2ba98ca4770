use super::*;
use crate::xml;
use serde_json::json;

fn kind(name: &str) -> (&'static str, &'static Shape) {
    let kind = KINDS.iter().find(|kind| kind.name == name).unwrap();
    match kind.form {
        Form::Xml(shape) => (kind.root, shape),
        Form::Json => panic!("{name} is JSON"),
    }
}

/// Through the document and back, it is what it was.
fn survives(name: &str, value: &Value) {
    let (root, shape) = kind(name);
    let element = to_element(root, value, shape).unwrap();
    let read = xml::parse(element.document().as_bytes()).unwrap();
    assert_eq!(to_json(&read, shape), *value, "{name}");
}

#[test]
fn configurations_survive_the_way_through_their_documents() {
    survives("versioning", &json!({ "Status": "Enabled" }));
    survives(
        "lifecycle",
        &json!({ "Rules": [{
            "ID": "old <things>", "Status": "Enabled",
            "Filter": { "And": { "Prefix": "logs/", "Tags": [{ "Key": "a", "Value": "b" }],
                "ObjectSizeGreaterThan": 1024 } },
            "Expiration": { "Days": 30 },
            "NoncurrentVersionExpiration": { "NoncurrentDays": 7, "NewerNoncurrentVersions": 2 },
            "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 3 },
        }] }),
    );
    survives(
        "cors",
        &json!({ "CORSRules": [{ "AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"],
            "MaxAgeSeconds": 60 }] }),
    );
    survives(
        "acl",
        &json!({ "Owner": { "ID": "1" }, "Grants": [{
            "Grantee": { "Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers" },
            "Permission": "READ" }] }),
    );
    survives(
        "tagging",
        &json!({ "TagSet": [{ "Key": "k", "Value": "" }] }),
    );
    survives("tagging", &json!({ "TagSet": [] }));
    survives(
        "notification",
        &json!({ "QueueConfigurations": [{ "QueueArn": "arn:aws:sqs:::x", "Events": ["s3:*"],
            "Filter": { "Key": { "FilterRules": [{ "Name": "prefix", "Value": "a" }] } } }] }),
    );
    survives("logging", &json!({}));
    survives(
        "public-access",
        &json!({ "BlockPublicAcls": true, "IgnorePublicAcls": false }),
    );
    survives(
        "website",
        &json!({ "IndexDocument": { "Suffix": "index.html" }, "RoutingRules": [{
            "Condition": { "HttpErrorCodeReturnedEquals": "404" },
            "Redirect": { "ReplaceKeyWith": "x" } }] }),
    );
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let (root, shape) = kind("lifecycle");
    let refused = |value: Value| to_element(root, &value, shape).unwrap_err().field.unwrap();
    assert_eq!(refused(json!([])), "");
    assert_eq!(refused(json!({ "Rule": [] })), "Rule");
    assert_eq!(refused(json!({ "Rules": {} })), "Rules");
    let days = json!({ "Rules": [{ "Expiration": { "Days": "30" } }] });
    assert_eq!(refused(days), "Rules.0.Expiration.Days");
    let days = json!({ "Rules": [{ "Expiration": { "Days": -1 } }] });
    assert_eq!(refused(days), "Rules.0.Expiration.Days");
}
