//! What can be asked of something that has just been made: from the answer that made it to every
//! route about it, by its name or id.

use crate::route::{ROUTES, Response, Route};
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

/// Links of OpenAPI; none where nothing is made.
pub(super) fn of(maker: &Route) -> Option<Value> {
    let makes = matches!(maker.response, Response::Json(StatusCode::CREATED, _));
    if maker.method != Method::POST || !makes {
        return None;
    }
    let links: Map<String, Value> = ROUTES.iter().filter_map(|to| link(maker, to)).collect();
    (!links.is_empty()).then_some(Value::Object(links))
}

/// From what lies in a list of things to one of them, or to what lies beneath it.
fn link(maker: &Route, to: &Route) -> Option<(String, Value)> {
    let beneath = to.path.strip_prefix(maker.path)?.strip_prefix("/{")?;
    let (own, rest) = beneath.split_once('}')?;
    // Of anything further only whoever made that knows the name.
    if rest.contains('{') {
        return None;
    }
    let mut parameters = Map::new();
    for outer in super::names_in(maker.path) {
        parameters.insert(outer.into(), format!("$request.path.{outer}").into());
    }
    parameters.insert(own.into(), format!("$response.body#/{own}").into());
    let link = json!({ "operationId": to.name, "parameters": parameters });
    Some((to.name.to_owned(), link))
}
