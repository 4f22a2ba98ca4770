//! Lists in pages.

use crate::limits::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};
use crate::refused::Refused;
use base64_simd::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A page of a list. In the document of the interface each is called by what is on it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// The `cursor` of the next page; null at the end.
    pub(crate) next: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    /// Items of the page, 1 to 1,000; 100 unless given.
    #[schemars(range(min = 1, max = 1000))]
    pub(crate) limit: Option<u32>,
    /// Where the page begins: `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// The same of a list that can be searched.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchQuery {
    /// What their names contain, case aside.
    pub(crate) search: Option<String>,
    /// Items of the page, 1 to 1,000; 100 unless given.
    #[schemars(range(min = 1, max = 1000))]
    pub(crate) limit: Option<u32>,
    /// Where the page begins: `next` of the page before.
    pub(crate) cursor: Option<String>,
}

impl SearchQuery {
    pub(crate) fn paging(&self) -> Result<identity::iam::Paging<'_>, Refused> {
        Ok(identity::iam::Paging {
            marker: self.cursor.as_deref(),
            items_max: Some(limit(self.limit)? as usize),
            search: self.search.as_deref(),
        })
    }
}

impl PageQuery {
    pub(crate) fn limit(&self) -> Result<u32, Refused> {
        limit(self.limit)
    }

    pub(crate) fn paging(&self) -> Result<identity::iam::Paging<'_>, Refused> {
        Ok(identity::iam::Paging {
            marker: self.cursor.as_deref(),
            items_max: Some(self.limit()? as usize),
            search: None,
        })
    }
}

pub(crate) fn limit(asked: Option<u32>) -> Result<u32, Refused> {
    match asked.unwrap_or(PAGE_ITEMS_DEFAULT) {
        limit @ 1..=PAGE_ITEMS_MAX => Ok(limit),
        _ => Err(Refused::field(
            "limit",
            format!("A page has 1 to {PAGE_ITEMS_MAX} items."),
        )),
    }
}

impl<T> Page<T> {
    pub(crate) fn of<S>(page: identity::iam::Page<S>, shown: impl Fn(S) -> T) -> Self {
        Self {
            items: page.items.into_iter().map(shown).collect(),
            next: page.marker,
        }
    }

    /// A page of a short list that is whole at hand, and that nothing is named by. A cursor is how
    /// many come before it.
    pub(crate) fn part(items: Vec<T>, query: &PageQuery) -> Result<Self, Refused> {
        let limit = query.limit()? as usize;
        let begin = query.cursor.as_deref().map(place_of::<usize>).transpose()?;
        let begin = begin.unwrap_or(0);
        let end = begin.saturating_add(limit);
        let next = (items.len() > end).then(|| cursor_of(&end));
        let items = items.into_iter().skip(begin).take(limit).collect();
        Ok(Self { items, next })
    }

    /// A page of a list that is whole at hand. A cursor is the name of the last item before it;
    /// of one that is gone by now the list begins anew.
    pub(crate) fn cut(
        items: Vec<T>,
        query: &PageQuery,
        name: impl Fn(&T) -> &str,
    ) -> Result<Self, Refused> {
        let limit = query.limit()? as usize;
        let cursor = query.cursor.as_deref();
        let last = cursor.and_then(|cursor| items.iter().position(|it| name(it) == cursor));
        let begin = last.map_or(0, |last| last + 1);
        let is_more = items.len() > begin + limit;
        let items: Vec<T> = items.into_iter().skip(begin).take(limit).collect();
        let next = items
            .last()
            .filter(|_| is_more)
            .map(|it| name(it).to_owned());
        Ok(Self { items, next })
    }
}

/// A place in a list, as clients see it: they hand it back and read nothing into it.
pub(crate) fn cursor_of<C: Serialize>(place: &C) -> String {
    URL_SAFE_NO_PAD.encode_to_string(serde_json::to_vec(place).unwrap_or_default())
}

pub(crate) fn place_of<C: DeserializeOwned>(cursor: &str) -> Result<C, Refused> {
    let place = URL_SAFE_NO_PAD.decode_to_vec(cursor).ok();
    let place = place.and_then(|place| serde_json::from_slice(&place).ok());
    place.ok_or_else(|| Refused::field("cursor", "This is no cursor of this list."))
}
