use super::*;
use std::collections::HashSet;

fn named(method: Method, path: &str) -> (&'static str, Vec<String>) {
    match find(&method, path) {
        Found::Route(route, values) => (route.name, values),
        other => panic!("{method} {path}: {other:?}"),
    }
}

#[test]
fn values_of_the_path_are_decoded() {
    let (name, values) = named(Method::GET, "/buckets/a%2Fb/config/cors");
    assert_eq!(
        (name, values),
        ("GetBucketConfig", vec!["a/b".into(), "cors".into()])
    );
    assert_eq!(named(Method::POST, "/buckets").0, "CreateBucket");
}

#[test]
fn what_is_not_in_the_table_is_not_found() {
    for path in [
        "",
        "/",
        "/buckets/",
        "/buckets//quota",
        "/nowhere",
        "/buckets/%ff",
        "/session/x",
    ] {
        assert!(matches!(find(&Method::GET, path), Found::Nothing), "{path}");
    }
}

#[test]
fn another_method_is_told_which_there_are() {
    let Found::Methods(methods) = find(&Method::PATCH, "/buckets") else {
        panic!("there is no such route");
    };
    assert_eq!(methods, [&Method::GET, &Method::POST]);
}

#[test]
fn no_two_routes_are_one() {
    let mut seen = HashSet::new();
    let mut names = HashSet::new();
    for route in ROUTES {
        assert!(seen.insert((&route.method, route.path)), "{route:?}");
        assert!(names.insert(route.name), "{}", route.name);
    }
}
