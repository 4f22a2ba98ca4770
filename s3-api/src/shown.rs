//! What logs may show of a request: not what lets whoever reads them send it again.

use std::fmt;

/// Parameters whose values are as good as a password while a link lasts.
const SECRET: [&str; 3] = ["x-amz-signature", "x-amz-security-token", "signature"];

/// A path with its query, in which the values of such parameters are left out.
#[derive(Debug, Clone, Copy)]
pub struct ShownTarget<'a>(pub &'a str);

impl fmt::Display for ShownTarget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((path, query)) = self.0.split_once('?') else {
            return f.write_str(self.0);
        };
        f.write_str(path)?;
        let mut separator = '?';
        for pair in query.split('&') {
            write!(f, "{separator}")?;
            match pair.split_once('=') {
                Some((name, _)) if is_secret(name) => write!(f, "{name}=REDACTED")?,
                _ => f.write_str(pair)?,
            }
            separator = '&';
        }
        Ok(())
    }
}

/// A name that is escaped for no reason hides something.
fn is_secret(name: &str) -> bool {
    let known = SECRET
        .iter()
        .any(|secret| name.eq_ignore_ascii_case(secret));
    known || name.contains('%')
}

#[cfg(test)]
mod tests;
