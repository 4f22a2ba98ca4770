//! The bytes of a file, sparse and cheap to clone.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::remainder;

const PAGE_BYTES: usize = 4096;

type Page = [u8; PAGE_BYTES];

/// What has no page is zero. Bytes of a page behind the length are zero as well.
#[derive(Debug, Clone, Default)]
pub(super) struct Image {
    pages: BTreeMap<u64, Arc<Page>>,
    len: u64,
}

impl Image {
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Fills `buf`; the caller has checked that the image is that long.
    pub(super) fn read(&self, buf: &mut [u8], offset: u64) {
        for_each_page(offset, buf.len(), |page, within, part| {
            match self.pages.get(&page) {
                Some(bytes) => buf[part].copy_from_slice(&bytes[within]),
                None => buf[part].fill(0),
            }
        });
    }

    /// Overwrites or extends.
    pub(super) fn write(&mut self, data: &[u8], offset: u64) {
        for_each_page(offset, data.len(), |page, within, part| {
            let bytes = self.pages.entry(page).or_insert_with(zeros);
            Arc::make_mut(bytes)[within].copy_from_slice(&data[part]);
        });
        if !data.is_empty() {
            self.len = self.len.max(offset + data.len() as u64);
        }
    }

    pub(super) fn set_len(&mut self, len: u64) {
        if len < self.len {
            let keep = len.div_ceil(PAGE_BYTES as u64);
            self.pages.split_off(&keep);
            let end = remainder(len, PAGE_BYTES);
            if end > 0
                && let Some(last) = self.pages.get_mut(&(keep - 1))
            {
                Arc::make_mut(last)[end..].fill(0);
            }
        }
        self.len = len;
    }

    pub(super) fn flip(&mut self, offset: u64, bit: u32) {
        let mut byte = [0];
        self.read(&mut byte, offset);
        self.write(&[byte[0] ^ (1 << (bit % 8))], offset);
    }

    /// All of it; for tests.
    pub(super) fn to_vec(&self) -> Vec<u8> {
        let len = usize::try_from(self.len).expect("a test looks at files that fit into memory");
        let mut all = vec![0; len];
        self.read(&mut all, 0);
        all
    }
}

fn zeros() -> Arc<Page> {
    Arc::new([0; PAGE_BYTES])
}

/// Calls `each` with the page, the range within it and the range within the buffer.
fn for_each_page(
    offset: u64,
    len: usize,
    mut each: impl FnMut(u64, std::ops::Range<usize>, std::ops::Range<usize>),
) {
    let mut done = 0;
    while done < len {
        let at = offset + done as u64;
        let within = remainder(at, PAGE_BYTES);
        let count = (PAGE_BYTES - within).min(len - done);
        each(
            at / PAGE_BYTES as u64,
            within..within + count,
            done..done + count,
        );
        done += count;
    }
}
