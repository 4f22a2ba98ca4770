//! What the rows amount to, beside what the counters say.

use super::{Check, Problem};
use crate::ids::SegmentId;
use crate::meta::Place;
use crate::row::{SegmentKind, SegmentRow, UsageRow};

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usage {
    pub(super) recorded: UsageRow,
    pub(super) counted: UsageRow,
}

/// The chunks of one segment together.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Places {
    live_bytes: u64,
    end: u64,
}

impl Places {
    pub(super) fn add(&mut self, place: Place) {
        let bytes = u64::from(place.record_bytes);
        self.live_bytes += bytes;
        self.end = self.end.max(place.offset.saturating_add(bytes));
    }
}

impl Check<'_> {
    pub(super) fn compare_usage(&mut self) {
        for (id, Usage { recorded, counted }) in std::mem::take(&mut self.usage) {
            if recorded != counted {
                let bucket = self.buckets.get(&id);
                let bucket = bucket.map_or_else(|| id.to_string(), |row| row.name.clone());
                self.problem(Problem::Usage {
                    bucket,
                    recorded,
                    counted,
                });
            }
        }
    }

    pub(super) fn compare_segments(&mut self) {
        if let Some(remembered) = self.remembered.take() {
            for (segment, account) in &self.accounts.clone() {
                let kept = remembered.get(segment).copied();
                if kept != Some(*account) {
                    self.account(*segment, kept, *account);
                }
            }
        }
        for (segment, account) in self.accounts.clone() {
            let Places { live_bytes, end } = self.places.remove(&segment).unwrap_or_default();
            // The end stays where it was when the last chunks in front of it are let go.
            let counted = SegmentRow {
                live_bytes,
                end: account.end.max(end),
                ..account
            };
            if counted != account {
                self.account(segment, Some(account), counted);
            }
            self.file_of(segment, account);
        }
        for (segment, Places { live_bytes, end }) in std::mem::take(&mut self.places) {
            let kind = SegmentKind::Bulk;
            self.account(
                segment,
                None,
                SegmentRow {
                    kind,
                    live_bytes,
                    end,
                },
            );
        }
    }

    fn account(&mut self, segment: SegmentId, recorded: Option<SegmentRow>, counted: SegmentRow) {
        self.problem(Problem::Account {
            segment,
            recorded,
            counted,
        });
    }

    fn file_of(&mut self, id: SegmentId, account: SegmentRow) {
        let Some(media) = self.media else {
            return;
        };
        let detail = match media.get(id) {
            None => {
                // What is empty may have gone before its account.
                if account.live_bytes == 0 {
                    return;
                }
                let unreadable = media.unreadable(id);
                Some(unreadable.unwrap_or("its file is missing".to_owned()))
            }
            Some(segment) if segment.kind() != account.kind => {
                Some(format!("it is of kind {:?}", segment.kind()))
            }
            Some(segment) if segment.capacity() < account.end => Some(format!(
                "it ends at {}, its account at {}",
                segment.capacity(),
                account.end
            )),
            Some(_) => None,
        };
        if let Some(detail) = detail {
            self.problem(Problem::Segment {
                segment: id,
                detail,
            });
        }
    }
}
