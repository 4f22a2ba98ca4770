//! The protocol of S3 under an access token, for what JSON is no form for: bodies.

use crate::answer::Answer;
use crate::attachment::SANDBOX;
use crate::audit::Change;
use crate::body::{AdminBody, RequestBody};
use crate::call::Call;
use crate::inner::Inner;
use crate::local;
use crate::refused::Refused;
use http::header::{AUTHORIZATION, CONTENT_SECURITY_POLICY, COOKIE, HOST};
use http::request::Parts;
use http::{Method, Request, Uri};
use s3_api::RequestId;

/// Parts of an upload are not changes by themselves: completing it is.
const PARTS_OF_UPLOAD: [&str; 2] = ["UploadPart", "UploadPartCopy"];

pub(crate) async fn answer(
    admin: &Inner,
    parts: &Parts,
    path: &str,
    body: RequestBody,
) -> Result<Answer, Refused> {
    let (caller, bearer) = local::who(admin, parts).await?;
    let call = Call::new(admin, parts, caller.clone(), bearer, Vec::new());
    let request = request_of(parts, path, body)?;
    let query = request.uri().query().unwrap_or_default().to_owned();
    let answer = Box::pin(admin.s3.handle_for(caller, request)).await;
    let mut answer = answer.map(AdminBody::s3);
    // Whatever an object says it is, it is no page of ours.
    answer
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, SANDBOX);
    // What S3 took it for counts, not what it looks like.
    let seen = answer.extensions().get::<s3_api::Observation>();
    let operation = seen.and_then(|seen| seen.operation);
    let is_part = operation.is_some_and(|operation| PARTS_OF_UPLOAD.contains(&operation));
    let is_read = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    if !is_read && !is_part {
        // Made before it is waited for: an answer's body belongs to one thread at a time.
        let change = change(&call, path, &query, &answer);
        if let Some(change) = change {
            call.admin.audit.note(change, call.admin.seconds()).await;
        }
    }
    Ok(answer)
}

/// As S3 would have got it: its path names the bucket, and nothing in it tells who it is from.
fn request_of(
    parts: &Parts,
    path: &str,
    body: RequestBody,
) -> Result<Request<RequestBody>, Refused> {
    let uri = match parts.uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let uri: Uri = uri
        .parse()
        .map_err(|_| Refused::field("path", "It cannot be named in a request."))?;
    let mut request = Request::new(body);
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = uri;
    *request.version_mut() = parts.version;
    *request.headers_mut() = parts.headers.clone();
    for header in [AUTHORIZATION, COOKIE, HOST] {
        request.headers_mut().remove(header);
    }
    *request.extensions_mut() = parts.extensions.clone();
    Ok(request)
}

fn change(call: &Call<'_>, path: &str, query: &str, answer: &Answer) -> Option<Change> {
    let seen = answer.extensions().get::<s3_api::Observation>();
    let operation = seen.and_then(|seen| seen.operation).unwrap_or("unknown");
    let shown = percent_encoding::percent_decode_str(path.trim_start_matches('/'));
    call.about(shown.decode_utf8_lossy());
    let id = call.parts.extensions.get::<RequestId>().cloned()?;
    let refused = seen.and_then(|seen| seen.error);
    let refused = refused.map(|code| Refused::new(answer.status(), code, query));
    let outcome = refused.as_ref().map_or(Ok(answer), Err);
    Some(Change::of(call, operation, &id, outcome))
}
