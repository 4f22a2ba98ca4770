//! What becomes of the access logs of buckets, as metrics: one row each.

use s3_api::AccessLogStats;

use super::rows::Row;

pub(super) const ROWS: &[Row<AccessLogStats>] = &[
    (
        "cairn_access_log_lines_total",
        "Requests to buckets with an access log since the start",
        |s| s.lines,
    ),
    (
        "cairn_access_log_objects_total",
        "Access logs written since the start",
        |s| s.objects,
    ),
    (
        "cairn_access_log_dropped_total",
        "Lines for which there was no room, or which could not be written",
        |s| s.dropped,
    ),
];
