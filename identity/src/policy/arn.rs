//! Names of resources to compare with: six parts with colons between, each on its own.

use super::reach::Reach;
use super::request::Request;
use super::text::{Case, Text, Variables, Wild};

const PARTS: usize = 6;

/// A resource name in which each part may have wildcards. A star never reaches over a colon, save
/// in the last part, which may contain colons itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ArnPattern {
    /// `*`
    Any,
    /// The first five parts are fixed, as in nearly every policy: they are compared at once.
    Plain {
        front: Box<[u8]>,
        last: Text,
    },
    Parts(Box<[Text]>),
    /// Of a condition only: a variable that holds the whole name, for example.
    Whole(Text),
}

impl ArnPattern {
    /// Nothing if it is neither `*` nor a resource name.
    pub(crate) fn parse(text: &str, variables: Variables) -> Option<ArnPattern> {
        let whole = Text::parse(text, Wild::Cards, variables);
        if whole.is_any() {
            return Some(ArnPattern::Any);
        }
        let mut parts = whole.segments();
        if parts.len() < 3 || parts[0].fixed() != Some(b"arn") {
            return None;
        }
        // Amazon completes short names so.
        let any = || Text::parse("*", Wild::Cards, Variables::Literal);
        parts.resize_with(PARTS, any);
        let fronts: Option<Vec<&[u8]>> = parts[..PARTS - 1].iter().map(Text::fixed).collect();
        let front = fronts.map(|fronts| [&fronts.join(&b':')[..], b":"].concat());
        Some(match (front, parts.pop()) {
            (Some(front), Some(last)) => ArnPattern::Plain {
                front: front.into(),
                last,
            },
            (_, last) => {
                parts.extend(last);
                ArnPattern::Parts(parts.into())
            }
        })
    }

    /// A value of a condition, which may be anything.
    pub(crate) fn parse_value(text: &str, variables: Variables) -> ArnPattern {
        let whole = || ArnPattern::Whole(Text::parse(text, Wild::Cards, variables));
        ArnPattern::parse(text, variables).unwrap_or_else(whole)
    }

    pub(crate) fn matches(&self, name: &[u8], request: &Request<'_>) -> bool {
        match self {
            ArnPattern::Any => true,
            ArnPattern::Whole(whole) => whole.matches(name, Case::Matters, request),
            ArnPattern::Plain { front, last } => name
                .strip_prefix(&**front)
                .is_some_and(|rest| last.matches(rest, Case::Matters, request)),
            ArnPattern::Parts(parts) => {
                let mut given = name.splitn(PARTS, |byte| *byte == b':');
                let mut all = parts.iter();
                all.all(|part| {
                    given
                        .next()
                        .is_some_and(|given| part.matches(given, Case::Matters, request))
                })
            }
        }
    }

    /// How much it describes of what a name begins with: the first five parts, and what the last
    /// one begins with. Of no name at all it may describe something.
    pub(crate) fn reach(&self, front: &[u8], request: &Request<'_>) -> Reach {
        match self {
            ArnPattern::Any => Reach::Everything,
            _ if front.is_empty() => Reach::Something,
            ArnPattern::Whole(whole) => whole.reach(front, request),
            ArnPattern::Plain { front: own, last } => match front.strip_prefix(&**own) {
                Some(rest) => last.reach(rest, request),
                None => Reach::Nothing,
            },
            ArnPattern::Parts(parts) => {
                let mut given = front.splitn(PARTS, |byte| *byte == b':');
                let Some((last, fronts)) = parts.split_last() else {
                    return Reach::Nothing;
                };
                let is_meant = fronts.iter().all(|part| {
                    let given = given.next();
                    given.is_some_and(|given| part.matches(given, Case::Matters, request))
                });
                match (is_meant, given.next()) {
                    (true, Some(rest)) => last.reach(rest, request),
                    _ => Reach::Nothing,
                }
            }
        }
    }

    /// Keys of the variables.
    pub(crate) fn keys(&self) -> Vec<&str> {
        match self {
            ArnPattern::Any => Vec::new(),
            ArnPattern::Whole(text) | ArnPattern::Plain { last: text, .. } => text.keys().collect(),
            ArnPattern::Parts(parts) => parts.iter().flat_map(Text::keys).collect(),
        }
    }

    /// Names one thing only.
    pub(crate) fn is_fixed(&self) -> bool {
        match self {
            ArnPattern::Any => false,
            ArnPattern::Whole(text) | ArnPattern::Plain { last: text, .. } => text.is_fixed(),
            ArnPattern::Parts(parts) => parts.iter().all(Text::is_fixed),
        }
    }

    /// The account stands in it as fixed digits.
    pub(crate) fn has_fixed_account(&self) -> bool {
        match self {
            ArnPattern::Any | ArnPattern::Whole(_) => false,
            // Five colons, the account between the last two.
            ArnPattern::Plain { front, .. } => {
                let mut parts = front.split(|byte| *byte == b':');
                parts.nth(4).is_some_and(|account| !account.is_empty())
            }
            ArnPattern::Parts(parts) => parts[4].fixed().is_some_and(|a| !a.is_empty()),
        }
    }
}
