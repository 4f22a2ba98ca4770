//! What stands in JSON, in words.

use super::spans::to_the_second;
pub(crate) use admin::counted;
use serde_json::Value;

/// The text at a field; nothing where there is none.
pub(crate) fn text(value: &Value, field: &str) -> String {
    match &value[field] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A time, without the parts of its second.
pub(crate) fn moment(value: &Value, field: &str) -> String {
    to_the_second(&text(value, field))
}

pub(crate) fn maybe(value: &Value, field: &str) -> Option<String> {
    Some(text(value, field)).filter(|text| !text.is_empty())
}

pub(crate) fn number(value: &Value, field: &str) -> u64 {
    value[field].as_u64().unwrap_or_default()
}

/// Names in a list, or the `name` of each thing in it.
pub(crate) fn names(list: &Value) -> String {
    let items = list.as_array().into_iter().flatten();
    let names: Vec<String> = items
        .map(|item| match item {
            Value::String(name) => name.clone(),
            item => text(item, "name"),
        })
        .collect();
    names.join(", ")
}

/// What is in a list; nothing where there is none.
pub(crate) fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn yes_or_no(value: &Value, field: &str) -> &'static str {
    match value[field].as_bool() {
        Some(true) => "yes",
        _ => "no",
    }
}

#[cfg(test)]
mod tests;
