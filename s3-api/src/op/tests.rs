mod document;

use super::*;
use http::{HeaderName, HeaderValue};
use std::collections::HashSet;

/// The request that a row describes, with nothing else in it.
fn sample(row: &Operation) -> (Method, Query, HeaderMap) {
    let example = row.example("bucket", "key");
    let method = Method::from_bytes(example.method.as_bytes()).unwrap();
    let query = example.target.split_once('?').map(|(_, query)| query);
    let headers = example.headers.into_iter();
    let headers =
        headers.map(|name| (HeaderName::from_static(name), HeaderValue::from_static("x")));
    (method, Query::parse(query).unwrap(), headers.collect())
}

fn routed(method: &str, level: Level, query: &str) -> Result<&'static str, Code> {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let query = Query::parse(Some(query)).unwrap();
    route(&method, level, &query, &HeaderMap::new())
        .map(|operation| operation.name)
        .map_err(|error| error.code())
}

#[test]
fn the_table_has_every_operation_of_the_model_once() {
    let names: HashSet<_> = OPERATIONS.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), OPERATIONS.len());
    assert_eq!(OPERATIONS.len(), 116);
}

#[test]
fn every_row_is_reached_by_the_request_it_describes() {
    for row in OPERATIONS {
        let (method, query, headers) = sample(row);
        let found = route(&method, row.level, &query, &headers).unwrap();
        let expected = match row.disposition {
            Disposition::SameAs(name) => name,
            _ => row.name,
        };
        assert_eq!(found.name, expected);
    }
}

#[test]
fn an_alias_names_a_row_that_is_none() {
    for row in OPERATIONS {
        let Disposition::SameAs(name) = row.disposition else {
            continue;
        };
        let target = OPERATIONS.iter().find(|other| other.name == name).unwrap();
        assert!(
            !matches!(target.disposition, Disposition::SameAs(_)),
            "{}",
            row.name
        );
    }
}

#[test]
fn an_unknown_subresource_is_never_a_listing() {
    for query in ["brand-new", "brand-new=", "prefix=a&brand-new"] {
        assert_eq!(
            routed("GET", Level::Bucket, query),
            Err(Code::NotImplemented)
        );
        assert_eq!(
            routed("GET", Level::Object, query),
            Err(Code::NotImplemented)
        );
        assert_eq!(
            routed("PUT", Level::Bucket, query),
            Err(Code::NotImplemented)
        );
        assert_eq!(
            routed("DELETE", Level::Object, query),
            Err(Code::NotImplemented)
        );
    }
}

#[test]
fn a_known_subresource_under_another_method_is_not_allowed() {
    assert_eq!(
        routed("DELETE", Level::Object, "acl"),
        Err(Code::MethodNotAllowed)
    );
    assert_eq!(
        routed("GET", Level::Object, "uploads"),
        Err(Code::MethodNotAllowed)
    );
    assert_eq!(
        routed("GET", Level::Service, "acl"),
        Err(Code::MethodNotAllowed)
    );
    assert_eq!(
        routed("DELETE", Level::Bucket, "versioning"),
        Err(Code::MethodNotAllowed)
    );
    assert_eq!(
        routed("PUT", Level::Bucket, "versions=1"),
        Err(Code::MethodNotAllowed)
    );
}

#[test]
fn annotations_and_plain_parameters_change_nothing() {
    assert_eq!(
        routed("GET", Level::Object, "x-id=GetObject"),
        Ok("GetObject")
    );
    assert_eq!(
        routed("GET", Level::Object, "versionId=&foo=bar"),
        Ok("GetObject")
    );
    assert_eq!(
        routed("GET", Level::Object, "response-expires=&id=1"),
        Ok("GetObject")
    );
    assert_eq!(
        routed("GET", Level::Bucket, "prefix=&delimiter="),
        Ok("ListObjects")
    );
    assert_eq!(
        routed("GET", Level::Bucket, "list-type=1"),
        Ok("ListObjects")
    );
    assert_eq!(routed("GET", Level::Bucket, ""), Ok("ListObjects"));
}

#[test]
fn methods_without_operations_are_refused() {
    assert_eq!(
        routed("PATCH", Level::Object, ""),
        Err(Code::MethodNotAllowed)
    );
    assert_eq!(
        routed("POST", Level::Object, ""),
        Err(Code::MethodNotAllowed)
    );
    assert_eq!(
        routed("PUT", Level::Service, ""),
        Err(Code::MethodNotAllowed)
    );
    assert_eq!(
        routed("OPTIONS", Level::Service, ""),
        Err(Code::MethodNotAllowed)
    );
}

#[test]
fn a_browser_may_ask_about_anything_in_a_bucket() {
    for query in ["", "acl", "brand-new", "X-Amz-Signature=x"] {
        for level in [Level::Bucket, Level::Object] {
            assert_eq!(routed("OPTIONS", level, query), Ok("Preflight"));
        }
    }
}

#[test]
fn a_form_is_posted_to_a_bucket() {
    let posted = |content_type: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        let query = Query::parse(None).unwrap();
        let found = route(&Method::POST, Level::Bucket, &query, &headers);
        found.map(|row| row.name).map_err(|error| error.code())
    };
    assert_eq!(posted("multipart/form-data; boundary=x"), Ok("PostObject"));
    assert_eq!(posted("Multipart/Form-Data"), Ok("PostObject"));
    assert_eq!(
        posted("multipart/form-database"),
        Err(Code::PreconditionFailed)
    );
    assert_eq!(
        routed("POST", Level::Bucket, ""),
        Err(Code::PreconditionFailed)
    );
}
