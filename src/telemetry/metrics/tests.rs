use http::StatusCode;

use super::*;

fn line<'a>(text: &'a str, start: &str) -> &'a str {
    text.lines()
        .find(|line| line.starts_with(start))
        .unwrap_or_else(|| panic!("no line {start:?} in:\n{text}"))
}

#[test]
fn requests_are_counted_by_operation_status_and_error() {
    let metrics = Metrics::new().unwrap();
    for _ in 0..2 {
        let ended = Ended {
            operation: "GetObject",
            status: StatusCode::NOT_FOUND,
            error: "NoSuchKey",
            took: Duration::from_millis(3),
            received: 0,
            sent: 11,
        };
        metrics.request_ended(Interface::S3, ended);
    }
    let text = metrics.render(&EngineStats::default()).unwrap();
    let counted =
        "cairn_requests_total{error=\"NoSuchKey\",operation=\"GetObject\",status=\"404\"}";
    assert_eq!(line(&text, counted), format!("{counted} 2"));
    let bucket = "cairn_request_seconds_bucket{operation=\"GetObject\",le=\"0.0025\"}";
    assert_eq!(line(&text, bucket), format!("{bucket} 0"));
    let bucket = "cairn_request_seconds_bucket{operation=\"GetObject\",le=\"0.005\"}";
    assert_eq!(line(&text, bucket), format!("{bucket} 2"));
    let sent = "cairn_answer_body_bytes_total{operation=\"GetObject\"}";
    assert_eq!(line(&text, sent), format!("{sent} 22"));
    assert!(!text.contains("cairn_admin_requests_total{"), "{text}");
}

#[test]
fn objects_that_go_through_the_console_count_as_requests_of_s3() {
    let metrics = Metrics::new().unwrap();
    let ended = |interface, operation| {
        let ended = Ended {
            operation,
            status: StatusCode::OK,
            error: "",
            took: Duration::from_millis(3),
            received: 0,
            sent: 11,
        };
        metrics.request_ended(interface, ended);
    };
    ended(Interface::S3, "GetObject");
    ended(Interface::Admin, admin::TRANSFER);
    ended(Interface::Admin, "ListUsers");
    let counted = metrics.totals();
    assert_eq!((counted.answers[0], counted.timed), (2, 2));
}

#[test]
fn without_a_bound_nothing_is_slow() {
    let slow = Slow::default();
    assert!(!slow.is(Duration::MAX));
    slow.set(Duration::from_millis(5));
    assert!(slow.is(Duration::from_millis(5)) && !slow.is(Duration::from_millis(4)));
    slow.set(Duration::ZERO);
    assert!(!slow.is(Duration::MAX));
}

#[test]
fn gauges_fall_again() {
    let metrics = Metrics::new().unwrap();
    let open = metrics.connection_opened();
    let also = metrics.connection_opened();
    drop(open);
    let begun = metrics.request_begun();
    let text = metrics.render(&EngineStats::default()).unwrap();
    assert_eq!(line(&text, "cairn_connections "), "cairn_connections 1");
    assert_eq!(
        line(&text, "cairn_requests_in_flight "),
        "cairn_requests_in_flight 1"
    );
    drop((also, begun));
    let text = metrics.render(&EngineStats::default()).unwrap();
    assert_eq!(line(&text, "cairn_connections "), "cairn_connections 0");
    assert_eq!(
        line(&text, "cairn_connections_total "),
        "cairn_connections_total 2"
    );
    assert_eq!(
        line(&text, "cairn_requests_in_flight "),
        "cairn_requests_in_flight 0"
    );
}

#[test]
fn the_process_is_measured() {
    let text = Metrics::new()
        .unwrap()
        .render(&EngineStats::default())
        .unwrap();
    let resident = line(&text, "process_resident_memory_bytes ");
    let bytes: f64 = resident.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(bytes > 1e5, "{resident}");
    line(&text, "process_cpu_seconds_total ");
    line(&text, "process_open_fds ");
}
