//! Conditions of a statement: an operator, a key, and values to compare with.

mod operator;
mod value;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use ipnet::IpNet;

use super::arn::ArnPattern;
use super::request::Request;
use super::text::{Case, Text, Variables, Wild};

pub(crate) use operator::{Base, Comparison, Operator, Quantifier};
pub(crate) use value::{bool_value, date, number};

/// One comparison, taken apart once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    pub(crate) operator: Operator,
    /// As the document spells it.
    pub(crate) key: Box<str>,
    pub(crate) tests: Tests,
}

/// What a value of the request is compared with. Any of them will do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tests {
    Text(Case, Vec<Text>),
    Arn(Vec<ArnPattern>),
    Number(Comparison, Vec<f64>),
    /// Milliseconds since 1970.
    Date(Comparison, Vec<i64>),
    Bool(Vec<bool>),
    Binary(Vec<Vec<u8>>),
    Address(Vec<IpNet>),
    /// Whether the key has to be absent.
    Absent(Vec<bool>),
}

impl Tests {
    /// Nothing if one of the values is of another kind than the operator compares.
    pub(crate) fn parse(base: Base, values: &[String], variables: Variables) -> Option<Tests> {
        fn each<T>(values: &[String], parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
            values.iter().map(|value| parse(value)).collect()
        }
        let texts = |wild| {
            let texts = values.iter();
            texts
                .map(|value| Text::parse(value, wild, variables))
                .collect()
        };
        Some(match base {
            Base::Text(case) => Tests::Text(case, texts(Wild::Literal)),
            Base::Like => Tests::Text(Case::Matters, texts(Wild::Cards)),
            Base::Arn => {
                let arn = |value: &str| Some(ArnPattern::parse_value(value, variables));
                Tests::Arn(each(values, arn)?)
            }
            Base::Number(comparison) => Tests::Number(comparison, each(values, number)?),
            Base::Date(comparison) => Tests::Date(comparison, each(values, date)?),
            Base::Bool => Tests::Bool(each(values, bool_value)?),
            Base::Binary => Tests::Binary(each(values, value::binary)?),
            Base::Address => Tests::Address(each(values, value::network)?),
            Base::Null => Tests::Absent(each(values, bool_value)?),
        })
    }

    fn len(&self) -> usize {
        match self {
            Tests::Text(_, all) => all.len(),
            Tests::Arn(all) => all.len(),
            Tests::Number(_, all) => all.len(),
            Tests::Date(_, all) => all.len(),
            Tests::Bool(all) | Tests::Absent(all) => all.len(),
            Tests::Binary(all) => all.len(),
            Tests::Address(all) => all.len(),
        }
    }

    /// Whether one value of the request passes one of the tests.
    fn any(&self, value: &str, request: &Request<'_>) -> bool {
        if !request.work.spend(self.len()) {
            return false;
        }
        match self {
            Tests::Text(case, texts) => {
                let value = value.as_bytes();
                texts.iter().any(|text| text.matches(value, *case, request))
            }
            Tests::Arn(names) => {
                let value = value.as_bytes();
                names.iter().any(|name| name.matches(value, request))
            }
            Tests::Number(comparison, numbers) => number(value)
                .is_some_and(|value| numbers.iter().any(|n| comparison.holds(&value, n))),
            Tests::Date(comparison, dates) => {
                date(value).is_some_and(|value| dates.iter().any(|d| comparison.holds(&value, d)))
            }
            Tests::Bool(wanted) => bool_value(value).is_some_and(|value| wanted.contains(&value)),
            Tests::Binary(wanted) => {
                value::binary(value).is_some_and(|value| wanted.contains(&value))
            }
            Tests::Address(networks) => {
                let address = value
                    .parse::<IpAddr>()
                    .ok()
                    .map(|address| address.to_canonical());
                address.is_some_and(|a| networks.iter().any(|network| network.contains(&a)))
            }
            // Looks at the key, not at values.
            Tests::Absent(_) => false,
        }
    }
}

impl Condition {
    pub(crate) fn holds(&self, request: &Request<'_>) -> bool {
        let found = request.values(&self.key);
        let values = found.as_deref().unwrap_or_default();
        if let Tests::Absent(wanted) = &self.tests {
            return wanted.contains(&values.is_empty());
        }
        let negated = self.operator.negated;
        let passes = |value: &str| self.tests.any(value, request) != negated;
        match self.operator.quantifier {
            Quantifier::All => values.iter().all(|value| passes(value)),
            Quantifier::Any if values.is_empty() => self.operator.if_exists,
            Quantifier::Any => values.iter().any(|value| passes(value)),
            // An absent key is unequal to everything.
            Quantifier::One if values.is_empty() => negated || self.operator.if_exists,
            // Several values without a quantifier: one that is equal makes it equal.
            Quantifier::One => values.iter().any(|value| self.tests.any(value, request)) != negated,
        }
    }

    /// Keys it looks at: its own, and those of variables.
    pub(crate) fn keys(&self) -> Vec<&str> {
        let mut keys = vec![&*self.key];
        match &self.tests {
            Tests::Text(_, texts) => keys.extend(texts.iter().flat_map(Text::keys)),
            Tests::Arn(names) => keys.extend(names.iter().flat_map(ArnPattern::keys)),
            _ => {}
        }
        keys
    }
}
