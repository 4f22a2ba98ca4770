//! A request for every route, made from the interface's own document: so that a route that comes
//! later is asked, too. What a schema cannot say stands here by the route's name.

use serde_json::{Map, Value, json};

/// A route, as the document tells of it.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) name: String,
    pub(crate) method: String,
    /// Beneath `/api/v1`, with `{…}` filled in, and with what has to be in its query.
    pub(crate) target: String,
    pub(crate) body: Option<Value>,
    /// What policies are asked for; empty where it is one's own affair.
    pub(crate) actions: Vec<String>,
    /// Nobody has to be known for it.
    pub(crate) is_open: bool,
}

/// What stands in the place of `{…}`.
pub(crate) struct Names<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) user: &'a str,
    pub(crate) group: &'a str,
    pub(crate) policy: &'a str,
    /// Of a key, a token, a session, a job.
    pub(crate) id: &'a str,
}

/// All routes but the protocol of S3, which has a table of its own.
pub(crate) fn routes(document: &Value, names: &Names<'_>) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        if path.starts_with("/s3/") {
            continue;
        }
        for (method, operation) in operations.as_object().unwrap() {
            if operation.get("operationId").is_some() {
                routes.push(route(document, path, method, operation, names));
            }
        }
    }
    routes
}

fn route(
    document: &Value,
    path: &str,
    method: &str,
    operation: &Value,
    names: &Names<'_>,
) -> Route {
    let name = operation["operationId"].as_str().unwrap().to_owned();
    let mut target = filled(path, names);
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let needed = parameters.filter(|it| it["in"] == "query" && it["required"] == true);
    let mut separator = '?';
    for parameter in needed {
        let parameter_name = parameter["name"].as_str().unwrap();
        let value = match parameter_name {
            "key" => names.key.to_owned(),
            _ => match example(document, &parameter["schema"]) {
                Value::String(text) => text,
                other => other.to_string(),
            },
        };
        target.push_str(&format!("{separator}{parameter_name}={value}"));
        separator = '&';
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let actions = operation["x-cairn-action"].as_str().unwrap();
    let actions = match (actions, name.as_str()) {
        ("as S3", "GetBucketConfig") => "s3:GetBucketCORS",
        ("as S3", "SetBucketConfig" | "DeleteBucketConfig") => "s3:PutBucketCORS",
        (actions, _) => actions,
    };
    let actions = actions.split(", ").filter(|it| *it != "-");
    Route {
        method: method.to_uppercase(),
        target,
        body: (!schema.is_null()).then(|| {
            let example = example(document, schema);
            by_name(&name, names).unwrap_or(example)
        }),
        actions: actions.map(str::to_owned).collect(),
        is_open: operation["security"].is_array(),
        name,
    }
}

fn filled(path: &str, names: &Names<'_>) -> String {
    let front = path.split('/').nth(1).unwrap_or_default();
    let segments = path.split('/').map(|segment| {
        let inside = segment
            .strip_prefix('{')
            .and_then(|it| it.strip_suffix('}'));
        match (inside, front) {
            (None, _) => segment,
            (Some("name"), "users") | (Some("user"), _) => names.user,
            (Some("name"), "groups") => names.group,
            (Some("name"), "policies") | (Some("policy"), _) => names.policy,
            (Some("name"), _) => names.bucket,
            (Some("kind"), _) => "cors",
            (Some(_), _) => names.id,
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Where any value of its type would not do.
fn by_name(name: &str, names: &Names<'_>) -> Option<Value> {
    let Names {
        bucket, key, user, ..
    } = names;
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/*") },
    ] });
    Some(match name {
        "CreateBucket" => json!({ "name": "made" }),
        "SetBucketConfig" => json!({ "CORSRules": [
            { "AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"] },
        ] }),
        "SetObjectTags" => json!({ "tags": {} }),
        "CopyObject" | "MoveObject" => json!({ "key": key, "to_key": "copy" }),
        "RestoreVersion" => json!({ "key": key, "version": "null" }),
        "DeleteObjects" => json!({ "objects": [{ "key": key }] }),
        "Presign" => json!({ "key": key }),
        "PrepareZip" => json!({ "keys": [key] }),
        "PrepareDownload" => json!({ "key": key }),
        "PreparePreview" => json!({ "key": key, "content_type": "video/mp4" }),
        "UpdateUser" | "UpdateGroup" => json!({ "path": "/x/" }),
        "SetUserPassword" => json!({ "password": "battery staple" }),
        "CreatePolicy" => json!({ "name": "made", "document": policy }),
        "UpdatePolicy" => json!({ "document": policy }),
        "SetUserPolicy" | "SetGroupPolicy" => policy,
        "Simulate" => json!({ "principal": user, "actions": ["s3:GetObject"] }),
        _ => return None,
    })
}

/// The least that a schema allows.
fn example(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return example(document, &document["components"]["schemas"][name]);
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    for several in ["anyOf", "oneOf", "allOf"] {
        let all = schema[several].as_array().into_iter().flatten();
        if let Some(first) = { all }.find(|it| it["type"] != "null") {
            return example(document, first);
        }
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let kind = kinds.iter().find(|kind| *kind != "null");
    match kind.and_then(Value::as_str).unwrap_or_default() {
        "string" => "example".into(),
        "integer" | "number" => schema["minimum"]
            .as_u64()
            .unwrap_or_default()
            .max(100)
            .into(),
        "boolean" => false.into(),
        "array" => json!([example(document, &schema["items"])]),
        _ => {
            let mut fields = Map::new();
            for name in schema["required"].as_array().into_iter().flatten() {
                let name = name.as_str().unwrap();
                let value = example(document, &schema["properties"][name]);
                fields.insert(name.to_owned(), value);
            }
            fields.into()
        }
    }
}
