//! Cross-origin requests: what a browser asks before it sends one, and what it is told with every
//! answer, refusals included. The rules are the bucket's (`bucket/cors.rs`); none of this needs a
//! permission, because the browser asks on behalf of a page and not of its user.

use crate::bucket::Bucket;
use crate::bucket::cors::{Rule, is_method};
use crate::error::{Code, S3Error};
use crate::op::Level;
use crate::request::Parsed;
use crate::response::{self, Answer, set};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};

/// What a preflight asks about, taken from its headers.
struct Question<'a> {
    origin: &'a str,
    method: &'a str,
    /// In lower case.
    headers: Vec<String>,
}

impl<'a> Question<'a> {
    fn read(parts: &'a Parts) -> Result<Self, S3Error> {
        let bad = |message: String| S3Error::new(Code::BadRequest).message(message);
        let origin = text(parts, &ORIGIN)
            .ok_or_else(|| bad("Insufficient information. Origin request header needed.".into()))?;
        let method = text(parts, &ACCESS_CONTROL_REQUEST_METHOD).filter(|name| is_method(name));
        let method = method.ok_or_else(|| {
            let given = text(parts, &ACCESS_CONTROL_REQUEST_METHOD).unwrap_or("null");
            bad(format!("Invalid Access-Control-Request-Method: {given}"))
        })?;
        let names = text(parts, &ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
        let names = names.split(',').map(str::trim);
        Ok(Self {
            origin,
            method,
            headers: names
                .filter(|name| !name.is_empty())
                .map(str::to_ascii_lowercase)
                .collect(),
        })
    }
}

/// Answers a preflight. A bucket that does not exist is no error of its own: the browser shows
/// none of it to the page anyway.
pub(crate) fn preflight(request: &Parsed<'_>, bucket: Option<&Bucket>) -> Result<Answer, S3Error> {
    let question = Question::read(request.parts)?;
    let forbidden = |message: &'static str| {
        S3Error::new(Code::AccessForbidden)
            .message(message)
            .extra("Method", question.method)
            .extra("ResourceType", resource_type(request))
    };
    let bucket = bucket.ok_or_else(|| forbidden("CORSResponse: Bucket not found"))?;
    let rules = bucket
        .cors
        .as_ref()
        .ok_or_else(|| forbidden("CORSResponse: CORS is not enabled for this bucket."))?;
    let rule = rules.find(question.origin, question.method, &question.headers);
    let rule = rule.ok_or_else(|| {
        forbidden(
            "CORSResponse: This CORS request is not allowed. This is usually because the \
             evalution of Origin, request method / Access-Control-Request-Method or \
             Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
        )
    })?;
    let mut answer = response::empty(StatusCode::OK);
    let headers = answer.headers_mut();
    describe(rule, question.origin, headers);
    if !question.headers.is_empty() {
        let names = question.headers.join(", ");
        set(headers, ACCESS_CONTROL_ALLOW_HEADERS, &names);
    }
    Ok(answer)
}

/// What the page that sent this request may know of its answer; nothing where no rule fits.
pub(crate) fn headers_for(parts: &Parts, bucket: &Bucket) -> Option<HeaderMap> {
    let origin = text(parts, &ORIGIN)?;
    let asked = text(parts, &ACCESS_CONTROL_REQUEST_METHOD);
    let method = asked.unwrap_or(parts.method.as_str());
    let rule = bucket.cors.as_ref()?.find(origin, method, &[])?;
    let mut headers = HeaderMap::new();
    describe(rule, origin, &mut headers);
    Some(headers)
}

fn describe(rule: &Rule, origin: &str, headers: &mut HeaderMap) {
    if rule.is_for_everybody() {
        set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    } else {
        set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        set(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    set(
        headers,
        ACCESS_CONTROL_ALLOW_METHODS,
        &rule.methods.join(", "),
    );
    if !rule.exposed.is_empty() {
        set(
            headers,
            ACCESS_CONTROL_EXPOSE_HEADERS,
            &rule.exposed.join(", "),
        );
    }
    if let Some(seconds) = rule.max_age_seconds {
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(seconds));
    }
    let vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    headers.insert(VARY, HeaderValue::from_static(vary));
}

fn resource_type(request: &Parsed<'_>) -> &'static str {
    match request.target.level() {
        Level::Object => "OBJECT",
        Level::Bucket | Level::Service => "BUCKET",
    }
}

fn text<'a>(parts: &'a Parts, name: &http::HeaderName) -> Option<&'a str> {
    let value = parts.headers.get(name)?.to_str().ok()?;
    Some(value).filter(|value| !value.is_empty())
}
