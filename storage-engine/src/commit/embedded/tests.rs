use std::path::Path;

use super::*;
use crate::ids::ExtentId;
use crate::index::{CatchUp, IndexStats, RowChange};
use crate::row::AppliedRow;

/// A group is applied while this index is made durable, as it happens under load.
#[derive(Debug)]
struct Busy {
    progress: Arc<Progress>,
    meanwhile: AppliedRow,
}

impl Index for Busy {
    fn get(&self, _: &Key) -> Result<Option<Bytes>> {
        Ok(None)
    }

    fn get_ready(&self, _: &Key) -> Result<Ready> {
        Ok(Ready::Missing)
    }

    fn walk(&self, _: &KeyRange, _: &mut dyn FnMut(&[u8], &[u8]) -> Step) -> Result<()> {
        Ok(())
    }

    fn apply(&self, _: &[RowChange]) -> Result<()> {
        Ok(())
    }

    fn flush(&self) -> Result<()> {
        self.progress
            .committed(self.meanwhile, HashMap::new(), 1, 0);
        Ok(())
    }

    fn ready(&self) -> Result<()> {
        Ok(())
    }

    fn renew(&self, _: &mut CatchUp<'_>) -> Result<()> {
        Ok(())
    }

    fn checkpoint(&self, _: &Path) -> Result<()> {
        Ok(())
    }

    fn stats(&self) -> IndexStats {
        IndexStats::default()
    }

    fn close(&self) {}
}

fn at(segment: u64) -> AppliedRow {
    AppliedRow {
        segment: SegmentId(segment),
        offset: 4096,
        next_sequence: Sequence(segment),
        next_extent: ExtentId(1),
    }
}

#[test]
fn what_is_applied_during_a_flush_is_not_durable_by_it() {
    let progress = Arc::new(Progress::new(at(1), HashMap::new()));
    let index = Busy {
        progress: Arc::clone(&progress),
        meanwhile: at(2),
    };
    let failure = Failure::default();
    flush(&index, &progress, &failure);
    assert_eq!(progress.applied().segment, SegmentId(2));
    assert_eq!(progress.durable_segment(), SegmentId(1));
    flush(&index, &progress, &failure);
    assert_eq!(progress.durable_segment(), SegmentId(2));
}
