//! What objects are called in an archive. Keys may be anything; names must not lead an extractor
//! out of its folder, nor be refused by it.

#[cfg(test)]
mod tests;

/// What all names would begin with: a folder, as far as the selection is in one.
pub(super) fn folder_of(keys: &[String], prefix: Option<&str>) -> String {
    let mut all = keys.iter().map(String::as_str).chain(prefix);
    let mut common = all.next().unwrap_or_default();
    for key in all {
        let same = common.bytes().zip(key.bytes()).take_while(|(a, b)| a == b);
        let mut end = same.count();
        while !common.is_char_boundary(end) {
            end -= 1;
        }
        common = &common[..end];
    }
    let end = common.rfind('/').map_or(0, |at| at + 1);
    let common = &common[..end];
    // A folder that is selected by itself is still seen in the archive.
    match keys {
        [only] if prefix.is_none() && only.ends_with('/') => {
            let above = only.trim_end_matches('/').rfind('/');
            only[..above.map_or(0, |at| at + 1)].to_owned()
        }
        _ => common.to_owned(),
    }
}

/// Relative to that folder. A name that had to be changed carries a mark made from its key, so that
/// no two become one.
pub(super) fn name_of(key: &[u8], folder: &str) -> String {
    let rest = key.strip_prefix(folder.as_bytes()).unwrap_or(key);
    let text = String::from_utf8_lossy(rest);
    let is_folder = text.ends_with('/');
    let inner = text.strip_suffix('/').unwrap_or(&text);
    let parts: Vec<String> = inner.split('/').map(part).collect();
    let mut name = parts.join("/");
    if name.as_bytes() != rest.strip_suffix(b"/").unwrap_or(rest) {
        let mark = blake3::hash(key).to_hex();
        name.push('~');
        name.push_str(&mark[..12]);
    }
    if is_folder {
        name.push('/');
    }
    name
}

fn part(text: &str) -> String {
    match text {
        "" | "." | ".." => "_".to_owned(),
        text => text
            .chars()
            .map(|c| if is_harmless(c) { c } else { '_' })
            .collect(),
    }
}

/// On every system: a colon names a drive or a stream on some, and a backslash parts folders.
fn is_harmless(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | char::REPLACEMENT_CHARACTER
        )
}
