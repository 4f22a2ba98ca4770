//! Tags as `If-Match` names them.

/// Of a document there is one text at a time, so a weak tag says as much as a strong one: proxies
/// that compress what they pass on make the one of the other.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tags {
    /// `*`
    Any,
    Listed(Vec<String>),
}

impl Tags {
    /// Nothing, where it is no list of tags.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let quoted = rest.strip_prefix("W/").unwrap_or(rest);
            let (tag, behind) = quoted.strip_prefix('"')?.split_once('"')?;
            tags.push(tag.to_owned());
            rest = behind.trim_start();
            if !rest.is_empty() {
                // Empty elements of a list mean nothing.
                rest = rest.strip_prefix(',')?;
                rest = rest.trim_start_matches([',', ' ', '\t']);
            }
        }
        (!tags.is_empty()).then_some(Self::Listed(tags))
    }

    pub(super) fn has(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(tags) => tags.iter().any(|it| it == tag),
        }
    }
}
