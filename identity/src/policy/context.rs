//! What is known about a request beside who, what and where: condition keys and their values.

use std::borrow::Cow;
use std::ops::Deref;

/// Condition keys with their values. Names are compared without case, as Amazon has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context<'a> {
    entries: Vec<(Cow<'a, str>, Values<'a>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Values<'a> {
    One([Cow<'a, str>; 1]),
    Many(Vec<Cow<'a, str>>),
}

impl<'a> Context<'a> {
    pub fn new() -> Self {
        Context::default()
    }

    /// Adds a key with one value. Of a key added twice the first counts.
    pub fn set(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        self.entries.push((key.into(), Values::One([value.into()])));
    }

    /// Adds a key with any number of values: tag keys, for example.
    pub fn set_all<V>(&mut self, key: impl Into<Cow<'a, str>>, values: impl IntoIterator<Item = V>)
    where
        V: Into<Cow<'a, str>>,
    {
        let values = values.into_iter().map(Into::into).collect();
        self.entries.push((key.into(), Values::Many(values)));
    }

    pub fn get(&self, key: &str) -> Option<&[Cow<'a, str>]> {
        let entry = self
            .entries
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(key))?;
        Some(match &entry.1 {
            Values::One(one) => one,
            Values::Many(many) => many,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Values of a key, kept somewhere or made for the question.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    Kept(&'a [Cow<'a, str>]),
    Made([Cow<'static, str>; 1]),
}

impl<'a> Deref for Found<'a> {
    type Target = [Cow<'a, str>];

    fn deref(&self) -> &Self::Target {
        match self {
            Found::Kept(values) => values,
            Found::Made(value) => value,
        }
    }
}
