//! Chunks: every name leads to one, and each is counted as often as it is named.

use super::rows::name;
use super::{Check, Problem};
use crate::error::Result;
use crate::ids::{ExtentId, SegmentId};
use crate::index::Step;
use crate::key::{self, Key, KeyRange, Table};
use crate::limits::CHUNK_BYTES;
use crate::meta::Place;
use crate::row::{self, Body, ExtentRow, PartRow, Run, SegmentRow, TrashRow, VersionRow};

/// Chunks whose names are counted in one walk over the rows: about 100 MiB.
const CHUNKS_PER_WINDOW: usize = 2 << 20;
const DOING: &str = "names of chunks";

/// A chunk as its row has it, and how it was found to be named.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) id: ExtentId,
    pub(super) place: Place,
    recorded: u32,
    counted: u32,
    /// Bytes of it that some body wants, counted from its start.
    pub(super) wanted: u32,
}

/// Consecutive chunks, and the ids up to the next ones.
#[derive(Debug)]
struct Window {
    first: ExtentId,
    chunks: Vec<Named>,
    next: Option<ExtentId>,
}

impl Window {
    fn covers(&self, id: ExtentId) -> bool {
        id >= self.first && self.next.is_none_or(|next| id < next)
    }
}

impl Check<'_> {
    pub(super) fn extents(&mut self) -> Result<()> {
        self.each(
            DOING,
            &key::table(Table::Segment),
            |check, key, row: SegmentRow| {
                let id = key::number_of(key).map(SegmentId);
                check.accounts.extend(id.map(|id| (id, row)));
                Ok(())
            },
        )?;
        let mut first = ExtentId(0);
        while !self.interrupted {
            let mut window = self.window(first)?;
            self.count_names(&mut window)?;
            if self.interrupted {
                break;
            }
            self.compare_names(&window);
            let next = window.next;
            self.look_at(window.chunks)?;
            match next {
                Some(next) => first = next,
                None => break,
            }
        }
        Ok(())
    }

    fn window(&mut self, first: ExtentId) -> Result<Window> {
        let mut window = Window {
            first,
            chunks: Vec::new(),
            next: None,
        };
        let end = key::table(Table::Extent).end;
        let range = Key::extent(first)..end;
        let rows = self.rows;
        rows.walk(&range, &mut |key, value| {
            let Some(id) = key::number_of(key).map(ExtentId) else {
                return Step::Next;
            };
            if window.chunks.len() >= CHUNKS_PER_WINDOW {
                window.next = Some(id);
                return Step::Stop;
            }
            self.report.chunks += 1;
            if self.next_extent.is_some_and(|next| id >= next) {
                self.bad_row(key, "its number has not been given out");
            }
            match row::decode::<ExtentRow>(value) {
                Ok(ExtentRow {
                    segment,
                    offset,
                    record_bytes,
                    refs,
                }) => {
                    let place = Place {
                        segment,
                        offset,
                        record_bytes,
                    };
                    self.places.entry(segment).or_default().add(place);
                    window.chunks.push(Named {
                        id,
                        place,
                        recorded: refs,
                        counted: 0,
                        wanted: 0,
                    });
                }
                Err(bad) => self.bad_row(key, bad.to_string()),
            }
            match self.row_done("chunks") {
                true => Step::Next,
                false => Step::Stop,
            }
        })?;
        Ok(window)
    }

    /// Follows every body to the chunks of the window.
    fn count_names(&mut self, window: &mut Window) -> Result<()> {
        for table in [Table::Current, Table::Version] {
            self.each(DOING, &key::table(table), |check, key, row: VersionRow| {
                if let Some(detail) = &row.detail {
                    check.names(window, key, &detail.body);
                }
                Ok(())
            })?;
        }
        self.each(
            DOING,
            &key::table(Table::Part),
            |check, key, row: PartRow| {
                check.names(window, key, &row.body);
                Ok(())
            },
        )?;
        let trash: KeyRange = key::table(Table::Trash);
        self.each(DOING, &trash, |check, key, row: TrashRow| {
            if let TrashRow::Body(body) = &row {
                check.names(window, key, body);
            }
            Ok(())
        })
    }

    fn names(&mut self, window: &mut Window, key: &[u8], body: &Body) {
        let Body::Runs(runs) = body else { return };
        for run in runs {
            for (number, id) in (0u64..).zip(run.ids.iter()) {
                if !window.covers(id) {
                    continue;
                }
                match window.chunks.binary_search_by_key(&id, |chunk| chunk.id) {
                    Ok(at) => {
                        let chunk = &mut window.chunks[at];
                        chunk.counted += 1;
                        chunk.wanted = chunk.wanted.max(wanted(run, number));
                    }
                    Err(_) => {
                        self.problem(Problem::MissingExtent {
                            row: name(key),
                            extent: id,
                        });
                    }
                }
            }
        }
    }

    fn compare_names(&mut self, window: &Window) {
        for chunk in &window.chunks {
            let Named {
                id: extent,
                place,
                recorded,
                counted,
                ..
            } = *chunk;
            if counted == 0 {
                let (segment, bytes) = (place.segment, place.record_bytes);
                self.problem(Problem::Leak {
                    extent,
                    segment,
                    bytes,
                });
            } else if counted != recorded {
                self.problem(Problem::References {
                    extent,
                    recorded,
                    counted,
                });
            }
        }
    }
}

/// How much of its `number`th chunk a run needs; nothing where it only waits to be freed.
fn wanted(run: &Run, number: u64) -> u32 {
    const CHUNK: u64 = CHUNK_BYTES as u64;
    if run.len == 0 {
        return 0;
    }
    let end = run.len.saturating_add(u64::from(run.skip));
    let bytes = end.saturating_sub(number.saturating_mul(CHUNK)).min(CHUNK);
    u32::try_from(bytes).expect("at most CHUNK_BYTES, which is far below 4 GiB")
}
