//! Beneath which path a proxy shows the interface and the console.

#[cfg(test)]
mod tests;

use std::fmt;

/// A path with a slash at its end; `/` where there is none in particular.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasePath(String);

/// Why something is no such path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BasePathError {
    #[error("expected a path such as /cairn, of letters, digits, `.`, `-`, `_` and `~`")]
    Malformed,
    /// What lies there beneath any base could not be told from it.
    #[error("the path must not begin with /api or /assets")]
    Taken,
}

/// Where a request leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// To this path, which begins with a slash.
    Inside(&'a str),
    /// To the base without its slash: what is relative to it would be looked for beside it.
    Bare,
}

impl BasePath {
    /// With or without a slash at its end.
    pub fn parse(text: &str) -> Result<Self, BasePathError> {
        if text == "/" {
            return Ok(Self::default());
        }
        let inner = text.strip_prefix('/').ok_or(BasePathError::Malformed)?;
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~".contains(&byte);
        let is_fine =
            |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(plain);
        if !inner.split('/').all(is_fine) {
            return Err(BasePathError::Malformed);
        }
        match inner.split('/').next() {
            Some("api" | "assets") => Err(BasePathError::Taken),
            _ => Ok(Self(format!("/{inner}/"))),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As browsers have to ask for it; `path` begins with a slash.
    pub(crate) fn outside(&self, path: &str) -> String {
        format!("{}{}", self.0, path.trim_start_matches('/'))
    }

    /// A proxy may have taken the base off, or passed it on.
    pub(crate) fn place<'a>(&self, path: &'a str) -> Place<'a> {
        let bare = self.0.trim_end_matches('/');
        match path.strip_prefix(bare) {
            Some("") if !bare.is_empty() => Place::Bare,
            Some(inside) if inside.starts_with('/') => Place::Inside(inside),
            _ => Place::Inside(path),
        }
    }
}

impl Default for BasePath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
