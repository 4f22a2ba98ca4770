//! The parameters of a call.

use super::refused::Refused;
use crate::encoding::query_decode;
use crate::limits::CALL_PARAMETERS_MAX;
use crate::query::Query;
use identity::iam::Paging;
use identity::limits::PAGE_ITEMS_MAX;
use identity::model::Tag;
use std::collections::BTreeMap;

/// By name, each once. Lists are spelt out: `Tags.member.1.Key`.
#[derive(Debug)]
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Those of the query and those of the form together.
    pub(super) fn parse(query: &Query, form: &[u8]) -> Result<Self, Refused> {
        let mut parameters = Parameters(BTreeMap::new());
        // What signs the query is no parameter of the action.
        let queried = query
            .pairs()
            .filter(|(name, _)| !name.starts_with(b"X-Amz-"));
        for (name, value) in queried {
            parameters.add(name.to_vec(), value.to_vec())?;
        }
        let pairs = form.split(|&byte| byte == b'&');
        for pair in pairs.filter(|pair| !pair.is_empty()) {
            let (name, value) = match memchr::memchr(b'=', pair) {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &b""[..]),
            };
            parameters.add(
                query_decode(name).into_owned(),
                query_decode(value).into_owned(),
            )?;
        }
        Ok(parameters)
    }

    /// Of somebody who sends no form.
    pub(super) fn given(pairs: &[(&str, &str)]) -> Self {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        Parameters(pairs.iter().map(owned).collect())
    }

    fn add(&mut self, name: Vec<u8>, value: Vec<u8>) -> Result<(), Refused> {
        let text = |bytes| {
            String::from_utf8(bytes)
                .map_err(|_| Refused::malformed("A parameter is not encoded in UTF-8."))
        };
        let (name, value) = (text(name)?, text(value)?);
        if self.0.len() == CALL_PARAMETERS_MAX {
            return Err(Refused::malformed("There are too many parameters."));
        }
        // Which of two would count is nothing to guess about.
        match self.0.insert(name, value) {
            None => Ok(()),
            Some(_) => Err(Refused::malformed("A parameter is given twice.")),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, Refused> {
        self.text(name)
            .ok_or_else(|| Refused::invalid(name, None, "Member must not be null"))
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u32>, Refused> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let number = text.parse();
        number
            .map(Some)
            .map_err(|_| Refused::invalid(name, Some(text), "Member must be a whole number"))
    }

    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, Refused> {
        self.one_of(name, &[("true", true), ("false", false)])
    }

    /// One of a few words, with what it means.
    pub(super) fn one_of<T: Copy>(
        &self,
        name: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, Refused> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| Some(*value)).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let set = format!("Member must satisfy enum value set: [{}]", words.join(", "));
            Refused::invalid(name, Some(text), &set)
        })
    }

    /// `Name.member.1` and so on, in the order of their numbers.
    pub(super) fn list(&self, name: &str) -> Result<Vec<String>, Refused> {
        let items = self.members(name)?;
        Ok(items
            .into_values()
            .filter_map(|fields| fields.get("").map(|text| (*text).to_owned()))
            .collect())
    }

    /// `Name.member.1.field` of each.
    pub(super) fn list_of(&self, name: &str, field: &str) -> Result<Vec<String>, Refused> {
        let items = self.members(name)?;
        Ok(items
            .into_values()
            .filter_map(|fields| fields.get(field).map(|text| (*text).to_owned()))
            .collect())
    }

    pub(super) fn tags(&self) -> Result<Vec<Tag>, Refused> {
        let items = self.members("Tags")?;
        let tags = items.into_iter().map(|(number, fields)| {
            let field = |field: &str| {
                let missing = || {
                    let name = format!("Tags.{number}.member.{field}");
                    Refused::invalid(&name, None, "Member must not be null")
                };
                fields.get(field).copied().ok_or_else(missing)
            };
            Ok(Tag {
                key: field("Key")?.to_owned(),
                value: field("Value")?.to_owned(),
            })
        });
        tags.collect()
    }

    /// Condition keys with their values: `ContextEntries.member.1.ContextKeyValues.member.1`.
    pub(super) fn context_entries(&self) -> Result<Vec<(String, Vec<String>)>, Refused> {
        let items = self.members("ContextEntries")?.into_iter();
        let entries = items.map(|(number, fields)| {
            let name = || format!("ContextEntries.{number}.member.ContextKeyName");
            let missing = || Refused::invalid(&name(), None, "Member must not be null");
            let key = fields.get("ContextKeyName").ok_or_else(missing)?;
            let values = fields.iter().filter(|(field, _)| {
                let rest = field.strip_prefix("ContextKeyValues.member.");
                rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
            });
            let values = values.map(|(_, value)| (*value).to_owned());
            Ok(((*key).to_owned(), values.collect()))
        });
        entries.collect()
    }

    /// Whether anything of a list is given.
    pub(super) fn has_list(&self, name: &str) -> bool {
        let prefix = format!("{name}.");
        let mut from = self.0.range(prefix.clone()..);
        from.next().is_some_and(|(key, _)| key.starts_with(&prefix))
    }

    pub(super) fn paging(&self) -> Result<Paging<'_>, Refused> {
        let items_max = self.number("MaxItems")?.map(|items| items as usize);
        if let Some(items) = items_max
            && !(1..=PAGE_ITEMS_MAX).contains(&items)
        {
            let range = format!("Member must be between 1 and {PAGE_ITEMS_MAX}");
            return Err(Refused::invalid("MaxItems", self.text("MaxItems"), &range));
        }
        Ok(Paging {
            marker: self.text("Marker").filter(|marker| !marker.is_empty()),
            items_max,
            search: None,
        })
    }

    /// The items of a list by their numbers, each with its fields; an item that is one value has
    /// it under no name.
    fn members(&self, name: &str) -> Result<BTreeMap<u32, BTreeMap<&str, &str>>, Refused> {
        let prefix = format!("{name}.member.");
        let mut items: BTreeMap<u32, BTreeMap<&str, &str>> = BTreeMap::new();
        let from = self.0.range(prefix.clone()..);
        for (key, value) in from.take_while(|(key, _)| key.starts_with(&prefix)) {
            let rest = &key[prefix.len()..];
            let (number, field) = rest.split_once('.').unwrap_or((rest, ""));
            let number = number
                .parse()
                .map_err(|_| Refused::malformed("The items of a list are numbered from 1."))?;
            items.entry(number).or_default().insert(field, value);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests;
