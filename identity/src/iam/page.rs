//! Lists in pages.

use crate::error::{Error, Result};
use crate::limits;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paging<'a> {
    /// Where the last page ended.
    pub marker: Option<&'a str>,
    pub items_max: Option<usize>,
    /// What names contain, case aside: of the last part of names that have several.
    pub search: Option<&'a str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub marker: Option<String>,
}

impl<T> Page<T> {
    pub(super) fn map<M>(self, make: impl FnMut(T) -> M) -> Page<M> {
        Page {
            items: self.items.into_iter().map(make).collect(),
            marker: self.marker,
        }
    }
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

    /// A page of what is made of each item, in the order they are in; the marker is a place. What
    /// is on no page is not made.
    pub(super) fn cut<T, M>(&self, all: &[T], make: impl Fn(&T) -> M) -> Result<Page<M>> {
        let count = self.items()?;
        let from = match self.marker {
            Some(marker) => marker
                .parse()
                .map_err(|_| Error::Validation("marker is none of this list".into()))?,
            None => 0,
        };
        let rest = all.get(from..).unwrap_or_default();
        let more = rest.len() > count;
        Ok(Page {
            items: rest.iter().take(count).map(make).collect(),
            marker: more.then(|| (from + count).to_string()),
        })
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
        let search = self.search.map(str::to_lowercase);
        let wanted = |item: &T| match &search {
            Some(search) => {
                let last = name(item).rsplit('/').next().unwrap_or_default();
                last.to_lowercase().contains(search)
            }
            None => true,
        };
        let mut rest = all.into_iter().filter(|item| behind(item) && wanted(item));
        let items: Vec<T> = rest.by_ref().take(count).collect();
        let more = rest.next().is_some();
        let marker = items.last().map(|last| name(last).to_lowercase());
        Ok(Page {
            marker: marker.filter(|_| more),
            items,
        })
    }
}
