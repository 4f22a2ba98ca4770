//! Names of condition operators.

use std::cmp::Ordering;

use crate::policy::text::Case;

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) quantifier: Quantifier,
    pub(crate) base: Base,
    pub(crate) negated: bool,
    /// True where the request has no such key.
    pub(crate) if_exists: bool,
}

/// Which values of a key with several have to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantifier {
    One,
    /// `ForAllValues:`
    All,
    /// `ForAnyValue:`
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    Text(Case),
    Like,
    Arn,
    Number(Comparison),
    Date(Comparison),
    Bool,
    Binary,
    Address,
    Null,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(crate) fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match left.partial_cmp(right) {
            None => false,
            Some(Ordering::Equal) => !matches!(self, Comparison::Less | Comparison::Greater),
            Some(Ordering::Less) => matches!(self, Comparison::Less | Comparison::LessOrEqual),
            Some(Ordering::Greater) => {
                matches!(self, Comparison::Greater | Comparison::GreaterOrEqual)
            }
        }
    }
}

/// Name, base, negated.
const NAMES: [(&str, Base, bool); 27] = {
    use Comparison::*;
    [
        ("StringEquals", Base::Text(Case::Matters), false),
        ("StringNotEquals", Base::Text(Case::Matters), true),
        ("StringEqualsIgnoreCase", Base::Text(Case::Ignored), false),
        ("StringNotEqualsIgnoreCase", Base::Text(Case::Ignored), true),
        ("StringLike", Base::Like, false),
        ("StringNotLike", Base::Like, true),
        ("NumericEquals", Base::Number(Equal), false),
        ("NumericNotEquals", Base::Number(Equal), true),
        ("NumericLessThan", Base::Number(Less), false),
        ("NumericLessThanEquals", Base::Number(LessOrEqual), false),
        ("NumericGreaterThan", Base::Number(Greater), false),
        (
            "NumericGreaterThanEquals",
            Base::Number(GreaterOrEqual),
            false,
        ),
        ("DateEquals", Base::Date(Equal), false),
        ("DateNotEquals", Base::Date(Equal), true),
        ("DateLessThan", Base::Date(Less), false),
        ("DateLessThanEquals", Base::Date(LessOrEqual), false),
        ("DateGreaterThan", Base::Date(Greater), false),
        ("DateGreaterThanEquals", Base::Date(GreaterOrEqual), false),
        ("Bool", Base::Bool, false),
        ("BinaryEquals", Base::Binary, false),
        ("IpAddress", Base::Address, false),
        ("NotIpAddress", Base::Address, true),
        ("ArnEquals", Base::Arn, false),
        ("ArnLike", Base::Arn, false),
        ("ArnNotEquals", Base::Arn, true),
        ("ArnNotLike", Base::Arn, true),
        ("Null", Base::Null, false),
    ]
};

impl Operator {
    /// Nothing if there is no such operator.
    pub(crate) fn parse(name: &str) -> Option<Operator> {
        let (quantifier, name) = match name.split_once(':') {
            None => (Quantifier::One, name),
            Some(("ForAllValues", name)) => (Quantifier::All, name),
            Some(("ForAnyValue", name)) => (Quantifier::Any, name),
            Some(_) => return None,
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (_, base, negated) = NAMES.into_iter().find(|(known, ..)| *known == name)?;
        // Whether the key exists is what it asks already.
        let sensible = base != Base::Null || (!if_exists && quantifier == Quantifier::One);
        sensible.then_some(Operator {
            quantifier,
            base,
            negated,
            if_exists,
        })
    }
}
