//! Which route a request takes: a pure decision over method and path.

use crate::route::{ROUTES, Route};
use http::Method;
use percent_encoding::percent_decode_str;

/// What stands at a path.
#[derive(Debug)]
pub(crate) enum Found {
    Route(&'static Route, Vec<String>),
    /// Nothing for this method, but something for those.
    Methods(Vec<&'static Method>),
    Nothing,
}

/// `path` is what comes behind `/api/v1`.
pub(crate) fn find(method: &Method, path: &str) -> Found {
    let mut methods = Vec::new();
    for route in ROUTES {
        let Some(values) = matches(route.path, path) else {
            continue;
        };
        if route.method == *method {
            return Found::Route(route, values);
        }
        methods.push(&route.method);
    }
    match methods.is_empty() {
        true => Found::Nothing,
        false => Found::Methods(methods),
    }
}

/// The values of the template's `{…}`, percent-decoded. A value that is empty or not text matches
/// nothing.
fn matches(template: &str, path: &str) -> Option<Vec<String>> {
    let mut values = Vec::new();
    let mut given = path.split('/');
    for expected in template.split('/') {
        let segment = given.next()?;
        if expected.starts_with('{') {
            let value = percent_decode_str(segment).decode_utf8().ok()?;
            if value.is_empty() {
                return None;
            }
            values.push(value.into_owned());
        } else if expected != segment {
            return None;
        }
    }
    given.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests;
