//! The files of the console, embedded as they were built. Its pages all begin with the first one;
//! what is neither a file nor a page is not found.

use crate::answer::{Answer, with_type};
use crate::base::BasePath;
use crate::body::AdminBody;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_SECURITY_POLICY, ETAG, HeaderValue, IF_NONE_MATCH, VARY,
};
use http::request::Parts;
use http::{HeaderMap, Method, Response, StatusCode};
use rust_embed::RustEmbed;
use std::collections::HashMap;
use std::io::Write;
use std::sync::OnceLock;

#[derive(RustEmbed)]
#[folder = "console/dist"]
#[allow_missing = true]
struct Dist;

const INDEX: &str = "index.html";

/// Everything from here and nothing else; pictures, sounds and documents also from what has been
/// loaded by then.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; \
    manifest-src 'self'; worker-src 'self'; frame-src blob:; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// Said where no console was built.
const MISSING: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
    <title>Cairn</title>\n<h1>Cairn</h1>\n\
    <p>This server was built without its console. Build the console first (<code>make console</code>), \
    then the server.</p>\n\
    <p>The <a href=\"/api/v1/openapi.json\">admin interface</a> works without it.</p></html>\n";

#[derive(Debug)]
pub(crate) struct Console {
    files: HashMap<String, File>,
}

#[derive(Debug)]
struct File {
    bytes: Bytes,
    kind: &'static str,
    etag: String,
    /// Its name changes with its content.
    is_lasting: bool,
    /// Made when it is first asked for; none where it is not worth it.
    gzip: OnceLock<Option<Bytes>>,
    /// As built beside it.
    brotli: Option<Bytes>,
}

/// The paths of its pages, as `console/src/routes.ts` has them. Anything else (a probe that is meant
/// for the port of S3, an S3 client, a scanner) must not be told that all is well.
const PAGES: [&str; 19] = [
    "",
    "account",
    "accounts",
    "audit",
    "bucket",
    "buckets",
    "encryption",
    "events",
    "group",
    "groups",
    "jobs",
    "lifecycle",
    "policies",
    "policy",
    "profile",
    "settings",
    "simulator",
    "user",
    "users",
];

impl Console {
    /// Written for the path that browsers ask for it beneath.
    pub(crate) fn embedded(base: &BasePath) -> Self {
        let mut files = HashMap::new();
        for name in Dist::iter() {
            if let Some(found) = Dist::get(&name) {
                files.insert(name.into_owned(), Bytes::from(found.data.into_owned()));
            }
        }
        if !files.contains_key(INDEX) {
            files.insert(INDEX.into(), Bytes::from_static(MISSING.as_bytes()));
        }
        Self::of(beneath(base, files))
    }

    fn of(mut all: HashMap<String, Bytes>) -> Self {
        let is_variant = |name: &String| name.ends_with(".br") || name.ends_with(".gz");
        let names: Vec<String> = all.keys().filter(|it| !is_variant(it)).cloned().collect();
        let files = names.into_iter().filter_map(|name| {
            let bytes = all.remove(&name)?;
            let file = File {
                kind: kind_of(&name),
                etag: format!("\"{}\"", &blake3::hash(&bytes).to_hex()[..32]),
                // Vite puts what it names by content there.
                is_lasting: name.starts_with("assets/"),
                gzip: OnceLock::new(),
                brotli: all.remove(&format!("{name}.br")),
                bytes,
            };
            Some((name, file))
        });
        Self {
            files: files.collect(),
        }
    }

    /// `path` is that of the request without the base.
    pub(crate) fn answer(&self, parts: &Parts, path: &str) -> Answer {
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            let mut answer = with_type("Method Not Allowed\n", "text/plain; charset=utf-8");
            *answer.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            let allowed = HeaderValue::from_static("GET, HEAD");
            answer.headers_mut().insert(ALLOW, allowed);
            return answer;
        }
        let path = path.trim_start_matches('/');
        let is_page = PAGES.contains(&path.trim_end_matches('/'));
        let file = match self.files.get(path) {
            None if is_page => self.files.get(INDEX),
            found => found,
        };
        let mut answer = match file {
            Some(file) => file.answer(&parts.headers),
            None => {
                let mut answer = with_type("Not Found\n", "text/plain; charset=utf-8");
                *answer.status_mut() = StatusCode::NOT_FOUND;
                answer
            }
        };
        let policy = HeaderValue::from_static(POLICY);
        answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
        if parts.method == Method::HEAD {
            let length = http_body::Body::size_hint(answer.body()).exact();
            if let Some(length) = length {
                answer.headers_mut().insert(CONTENT_LENGTH, length.into());
            }
            *answer.body_mut() = AdminBody::full(Bytes::new());
        }
        answer
    }
}

/// The first page says where it lies, and it alone names other files from the root.
fn beneath(base: &BasePath, mut files: HashMap<String, Bytes>) -> HashMap<String, Bytes> {
    let Some(index) = files.get(INDEX).filter(|_| *base != BasePath::default()) else {
        return files;
    };
    let mut text = String::from_utf8_lossy(index).into_owned();
    for attribute in ["content", "href", "src"] {
        let base = base.as_str();
        text = text.replace(
            &format!("{attribute}=\"/"),
            &format!("{attribute}=\"{base}"),
        );
    }
    // Packed as it was before.
    files.retain(|name, _| !matches!(name.strip_prefix(INDEX), Some(".br" | ".gz")));
    files.insert(INDEX.into(), text.into());
    files
}

impl File {
    fn answer(&self, asked: &HeaderMap) -> Answer {
        let (encoding, bytes) = self.variant(asked);
        let mut answer = match self.is_known(asked) {
            true => {
                let mut answer = Response::new(AdminBody::full(Bytes::new()));
                *answer.status_mut() = StatusCode::NOT_MODIFIED;
                answer
            }
            false => with_type(bytes, self.kind),
        };
        let headers = answer.headers_mut();
        let caching = match self.is_lasting {
            true => "public, max-age=31536000, immutable",
            // Kept, but asked about each time.
            false => "no-cache",
        };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            headers.insert(ETAG, etag);
        }
        if let Some(encoding) = encoding.filter(|_| answer.status() == StatusCode::OK) {
            let headers = answer.headers_mut();
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        answer
    }

    fn is_known(&self, asked: &HeaderMap) -> bool {
        let known = asked
            .get(IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok());
        known.is_some_and(|known| {
            let mut tags = known.split(',').map(str::trim);
            tags.any(|tag| tag == "*" || tag.trim_start_matches("W/") == self.etag)
        })
    }

    fn variant(&self, asked: &HeaderMap) -> (Option<&'static str>, Bytes) {
        if let Some(bytes) = self.brotli.as_ref().filter(|_| accepts(asked, "br")) {
            return (Some("br"), bytes.clone());
        }
        let gzip = accepts(asked, "gzip").then(|| self.gzip.get_or_init(|| self.packed()));
        match gzip.and_then(Option::as_ref) {
            Some(bytes) => (Some("gzip"), bytes.clone()),
            None => (None, self.bytes.clone()),
        }
    }

    fn packed(&self) -> Option<Bytes> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.bytes).ok()?;
        let packed = encoder.finish().ok()?;
        (packed.len() < self.bytes.len() / 10 * 9).then(|| packed.into())
    }
}

fn accepts(asked: &HeaderMap, encoding: &str) -> bool {
    let values = asked.get_all(ACCEPT_ENCODING).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let mut codings = values.flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight: String = weight.split_whitespace().collect();
        let is_refused = weight
            .strip_prefix("q=")
            .is_some_and(|weight| weight.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case(encoding) && !is_refused
    })
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
