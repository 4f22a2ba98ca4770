//! A list in place of an object, which the reader would take for one, by the order of its fields: no
//! client means that, and the document of the interface does not allow it.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

/// The path of such a list, if there is one.
pub(super) fn misplaced<T: JsonSchema>(text: &[u8]) -> Option<String> {
    if !text.contains(&b'[') {
        return None;
    }
    let value: Value = serde_json::from_slice(text).ok()?;
    let schema = SchemaGenerator::default().into_root_schema_for::<T>();
    let root = schema.as_value();
    find(&value, root, root, "")
}

fn find(value: &Value, schema: &Value, root: &Value, path: &str) -> Option<String> {
    let schema = resolved(schema, root);
    let inside = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match value {
        Value::Array(_) if is_object(schema) => Some(path.to_owned()),
        Value::Array(items) => {
            let of_items = schema.get("items")?;
            let mut items = items.iter().enumerate();
            items.find_map(|(at, item)| find(item, of_items, root, &inside(&at.to_string())))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let known = schema.get("properties").and_then(|all| all.get(name));
            let schema = known.or_else(|| schema.get("additionalProperties"))?;
            find(value, schema, root, &inside(name))
        }),
        _ => None,
    }
}

/// What is referred to; of what may be null, what it is otherwise.
fn resolved<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    if let Some(Value::String(name)) = schema.get("$ref") {
        let place = name.trim_start_matches('#');
        return root.pointer(place).unwrap_or(schema);
    }
    if let Some(Value::Array(any)) = schema.get("anyOf") {
        let mut others = any.iter().filter(|it| it["type"] != "null");
        if let (Some(only), None) = (others.next(), others.next()) {
            return resolved(only, root);
        }
    }
    schema
}

fn is_object(schema: &Value) -> bool {
    match &schema["type"] {
        Value::String(one) => one == "object",
        Value::Array(some) => {
            let has = |name: &str| some.iter().any(|it| it == name);
            has("object") && !has("array")
        }
        _ => false,
    }
}
