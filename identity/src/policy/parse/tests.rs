use serde_json::{Value, json};

use crate::policy::{Kind, Policy};

fn complaint(kind: Kind, document: &str) -> String {
    match Policy::parse(kind, document) {
        Ok(_) => "none".to_owned(),
        Err(malformed) => malformed.to_string(),
    }
}

fn of_statement(kind: Kind, statement: Value) -> String {
    let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
    complaint(kind, &document.to_string())
}

#[test]
fn identity_policies() {
    for (statement, expected) in [
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*"}),
            "none",
        ),
        (
            json!({"Effect": "Allow", "Action": ["s3:Get*", "iam:?"], "NotResource": ["arn:aws:s3:::a"]}),
            "none",
        ),
        (
            json!({"Effect": "Allow", "Action": "*"}),
            "Policy statement must contain resources.",
        ),
        (
            json!({"Effect": "Allow", "Resource": "*"}),
            "Policy statement must contain actions.",
        ),
        (
            json!({"Action": "*", "Resource": "*"}),
            "Missing required field Effect",
        ),
        (
            json!({"Effect": "allow", "Action": "*", "Resource": "*"}),
            "Syntax errors in policy.",
        ),
        (
            json!({"Effect": "Allow", "Action": "GetObject", "Resource": "*"}),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "bucket"}),
            "Resource bucket must be in ARN format or \"*\".",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}),
            "Policy document should not specify a principal.",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Sid": "a b"}),
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular \
          expression [0-9A-Za-z]*",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "effect": "Deny"}),
            "Unknown field effect",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "NotAction": "s3:*", "Resource": "*"}),
            "Invalid policy syntax: NotAction.",
        ),
        (
            json!({"Effect": "Allow", "Action": [], "Resource": "*"}),
            "Invalid policy syntax: Action.",
        ),
        (
            json!({"Effect": "Allow", "Action": 7, "Resource": "*"}),
            "Invalid policy syntax: Action.",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*",
                "Condition": {"StringSame": {"a:b": "c"}}}),
            "Invalid Condition type : StringSame",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*",
                "Condition": {"NullIfExists": {"a:b": true}}}),
            "Invalid Condition type : NullIfExists",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*",
                "Condition": {"StringEquals": {"b": "c"}}}),
            "Invalid condition key: b",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*",
                "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}}),
            "Invalid value for IpAddress: 10.0.0.0/33",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*",
                "Condition": {"NumericLessThan": {"s3:max-keys": [1, "2", 3.5]}, "Bool": {"aws:SecureTransport": true}}}),
            "none",
        ),
    ] {
        let described = statement.to_string();
        assert_eq!(
            of_statement(Kind::Identity, statement),
            expected,
            "{described}"
        );
    }
}

#[test]
fn bucket_policies() {
    let with = |principal: Value| {
        of_statement(
            Kind::Bucket,
            json!({"Sid": "for all, really", "Effect": "Allow", "Action": "s3:GetObject",
                   "Resource": "arn:aws:s3:::b/*", "Principal": principal}),
        )
    };
    for good in [
        json!("*"),
        json!({"AWS": "*"}),
        json!({"AWS": ["123456789012", "arn:aws:iam::123456789012:root"]}),
        json!({"AWS": "arn:aws:iam::s3tenant1:root"}),
        json!({"AWS": "arn:aws:iam:::user/anna"}),
        json!({"AWS": "arn:aws:sts::123456789012:assumed-role/r/s", "Service": "x.example.com"}),
        json!({"AWS": "AIDACKCEVSQ6C2EXAMPLE", "CanonicalUser": "abc"}),
        json!({"Federated": "cognito-identity.amazonaws.com"}),
    ] {
        assert_eq!(with(good.clone()), "none", "{good}");
    }
    for bad in [
        json!("anna"),
        json!({"AWS": "anna"}),
        json!({"AWS": "arn:aws:iam::123456789012:user/*"}),
        json!({"AWS": "arn:aws:iam::123456789012:group/g"}),
        json!({"AWS": "arn:aws:iam::123456789012"}),
        json!({"AWS": ""}),
        json!({"Robot": "*"}),
    ] {
        assert_eq!(with(bad.clone()), "Invalid principal in policy", "{bad}");
    }
    let no_principal = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b"});
    assert_eq!(
        of_statement(Kind::Bucket, no_principal),
        "Missing required field Principal"
    );
    let all_but = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b",
                         "NotPrincipal": {"AWS": "arn:aws:iam::1:root"}});
    assert_eq!(
        of_statement(Kind::Bucket, all_but),
        "Allow with NotPrincipal is not allowed."
    );
    let text = "Policies must be valid JSON and the first byte must be '{'";
    assert_eq!(complaint(Kind::Bucket, "hello"), text);
    assert_eq!(complaint(Kind::Bucket, "[]"), text);
}

#[test]
fn trust_policies() {
    let with = |statement: Value| of_statement(Kind::Trust, statement);
    let fine = json!({"Effect": "Allow", "Principal": {"AWS": "*"},
                      "Action": ["sts:AssumeRole", "sts:TagSession"]});
    assert_eq!(with(fine), "none");
    let resource = json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole",
                          "Resource": "*"});
    assert_eq!(with(resource), "Has prohibited field Resource");
    let action = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"});
    assert_eq!(
        with(action),
        "AssumeRole policy may only specify STS AssumeRole actions."
    );
}

#[test]
fn documents() {
    let statement = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    let document = |head: &str, statements: &str| format!(r#"{{{head}"Statement":{statements}}}"#);
    for (text, expected) in [
        (document("", statement), "none"),
        (
            document(
                r#""Version":"2008-10-17","Id":"x","#,
                &format!("[{statement}]"),
            ),
            "none",
        ),
        (
            document(r#""Version":"2010-10-17","#, statement),
            "Syntax errors in policy.",
        ),
        (
            document(r#""Version":2012,"#, statement),
            "Syntax errors in policy.",
        ),
        (document(r#""Extra":1,"#, statement), "Unknown field Extra"),
        (document("", "[]"), "Missing required field Statement"),
        (document("", "7"), "Invalid policy syntax: Statement."),
        (
            r#"{"Version":"2012-10-17"}"#.to_owned(),
            "Missing required field Statement",
        ),
        (
            document(
                "",
                &statement.replace(r#""Effect""#, r#""Effect":"Deny","Effect""#),
            ),
            "This policy contains invalid Json",
        ),
        ("{".repeat(10_000), "This policy contains invalid Json"),
        (
            "x".repeat(200_000),
            "Policy exceeds the maximum allowed document size of 131072 bytes.",
        ),
    ] {
        assert_eq!(complaint(Kind::Identity, &text), expected, "{:.200}", text);
    }
    let named = statement.replace('{', r#"{"Sid":"one","#);
    let twice = document("", &format!("[{named},{named}]"));
    assert_eq!(
        complaint(Kind::Identity, &twice),
        "Statement IDs (SID) in a single policy must be unique."
    );
}

#[test]
fn variables_need_the_newer_language() {
    let with = |version: &str| {
        let document = json!({"Version": version, "Statement": {
            "Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${aws:username}"}});
        Policy::parse(Kind::Identity, &document.to_string())
            .unwrap()
            .looks_at("AWS:user")
    };
    assert!(with("2012-10-17"));
    assert!(!with("2008-10-17"));
}
