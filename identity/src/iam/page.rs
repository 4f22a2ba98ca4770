//! Lists in pages.

use crate::error::{Error, Result};
use crate::limits;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paging<'a> {
    /// Where the last page ended.
    pub marker: Option<&'a str>,
    pub items_max: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub marker: Option<String>,
}

impl Paging<'_> {
    fn items(&self) -> Result<usize> {
        let items = self.items_max.unwrap_or(limits::PAGE_ITEMS_DEFAULT);
        match (1..=limits::PAGE_ITEMS_MAX).contains(&items) {
            true => Ok(items),
            false => Err(Error::Validation(format!(
                "maxItems must be between 1 and {}",
                limits::PAGE_ITEMS_MAX
            ))),
        }
    }

    /// A page of what comes in the order of its names. A marker is the name of the last item, so
    /// what comes and goes in between neither repeats nor hides anything else.
    pub(super) fn page<T>(
        &self,
        all: impl IntoIterator<Item = T>,
        name: impl Fn(&T) -> &str,
    ) -> Result<Page<T>> {
        let count = self.items()?;
        let marker = self.marker.map(str::to_lowercase);
        let behind = |item: &T| match &marker {
            Some(marker) => name(item).to_lowercase() > *marker,
            None => true,
        };
        let mut rest = all.into_iter().filter(behind);
        let items: Vec<T> = rest.by_ref().take(count).collect();
        let more = rest.next().is_some();
        let marker = items.last().map(|last| name(last).to_lowercase());
        Ok(Page {
            marker: marker.filter(|_| more),
            items,
        })
    }
}
