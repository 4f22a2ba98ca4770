//! A bucket as a website: reads for visitors who are nobody, with pages instead of documents.
//!
//! The name of the host is the bucket, or begins with it. What a path names is read like any
//! object, by an anonymous `GetObject` that the gate lets through or not; everything else here
//! decides which object that is, and what is shown when it cannot be read.

mod page;

use crate::access_log::Draft;
use crate::body::payload::Payload;
use crate::body::wire::WireBody;
use crate::bucket::Bucket;
use crate::bucket::website::{Pages, Redirection, Visit, Website};
use crate::client::Scheme;
use crate::cors;
use crate::domains::{host, host_name};
use crate::error::{Code, S3Error};
use crate::handle::{RequestId, S3};
use crate::op::named;
use crate::query::Query;
use crate::request::{Authenticated, Named, Parsed};
use crate::response::{self, Answer, ResponseBody, set};
use crate::target::{Target, check_bucket_name};
use bytes::Bytes;
use http::header::{HOST, LOCATION};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode};
use http_body::Body;
use std::error::Error;
use std::sync::Arc;

const REDIRECT: HeaderName = HeaderName::from_static("x-amz-website-redirect-location");

/// Why a visitor sees an error: what failed first, and then the page that was to be shown of it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) first: S3Error,
    pub(crate) page: Option<Box<S3Error>>,
}

impl From<S3Error> for Failure {
    fn from(first: S3Error) -> Self {
        Self { first, page: None }
    }
}

/// What came of a visit.
struct Visited {
    outcome: Result<Answer, Failure>,
    /// What a page of another origin may see of it.
    shared: Option<HeaderMap>,
    /// Its line in the log of the bucket.
    draft: Option<Draft>,
}

impl Visited {
    /// There is no such bucket.
    fn in_vain(error: S3Error) -> Self {
        Self {
            outcome: Err(error.into()),
            shared: None,
            draft: None,
        }
    }
}

impl S3 {
    /// Whether the host a request names is one of the domains for websites.
    pub fn is_website(&self, parts: &Parts) -> bool {
        self.website_domains().bucket_of(parts).is_some()
    }

    /// Answers a visitor of a website. Like [`S3::handle`] in everything else.
    pub async fn visit<B>(&self, request: Request<B>) -> Response<ResponseBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        self.name(&mut parts);
        let mut body = WireBody::new(body, &parts.headers);
        let slot = match self.load().arrive(&parts) {
            Ok(slot) => slot,
            Err(busy) => return self.refuse_at_once(&parts, body, busy.refusal()).await,
        };
        let Visited {
            outcome,
            shared,
            draft,
        } = Box::pin(self.look_for_page(&parts)).await;
        let error = outcome.as_ref().err();
        let error = error.map(|failure| failure.first.code().name());
        let mut answer = self.sign_as(RequestId::of(&parts), |request_id, host_id| {
            let mut answer = match outcome {
                Ok(answer) => answer,
                Err(failure) => page::of(&failure, &parts.method, request_id, host_id),
            };
            if let Some(draft) = draft {
                let collector = &self.settings().collector;
                let entry = draft.answered(&answer, error, (request_id, host_id), collector);
                answer.extensions_mut().insert(entry);
            }
            answer
        });
        answer.headers_mut().extend(shared.unwrap_or_default());
        let fate = body.settle().await;
        let mut answer = self.observed(answer, &body, fate, Some("WebsiteVisit"), error);
        answer.body_mut().keep(slot);
        answer
    }

    async fn look_for_page(&self, parts: &Parts) -> Visited {
        let target = match self.site(parts) {
            Ok(target) => target,
            Err(error) => return Visited::in_vain(error),
        };
        let Ok(bucket) = self.gate().bucket(&target.bucket).await else {
            return Visited::in_vain(no_such_bucket(&target.bucket));
        };
        let website = bucket.document::<Website>();
        let page = match &website {
            Some(Website::Pages(pages)) => page_of(pages, &target.key),
            _ => target.key.clone(),
        };
        let draft = Draft::visit(parts, &bucket, &page);
        let visitor = Visitor {
            s3: self,
            parts,
            target: &target,
            bucket: &bucket,
        };
        let outcome = match &website {
            Some(website) => visitor.visit(website).await,
            None => {
                let error = S3Error::new(Code::NoSuchWebsiteConfiguration);
                Err(error.extra("BucketName", &*target.bucket).into())
            }
        };
        Visited {
            outcome,
            shared: cors::headers_for(parts, &bucket),
            draft,
        }
    }

    /// Which bucket is the site, and what in it the path names.
    fn site(&self, parts: &Parts) -> Result<Target, S3Error> {
        let under_domain = self.website_domains().bucket_of(parts);
        let bucket = under_domain
            .or_else(|| host_name(parts))
            .unwrap_or_default();
        check_bucket_name(&bucket).map_err(|_| no_such_bucket(&bucket))?;
        Target::in_bucket(bucket, parts.uri.path())
    }
}

fn no_such_bucket(bucket: &str) -> S3Error {
    S3Error::new(Code::NoSuchBucket).extra("BucketName", bucket)
}

