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

/// Generated clients call types so. Of two that want one name, the second gets a number behind it.
#[test]
fn every_schema_has_a_name_of_its_own() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let is_numbered = |name: &&String| name.ends_with(|last: char| last.is_ascii_digit());
    let numbered: Vec<&String> = schemas.keys().filter(is_numbered).collect();
    assert!(numbered.is_empty(), "give these a name: {numbered:?}");
    for wanted in [
        "PageOfUserListed",
        "PageOfKeyView",
        "ObjectTags",
        "UserTags",
    ] {
        assert!(
            schemas.contains_key(wanted),
            "{wanted}: {:?}",
            schemas.keys()
        );
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

/// Every link leads to a route, from a field that the answer has, with all that the route's path
/// needs.
#[test]
fn links_lead_from_what_was_made_to_what_can_be_asked_of_it() {
    let document = document();
    let mut count = 0;
    for maker in ROUTES {
        let operation = &document["paths"][maker.path][maker.method.as_str().to_lowercase()];
        let made = &operation["responses"]["201"];
        let Some(links) = made["links"].as_object() else {
            continue;
        };
        let schema = made["content"]["application/json"]["schema"]["$ref"].as_str();
        let schema = document.pointer(&schema.unwrap()[1..]).unwrap();
        for link in links.values() {
            count += 1;
            let to = ROUTES
                .iter()
                .find(|it| link["operationId"] == it.name)
                .unwrap();
            let parameters = link["parameters"].as_object().unwrap();
            let mut wanted: Vec<&str> = names_in(to.path).collect();
            wanted.sort_unstable();
            assert_eq!(parameters.keys().collect::<Vec<_>>(), wanted, "{to:?}");
            let from = parameters.values().filter_map(Value::as_str);
            for field in from.filter_map(|it| it.strip_prefix("$response.body#/")) {
                assert!(
                    schema["properties"][field].is_object(),
                    "{maker:?}: {field}"
                );
            }
        }
    }
    let bucket = &document["paths"]["/buckets"]["post"]["responses"]["201"]["links"];
    assert_eq!(
        bucket["DeleteBucket"]["parameters"]["name"],
        "$response.body#/name"
    );
    let key = &document["paths"]["/users/{name}/keys"]["post"]["responses"]["201"]["links"];
    assert_eq!(key["DeleteKey"]["parameters"]["name"], "$request.path.name");
    assert!(count > 40, "{count}");
}
