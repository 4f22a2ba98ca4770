use super::*;
use serde_json::json;

#[test]
fn names_are_told_from_things_with_names() {
    assert_eq!(names(&json!(["a", { "name": "b" }])), "a, b");
    assert_eq!(names(&Value::Null), "");
    assert_eq!(text(&json!({ "a": null }), "a"), "");
    assert_eq!(maybe(&json!({ "a": 5 }), "a"), Some("5".into()));
}
