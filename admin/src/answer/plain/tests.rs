use super::*;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Wanted {
    name: String,
    #[serde(default)]
    count: u32,
    #[serde(default)]
    is_so: bool,
    kind: Option<Kind>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Scrub,
    Check,
}

/// What is said of this body.
fn of(text: &str) -> (String, String) {
    let error = serde_json::from_str::<Wanted>(text).unwrap_err();
    match error.is_data() {
        true => {
            let said = said(&error.to_string());
            (said.field.unwrap_or_default(), said.text)
        }
        false => (String::new(), malformed(&error.to_string())),
    }
}

#[test]
fn nobody_has_to_know_serde() {
    for (text, field, expected) in [
        (r#"{}"#, "name", "This is needed."),
        (r#"{"name":"a","name":"b"}"#, "name", "This is given twice."),
        (
            r#"{"nam":"a"}"#,
            "nam",
            "There is no such field here. Known: name, count, is_so, kind.",
        ),
        (
            r#"{"name":"a","kind":"foo"}"#,
            "",
            "It cannot be \"foo\". It can be: scrub, check.",
        ),
        (r#"{"name":5}"#, "", "It has to be a text, and is 5."),
        (
            r#"{"name":"a","count":"many"}"#,
            "",
            "It has to be a whole number, and is \"many\".",
        ),
        (
            r#"{"name":"a","count":-1}"#,
            "",
            "It has to be a whole number, and is -1.",
        ),
        (
            r#"{"name":"a","count":1.5}"#,
            "",
            "It has to be a whole number, and is 1.5.",
        ),
        (
            r#"{"name":"a","is_so":{}}"#,
            "",
            "It has to be true or false, and is an object.",
        ),
        (r#"[]"#, "", "It has to be an object, and is a list."),
        (r#""text""#, "", "It has to be an object, and is \"text\"."),
        (
            r#"{"name":"#,
            "",
            "The JSON ends too early, in line 1, column 8.",
        ),
        (
            r#"nonsense"#,
            "",
            "This is no JSON: something is wrong in line 1, column 2.",
        ),
    ] {
        assert_eq!(of(text), (field.to_owned(), expected.to_owned()), "{text}");
    }
    let query = |text: &str| {
        let error = serde_html_form::from_str::<Wanted>(text).unwrap_err();
        said(&error.to_string()).text
    };
    assert_eq!(query("name=a&count=x"), "It has to be a whole number.");
    let wrong = query("name=a&is_so=x");
    assert_eq!(wrong, "It has to be true or false, and is \"x\".");
}
