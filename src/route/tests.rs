use http::Request;

use super::*;

fn routed(method: &str, uri: &str, headers: &[(&str, &str)]) -> Route {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    route(&request.body(()).unwrap().into_parts().0)
}

#[test]
fn plain_reads_of_exactly_these_paths_are_the_servers_own() {
    for (path, expected) in [
        ("/health/live", Route::Live),
        ("/health/ready", Route::Ready),
        ("/metrics", Route::Metrics),
    ] {
        assert_eq!(routed("GET", path, &[]), expected);
        assert_eq!(routed("HEAD", path, &[]), expected);
        assert_eq!(routed("GET", &format!("http://host{path}"), &[]), expected);
    }
}

#[test]
fn everything_else_is_s3() {
    for path in [
        "/",
        "/health",
        "/health/",
        "/health/live/",
        "/health//live",
        "/health/liv%65",
        "/metrics/",
        "/metrics/key",
        "/bucket/health/live",
    ] {
        assert_eq!(routed("GET", path, &[]), Route::S3, "{path}");
    }
    for method in ["PUT", "POST", "DELETE", "OPTIONS"] {
        assert_eq!(routed(method, "/metrics", &[]), Route::S3);
        assert_eq!(routed(method, "/health/live", &[]), Route::S3);
    }
}

#[test]
fn buckets_of_these_names_are_reached_by_signed_requests() {
    let signed = [("authorization", "AWS4-HMAC-SHA256 Credential=...")];
    assert_eq!(routed("GET", "/metrics", &signed), Route::S3);
    assert_eq!(routed("GET", "/health/live", &signed), Route::S3);
    assert_eq!(
        routed("GET", "/health/live?X-Amz-Signature=00", &[]),
        Route::S3
    );
    assert_eq!(routed("GET", "/metrics?list-type=2", &[]), Route::S3);
}
