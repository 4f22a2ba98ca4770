//! Listing the parts of an unfinished upload.

use super::super::Engine;
use super::super::requests::{PartInfo, PartPage, UploadTarget};
use super::upload_info;
use crate::error::Result;
use crate::ids::UploadId;
use crate::index::Step;
use crate::key::{self, Key};
use crate::limits;
use crate::meta::MetaStore;
use crate::row::{self, PartRow};

impl Engine {
    /// Parts whose numbers are greater than `after`.
    pub async fn list_parts(
        &self,
        target: &UploadTarget,
        after: u16,
        limit: usize,
    ) -> Result<PartPage> {
        let upload = self.upload_row(target).await?;
        let info = upload_info(target.key.clone(), &upload);
        let id = upload.id;
        let limit = limit.min(limits::LIST_MAX);
        self.meta
            .blocking(move |store| {
                let (rows, more) = part_rows(store, id, after, limit)?;
                let parts: Vec<PartInfo> = rows.into_iter().map(part_info).collect();
                let next = parts.last().map(|part| part.number).filter(|_| more);
                Ok(PartPage {
                    upload: info,
                    parts,
                    next,
                })
            })
            .await
    }
}

/// Rows of parts behind `after`, and whether there are more.
pub(in crate::engine) fn part_rows(
    store: &dyn MetaStore,
    upload: UploadId,
    after: u16,
    limit: usize,
) -> Result<(Vec<PartRow>, bool)> {
    let mut range = key::parts(upload);
    range.start = range.start.max(Key::part(upload, after).after());
    let mut rows = Vec::new();
    let mut more = false;
    let mut failed = None;
    store.walk(&range, &mut |_, value| {
        if rows.len() >= limit {
            more = true;
            return Step::Stop;
        }
        match row::decode(value) {
            Ok(part) => {
                rows.push(part);
                Step::Next
            }
            Err(damage) => {
                failed = Some(damage);
                Step::Stop
            }
        }
    })?;
    failed.map_or(Ok((rows, more)), |damage| Err(damage.into()))
}

fn part_info(row: PartRow) -> PartInfo {
    PartInfo {
        number: row.number,
        size: row.size,
        etag: row.etag,
        modified: row.modified,
        checksum: row.checksum,
    }
}
