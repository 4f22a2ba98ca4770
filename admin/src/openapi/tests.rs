use super::*;

#[test]
fn every_route_is_in_the_document() {
    let document = document();
    for route in ROUTES {
        let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        assert_eq!(operation["operationId"], route.name);
        assert!(
            !operation["summary"].as_str().unwrap().is_empty(),
            "{route:?}"
        );
    }
}

/// Every `$ref` leads somewhere, and there are some.
#[test]
fn references_lead_somewhere() {
    let document = document();
    let mut found = Vec::new();
    collect(&document, &mut found);
    assert!(found.len() > 50, "{}", found.len());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(
                fields
                    .get("$ref")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            fields.values().for_each(|value| collect(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

/// The document for people names every route, and no other.
#[test]
fn the_overview_is_up_to_date() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let text = std::fs::read_to_string(format!("{folder}/../docs/ADMIN_API.md")).unwrap();
    let rows = ROUTES.iter().map(|route| {
        let action = route.action.replace("as S3", "*as S3*");
        let action = if action == "-" { String::new() } else { action };
        let Route {
            method,
            path,
            summary,
            ..
        } = route;
        format!("| `{method} {path}` | {summary} | {action} |\n")
    });
    let table: String = rows.collect();
    let listed = text.contains(&table);
    assert!(listed, "docs/ADMIN_API.md should have this table:\n{table}");
}
