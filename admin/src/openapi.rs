//! The OpenAPI 3.1 document, made from the table of routes and the types in it.

mod links;

use crate::answer::{Answer, with_type};
use crate::base::BasePath;
use crate::call::Call;
use crate::condition;
use crate::limits::REPEAT_KEY_CHARS_MAX;
use crate::refused::{ErrorAnswer, Refused};
use crate::repeats;
use crate::route::{Door, ROUTES, Response, Route};
use bytes::Bytes;
use http::header::{IF_MATCH, IF_NONE_MATCH};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// Where it is, unless a proxy shows it beneath another path.
const SERVER: &str = "/api/v1";

/// Made once: it depends on nothing that runs.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

pub(crate) async fn serve(call: &Call<'_>) -> Result<Answer, Refused> {
    let base = &call.admin.facts.base;
    let text = match *base == BasePath::default() {
        true => Bytes::from_static(DOCUMENT.as_bytes()),
        false => {
            let outside = base.outside(SERVER);
            let of = |url: &str| format!("\"servers\":[{{\"url\":\"{url}\"}}]");
            DOCUMENT.replacen(&of(SERVER), &of(&outside), 1).into()
        }
    };
    Ok(with_type(text, "application/json"))
}

pub(crate) fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for route in ROUTES {
        let operation = operation(route, &mut generator);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Value::Object(path) = path {
            path.insert(route.method.as_str().to_lowercase(), operation);
        }
    }
    paths.insert("/s3/{bucket}/{key}".into(), transfers());
    let error = generator.subschema_for::<ErrorAnswer>();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Cairn's admin interface",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": SERVER }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "responses": {
                "Refused": {
                    "description": "A refusal",
                    "content": { "application/json": { "schema": error } },
                },
            },
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut parameters = path_parameters(route.path);
    parameters.extend(query_parameters(route, generator));
    if repeats::is_repeatable(route) {
        parameters.push(json!({
            "name": repeats::HEADER,
            "in": "header",
            "required": false,
            "description": "The same key with the same request within 24 hours gives the first \
                            answer again, and does nothing",
            "schema": { "type": "string", "minLength": 1, "maxLength": REPEAT_KEY_CHARS_MAX },
        }));
    }
    if condition::is_known(route) {
        let told = [
            (
                IF_MATCH,
                "The `ETag` that reading it gave: nothing is changed if it has another now",
            ),
            (
                IF_NONE_MATCH,
                "`*`: nothing is changed if there is one already",
            ),
        ];
        parameters.extend(told.map(|(name, description)| {
            json!({
                "name": name.as_str(),
                "in": "header",
                "required": false,
                "description": description,
                "schema": { "type": "string" },
            })
        }));
    }
    let mut operation = json!({
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.path.split('/').nth(1).unwrap_or_default()],
        "x-cairn-action": route.action,
        "responses": responses(route, generator),
    });
    let Value::Object(fields) = &mut operation else {
        return operation;
    };
    if !parameters.is_empty() {
        fields.insert("parameters".into(), parameters.into());
    }
    if let Some(schema) = (route.request)(generator) {
        let body = json!({
            "required": true,
            "content": { "application/json": { "schema": schema } },
        });
        fields.insert("requestBody".into(), body);
    }
    if route.door == Door::Open {
        fields.insert("security".into(), json!([]));
    }
    operation
}

fn path_parameters(path: &str) -> Vec<Value> {
    let values = names_in(path).map(|name| {
        json!({
            "name": name,
            "in": "path",
            "required": true,
            "schema": { "type": "string", "minLength": 1 },
        })
    });
    values.collect()
}

/// The names of its `{…}`.
fn names_in(path: &str) -> impl Iterator<Item = &str> {
    let segments = path.split('/');
    segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

/// The fields of the route's query, one parameter each.
fn query_parameters(route: &Route, generator: &mut SchemaGenerator) -> Vec<Value> {
    let Some(schema) = (route.query)(generator) else {
        return Vec::new();
    };
    let schema = schema.to_value();
    let required: Vec<&str> = schema["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let Some(properties) = schema["properties"].as_object() else {
        return Vec::new();
    };
    let parameters = properties.iter().map(|(name, schema)| {
        json!({
            "name": name,
            "in": "query",
            "required": required.contains(&name.as_str()),
            "description": schema["description"],
            "schema": schema,
        })
    });
    parameters.collect()
}

fn responses(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let (status, content) = match &route.response {
        Response::Json(status, schema) => {
            let schema = schema(generator);
            let content = schema.map(|schema| json!({ "application/json": { "schema": schema } }));
            (status.as_u16(), content)
        }
        Response::Other(kinds) => {
            let kinds: Map<_, _> = kinds.iter().map(|it| ((*it).into(), json!({}))).collect();
            (200, Some(kinds.into()))
        }
    };
    let mut done = json!({ "description": route.summary });
    if let (Some(content), Value::Object(done)) = (content, &mut done) {
        done.insert("content".into(), content);
        if let Some(links) = links::of(route) {
            done.insert("links".into(), links);
        }
    }
    let refused = json!({ "$ref": "#/components/responses/Refused" });
    json!({ status.to_string(): done, "4XX": refused, "5XX": refused })
}

/// The protocol of S3 under an access token, which Amazon describes.
fn transfers() -> Value {
    let mut path = Map::new();
    let mut parameters = path_parameters("/{bucket}/{key}");
    if let Some(Value::Object(key)) = parameters.last_mut() {
        key.insert("description".into(), "May have slashes.".into());
    }
    path.insert("parameters".into(), parameters.into());
    for method in ["get", "head", "put", "post", "delete"] {
        let operation = json!({
            "operationId": format!("S3{method}"),
            "summary": "A request of S3 as whoever brings the token; answers are S3's own",
            "tags": ["s3"],
            "x-cairn-action": "as S3",
            "responses": { "default": { "description": "As S3 answers" } },
        });
        path.insert(method.into(), operation);
    }
    path.into()
}

#[cfg(test)]
mod tests;
