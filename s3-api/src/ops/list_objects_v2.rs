//! ListObjectsV2.

use super::list_objects::write_entry;
use super::shared::listing::{self, PageSize, Scope, page_size, parse_token, token};
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;
use bytes::Bytes;
use storage_engine::{Cursor, ListPage, ListRequest, ObjectEntry};

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let input = Input::parse(request)?;
    let page = read_page(request, &input.scope, input.after(), input.size).await?;
    Ok(response::document(render(request, &input, &page)))
}

struct Input {
    scope: Scope,
    size: PageSize,
    start_after: Bytes,
    /// As it came, and the place it names: none where it is empty.
    token: Option<(String, Option<Cursor>)>,
    fetch_owner: bool,
}

impl Input {
    fn parse(request: &Permitted<'_>) -> Result<Self, S3Error> {
        let token = match request.query().text("continuation-token")? {
            None => None,
            Some("") => Some((String::new(), None)),
            Some(text) => Some((text.to_owned(), Some(parse_token(text)?))),
        };
        Ok(Self {
            scope: Scope::parse(request)?,
            size: page_size(request, "max-keys")?,
            start_after: listing::bytes(request, "start-after"),
            token,
            fetch_owner: request.query().get("fetch-owner") == Some(b"true"),
        })
    }

    /// A token outweighs `start-after`, which clients repeat on every page.
    fn after(&self) -> Cursor {
        match &self.token {
            Some((_, Some(cursor))) => cursor.clone(),
            Some((_, None)) | None => self.scope.after(&self.start_after),
        }
    }
}

/// One page. The engine bounds its work by steps and may return less than was asked for, even
/// nothing; clients take a page with no entries for the end, so it goes on until there is one.
pub(crate) async fn read_page(
    request: &Permitted<'_>,
    scope: &Scope,
    mut after: Cursor,
    size: PageSize,
) -> Result<ListPage<ObjectEntry>, S3Error> {
    if size.granted == 0 {
        return Ok(ListPage {
            entries: Vec::new(),
            prefixes: Vec::new(),
            next: None,
        });
    }
    loop {
        let list = ListRequest {
            bucket: request.bucket().to_owned(),
            prefix: scope.prefix.clone(),
            delimiter: scope.delimiter.clone(),
            after,
            limit: size.granted,
        };
        let page = request.engine().list_objects(list).await;
        let page = page.map_err(|error| request.refusal(error))?;
        match page.next {
            Some(next) if page.entries.is_empty() && page.prefixes.is_empty() => after = next,
            _ => return Ok(page),
        }
    }
}

fn render(request: &Permitted<'_>, input: &Input, page: &ListPage<ObjectEntry>) -> Writer {
    let count = page.entries.len() + page.prefixes.len();
    let keys: usize = page.entries.iter().map(|entry| entry.key.len()).sum();
    let mut xml = Writer::with_capacity("ListBucketResult", 512 + 300 * count + keys);
    let spelling = input.scope.spelling;
    xml.text("Name", request.bucket());
    spelling.write(&mut xml, "Prefix", &input.scope.prefix);
    if !input.start_after.is_empty() {
        spelling.write(&mut xml, "StartAfter", &input.start_after);
    }
    if let Some((text, _)) = &input.token {
        xml.text("ContinuationToken", text);
    }
    if let Some(next) = &page.next {
        xml.text("NextContinuationToken", &token(next));
    }
    xml.number("KeyCount", count as u64);
    xml.number("MaxKeys", input.size.asked.into());
    input.scope.write(&mut xml);
    xml.boolean("IsTruncated", page.next.is_some());
    for entry in &page.entries {
        write_entry(
            &mut xml,
            spelling,
            entry,
            input.fetch_owner.then_some(request),
        );
    }
    input.scope.write_prefixes(&mut xml, &page.prefixes);
    xml
}
