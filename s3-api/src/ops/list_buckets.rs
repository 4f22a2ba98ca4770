//! ListBuckets, with the paging it has had since 2024.

use crate::acl::write_account;
use crate::encoding::{base64, base64_bytes};
use crate::error::{Code, S3Error};
use crate::limits::LIST_BUCKETS_MAX;
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;
use std::time::{Duration, UNIX_EPOCH};
use storage_engine::ListBuckets;
use storage_engine::row::BucketRow;

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let input = Input::parse(request)?;
    let (buckets, next) = collect(request, &input).await?;
    let region = request.settings().region.as_str();
    let mut xml = Writer::with_capacity("ListAllMyBucketsResult", 512 + 160 * buckets.len());
    xml.element("Owner", |xml| {
        write_account(xml, &request.owner(), request.identity());
    });
    xml.element("Buckets", |xml| {
        for bucket in &buckets {
            write(xml, bucket, input.is_paged.then_some(region));
        }
    });
    if let Some(next) = next {
        xml.text("ContinuationToken", &base64(next.as_bytes()));
    }
    if !input.prefix.is_empty() {
        xml.text("Prefix", &input.prefix);
    }
    Ok(response::document(xml))
}

struct Input {
    prefix: String,
    after: Option<String>,
    limit: u32,
    /// Whether the caller knows the paged form, which has more in it.
    is_paged: bool,
    other_region: bool,
}

impl Input {
    fn parse(request: &Permitted<'_>) -> Result<Self, S3Error> {
        let query = request.query();
        let limit = query.number::<u32>("max-buckets")?;
        let limit_given = limit.is_some();
        let limit = limit.unwrap_or(LIST_BUCKETS_MAX);
        if limit == 0 || limit > LIST_BUCKETS_MAX {
            return Err(S3Error::invalid_argument("max-buckets", limit.to_string())
                .message("Argument max-buckets must be an integer between 1 and 10000"));
        }
        let token = query
            .text("continuation-token")?
            .filter(|token| !token.is_empty());
        let region = query
            .text("bucket-region")?
            .filter(|region| !region.is_empty());
        Ok(Self {
            prefix: query.text("prefix")?.unwrap_or_default().to_owned(),
            after: token.map(parse_token).transpose()?,
            limit,
            is_paged: limit_given || token.is_some() || region.is_some(),
            other_region: region.is_some_and(|region| region != request.settings().region),
        })
    }
}

fn parse_token(token: &str) -> Result<String, S3Error> {
    let name = base64_bytes(token).and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| {
        S3Error::new(Code::InvalidArgument)
            .message("The continuation token provided is incorrect")
            .extra("ArgumentName", "continuation-token")
    })
}

/// The engine's pages are smaller than ours may be.
async fn collect(
    request: &Permitted<'_>,
    input: &Input,
) -> Result<(Vec<BucketRow>, Option<String>), S3Error> {
    let mut buckets = Vec::new();
    let mut after = input.after.clone();
    if input.other_region {
        return Ok((buckets, None));
    }
    loop {
        let limit = (input.limit as usize - buckets.len()).min(storage_engine::limits::LIST_MAX);
        let prefix = input.prefix.clone();
        let page = ListBuckets {
            prefix,
            after,
            owner: (!request.caller().is_administrator()).then(|| request.owner()),
            limit,
        };
        let page = request.engine().list_buckets(page).await;
        let page = page.map_err(|error| request.refusal(error))?;
        buckets.extend(page.buckets);
        after = page.next;
        if after.is_none() || buckets.len() >= input.limit as usize {
            return Ok((buckets, after));
        }
    }
}

fn write(xml: &mut Writer, bucket: &BucketRow, region: Option<&str>) {
    xml.element("Bucket", |xml| {
        xml.text("Name", &bucket.name);
        xml.time(
            "CreationDate",
            UNIX_EPOCH + Duration::from_millis(bucket.created.0),
        );
        if let Some(region) = region {
            xml.text("BucketRegion", region);
        }
    });
}
