//! What the server did not take on, as metrics: one row each.

use s3_api::LoadStats;

use super::rows::Row;

pub(super) const ROWS: &[Row<LoadStats>] = &[
    (
        "cairn_slowed_keys_total",
        "Requests refused since the start because their access key makes too many",
        |s| s.by_key,
    ),
    (
        "cairn_slowed_users_total",
        "Requests refused since the start because their user makes too many",
        |s| s.by_user,
    ),
    (
        "cairn_slowed_addresses_total",
        "Requests refused since the start because their address makes too many",
        |s| s.by_address,
    ),
    (
        "cairn_slowed_requests_total",
        "Requests refused since the start because too many were under way",
        |s| s.by_requests,
    ),
    (
        "cairn_slowed_memory_total",
        "Requests refused since the start because bodies under way took all memory for them",
        |s| s.by_memory,
    ),
    (
        "cairn_body_memory_bytes",
        "Memory taken for bodies of requests and answers under way",
        |s| s.body_bytes,
    ),
];