struct Visitor<'a> {
    s3: &'a S3,
    parts: &'a Parts,
    target: &'a Target,
    bucket: &'a Arc<Bucket>,
}

impl Visitor<'_> {
    async fn visit(&self, website: &Website) -> Result<Answer, Failure> {
        if !matches!(self.parts.method, Method::GET | Method::HEAD) {
            let error = S3Error::new(Code::MethodNotAllowed);
            return Err(error.extra("Method", self.parts.method.as_str()).into());
        }
        let pages = match website {
            Website::Elsewhere(place) => return Ok(redirect(&place.redirection(self.as_visit()))),
            Website::Pages(pages) => pages,
        };
        if let Some(elsewhere) = pages.redirection(self.as_visit(), None) {
            return Ok(redirect(&elsewhere));
        }
        let page = page_of(pages, &self.target.key);
        match self.read(self.parts, page).await {
            Ok(answer) => Ok(or_where_it_redirects(answer)),
            Err(error) if error.code() == Code::NotModified => Err(error.into()),
            Err(error) => self.show_error(pages, error).await,
        }
    }

    /// What is shown where an object cannot be read.
    async fn show_error(&self, pages: &Pages, error: S3Error) -> Result<Answer, Failure> {
        if self.is_folder(pages, &error).await {
            let path = self.parts.uri.path();
            return Ok(redirect(&Redirection {
                status: StatusCode::FOUND,
                location: format!("{path}/"),
            }));
        }
        let status = error.code().status();
        if let Some(elsewhere) = pages.redirection(self.as_visit(), Some(status)) {
            return Ok(redirect(&elsewhere));
        }
        let is_ours_to_explain = status.is_client_error();
        let Some(key) = pages.error.as_ref().filter(|_| is_ours_to_explain) else {
            return Err(error.into());
        };
        match self
            .read(&self.plain(), Bytes::copy_from_slice(key.as_bytes()))
            .await
        {
            Ok(mut answer) => {
                *answer.status_mut() = status;
                Ok(answer)
            }
            Err(page) => Err(Failure {
                first: error,
                page: Some(Box::new(page)),
            }),
        }
    }

    /// Whether the path names a folder without the slash at its end.
    async fn is_folder(&self, pages: &Pages, error: &S3Error) -> bool {
        let key = &self.target.key;
        let is_missing = matches!(error.code(), Code::NoSuchKey | Code::AccessDenied);
        if !is_missing || key.is_empty() || key.ends_with(b"/") {
            return false;
        }
        let index = below(key, &format!("/{}", pages.index));
        self.read(&self.plain(), index).await.is_ok()
    }

    /// The same visit without what qualifies it: ranges and conditions are about the page that
    /// was asked for.
    fn plain(&self) -> Parts {
        let mut parts = self.parts.clone();
        let host = parts.headers.remove(HOST);
        parts.headers = host.map(|host| (HOST, host)).into_iter().collect();
        parts
    }

    async fn read(&self, parts: &Parts, key: Bytes) -> Result<Answer, S3Error> {
        let operation = match parts.method {
            Method::HEAD => "HeadObject",
            _ => "GetObject",
        };
        let request = Parsed {
            parts,
            target: Target {
                bucket: self.target.bucket.clone(),
                key,
                style: self.target.style,
            },
            query: Query::default(),
            operation: named(operation)?,
        };
        crate::target::check_key(&request.target.key)?;
        let (gate, settings) = (self.s3.gate(), self.s3.settings());
        let bucket = Named::found(Arc::clone(self.bucket));
        let permitted = gate.permit(Authenticated::visitor(request), bucket, settings);
        let (permitted, claim) = permitted.await?;
        let mut nothing = WireBody::empty();
        let payload = Payload::new(&mut nothing, claim, &HeaderMap::new())?;
        let answer = crate::ops::run(&permitted, payload).await?;
        self.s3.let_out(answer).await
    }

    fn as_visit(&self) -> Visit<'_> {
        Visit {
            scheme: Scheme::of(self.parts).name(),
            host: host(self.parts).unwrap_or_default(),
            key: &self.target.key,
        }
    }
}

/// The key of what is shown where a path names that one.
fn page_of(pages: &Pages, key: &Bytes) -> Bytes {
    match key.is_empty() || key.ends_with(b"/") {
        true => below(key, &pages.index),
        false => key.clone(),
    }
}

fn below(key: &[u8], name: &str) -> Bytes {
    [key, name.as_bytes()].concat().into()
}

fn redirect(to: &Redirection) -> Answer {
    let mut answer = response::empty(to.status);
    set(answer.headers_mut(), LOCATION, &to.location);
    answer
}

/// An object can say that it is somewhere else.
fn or_where_it_redirects(answer: Answer) -> Answer {
    let location = answer.headers().get(REDIRECT);
    match location.and_then(|location| location.to_str().ok()) {
        Some(location) => redirect(&Redirection {
            status: StatusCode::MOVED_PERMANENTLY,
            location: location.to_owned(),
        }),
        None => answer,
    }
}
