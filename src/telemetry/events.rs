//! What the telling of events tells of itself, as metrics: one row each.

use pipeline::events::EventStats;

use super::rows::Row;

pub(super) const ROWS: &[Row<EventStats>] = &[
    (
        "cairn_events_told_total",
        "Events that webhooks have taken since the start",
        |s| s.told,
    ),
    (
        "cairn_events_failed_total",
        "Messages to webhooks that did not get through, each try counted",
        |s| s.failed,
    ),
    (
        "cairn_events_given_up_total",
        "Events put among the dead letters since the start",
        |s| s.buried,
    ),
    (
        "cairn_events_dropped_total",
        "Dead letters thrown away because there were too many",
        |s| s.dropped,
    ),
    (
        "cairn_events_oldest_seconds",
        "Age of the oldest event that is still to be told",
        |s| s.oldest_seconds,
    ),
];
