//! What policies can ask about a request: condition keys and their values.

use super::Question;
use crate::client::{Client, Scheme};
use crate::query::Query;
use crate::request::Parsed;
use identity::Caller;
use identity::policy::Context;

/// Parameters that are condition keys under their own names.
const PARAMETERS: [&str; 3] = ["prefix", "delimiter", "max-keys"];

/// Collected only where a policy looks at something.
pub(super) fn context<'a>(question: &Question<'a>) -> Context<'a> {
    let mut context = Context::new();
    let policy = question.bucket.and_then(|bucket| bucket.policy.as_ref());
    let is_asked = question.caller.looks_at("") || policy.is_some_and(|policy| policy.looks_at(""));
    if is_asked {
        // What is known outweighs what the request says: of a key set twice the first counts.
        for values in question.known.chunk_by(|one, next| one.0 == next.0) {
            match values {
                [(key, value)] => context.set(*key, *value),
                _ => context.set_all(values[0].0, values.iter().map(|(_, value)| *value)),
            }
        }
        if let Some(request) = question.request {
            connection(request, question.caller, &mut context);
            headers(request, &mut context);
            parameters(request, &mut context);
            request_tags(request, &mut context);
        }
        existing_tags(question, &mut context);
    }
    context
}

fn connection<'a>(request: &'a Parsed<'a>, caller: &Caller, context: &mut Context<'a>) {
    if let Some(client) = request.parts.extensions.get::<Client>() {
        context.set("aws:SourceIp", client.address.to_string());
        let is_secure = client.scheme == Scheme::Https;
        let secure = if is_secure { "true" } else { "false" };
        context.set("aws:SecureTransport", secure);
    }
    let signed_in_query = request.query.has("X-Amz-Signature");
    if !caller.is_anonymous() {
        let form = if signed_in_query {
            "REST-QUERY-STRING"
        } else {
            "REST-HEADER"
        };
        context.set("s3:authType", form);
        context.set("s3:signatureversion", "AWS4-HMAC-SHA256");
    }
}

/// Amazon's headers are keys under their names; two ordinary ones have their own.
fn headers<'a>(request: &'a Parsed<'a>, context: &mut Context<'a>) {
    for (name, value) in &request.parts.headers {
        let Ok(value) = value.to_str() else {
            continue;
        };
        match name.as_str() {
            "user-agent" => context.set("aws:UserAgent", value),
            "referer" => context.set("aws:Referer", value),
            name if name.starts_with("x-amz-object-lock-") => {
                let key = name.trim_start_matches("x-amz-");
                context.set(format!("s3:{key}"), value);
            }
            "x-amz-copy-source" => {
                context.set("s3:x-amz-copy-source", value.trim_start_matches('/'));
            }
            name if name.starts_with("x-amz-") => context.set(format!("s3:{name}"), value),
            _ => {}
        }
    }
}

fn parameters<'a>(request: &'a Parsed<'a>, context: &mut Context<'a>) {
    let query = &request.query;
    for name in PARAMETERS {
        if let Ok(Some(value)) = query.text(name) {
            context.set(format!("s3:{name}"), value);
        }
    }
    if let Ok(Some(version)) = query.text("versionId") {
        context.set("s3:VersionId", version);
    }
}

fn existing_tags<'a>(question: &Question<'a>, context: &mut Context<'a>) {
    let detail = question
        .object
        .and_then(|object| object.row.detail.as_ref());
    for tag in detail.iter().flat_map(|detail| &detail.tags) {
        context.set(
            format!("s3:ExistingObjectTag/{}", tag.key),
            tag.value.as_str(),
        );
    }
}

fn request_tags<'a>(request: &'a Parsed<'a>, context: &mut Context<'a>) {
    let given = request.header("x-amz-tagging");
    let given = given.and_then(|text| std::str::from_utf8(text).ok());
    let Ok(given) = Query::parse(given) else {
        return;
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let keys: Vec<String> = given.names().map(text).collect();
    for (key, value) in given.pairs() {
        context.set(format!("s3:RequestObjectTag/{}", text(key)), text(value));
    }
    if !keys.is_empty() {
        context.set_all("s3:RequestObjectTagKeys", keys);
    }
}
