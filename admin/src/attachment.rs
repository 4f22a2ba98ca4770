//! How a browser is told to keep an answer as a file, whatever is in it.

use crate::s3::escaped;
use http::HeaderMap;
use http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, HeaderValue};

/// It may run nothing and load nothing, also where it is opened by itself.
pub(crate) const SANDBOX: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// A file of this name (RFC 6266). Text beyond ASCII stands in the second form; the first is for
/// who does not know it.
pub(crate) fn keep_as(name: &str, headers: &mut HeaderMap) {
    let plain: String = name
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    let disposition = format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{}",
        escaped(name)
    );
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    headers.insert(CONTENT_SECURITY_POLICY, SANDBOX);
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ')
}
