//! IAM and STS in Amazon's wire form: a call is a form that names an action, its answer a document.
//!
//! What an action does stands in `identity`; here are its parameters, its permission and the
//! elements of its answer. A new action is a row in `table.rs` and a function in its family's file.

mod about;
mod absent;
mod account;
mod answer;
mod attached;
mod call;
mod door;
pub(crate) mod fuzz;
mod groups;
mod inline;
mod keys;
mod parameters;
mod policies;
mod providers;
mod refused;
mod roles;
mod simulate;
mod sts;
mod table;
mod tags;
mod users;
mod versions;

use crate::auth::{Head, Service};
use crate::body::wire::WireBody;
use crate::domains::Domains;
use crate::error::S3Error;
use crate::handle::{RequestId, S3};
use crate::limits::{CALL_BYTES_MAX, UNSIGNED_CALL_BYTES_MAX};
use crate::load::Busy;
use crate::observe::Change;
use crate::query::Query;
use crate::response::Answer;
use call::Call;
pub use door::CallRefusal;
pub(crate) use door::OF_LOGINS;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderName, Method};
use identity::Caller;
use parameters::Parameters;
use refused::Refused;
pub use table::{ACTIONS, Action};
use table::{Signing, find};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// Whether a request is a call and none of S3's, which has no forms in front of all buckets.
pub(crate) fn is_call(parts: &Parts, domains: &Domains) -> bool {
    parts.uri.path() == "/" && has_action(parts) && domains.bucket_of(parts).is_none()
}

fn has_action(parts: &Parts) -> bool {
    let form = b"application/x-www-form-urlencoded";
    let kind = parts.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.as_bytes().get(..form.len()));
    let is_form = kind.is_some_and(|kind| kind.eq_ignore_ascii_case(form));
    let mut query = parts.uri.query().unwrap_or_default().split('&');
    match parts.method {
        Method::POST => is_form || query.any(|pair| pair.starts_with("Action=")),
        Method::GET => query.any(|pair| pair.starts_with("Action=")),
        _ => false,
    }
}

/// A call that has been answered, for whoever counts.
pub(crate) struct Answered {
    pub(crate) answer: Answer,
    pub(crate) action: Option<&'static str>,
    pub(crate) error: Option<&'static str>,
    pub(crate) change: Option<Change>,
}

/// What a call turned out to be, as far as it was looked at before it was refused.
struct Seen {
    service: Service,
    action: Option<&'static Action>,
    change: Option<Change>,
}

impl S3 {
    /// Answers a call; every refusal is an answer too.
    pub(crate) async fn answer_call(&self, parts: &Parts, body: &mut WireBody) -> Answered {
        let mut seen = Seen {
            service: Service::Iam,
            action: None,
            change: None,
        };
        let outcome = self.run_call(parts, body, &mut seen).await;
        let error = outcome.as_ref().err().map(Refused::code);
        let answer = self.sign_as(RequestId::of(parts), |request_id, _| {
            let mut answer = match (outcome, seen.action) {
                (Ok(inside), Some(action)) => answer::document(action, &inside, request_id),
                (Ok(_), None) => Refused::failure().render(seen.service, request_id),
                (Err(refused), _) => refused.render(seen.service, request_id),
            };
            crate::response::set(answer.headers_mut(), REQUEST_ID, request_id);
            answer
        });
        Answered {
            answer,
            action: seen.action.map(|action| action.name),
            error,
            change: seen.change,
        }
    }

    /// Who asks is known before what for, as everywhere; a stranger's form is not even read.
    async fn run_call(
        &self,
        parts: &Parts,
        body: &mut WireBody,
        seen: &mut Seen,
    ) -> answer::Outcome {
        let query = Query::parse(parts.uri.query())?;
        let head = Head {
            parts,
            query: &query,
        };
        let claim = self.verifier().claim_of_call(head)?;
        let (bytes_max, claimed) = match &claim {
            Some(claim) => (CALL_BYTES_MAX, Some(claim.service)),
            None => (UNSIGNED_CALL_BYTES_MAX, None),
        };
        seen.service = claimed.unwrap_or(seen.service);
        let coming = body.length().unwrap_or(u64::MAX).min(bytes_max as u64);
        let _held = self.load().hold(coming).await.map_err(Busy::refusal)?;
        let form = read(body, bytes_max).await?;
        let caller = match claim {
            Some(claim) => self.verifier().verify_call(claim, &form)?,
            None => Caller::anonymous(),
        };
        self.load().admit(&caller).map_err(Busy::refusal)?;
        let parameters = Parameters::parse(&query, &form)?;
        let action = find(&parameters, claimed)?;
        seen.service = action.service;
        seen.action = Some(action);
        if caller.is_anonymous() && action.signing == Signing::Required {
            return Err(Refused::unsigned());
        }
        let call = Call {
            parts,
            caller: &caller,
            identity: self.identity(),
            web_keys: self.web_keys(),
            parameters: &parameters,
        };
        seen.change = action.is_change().then(|| call.change(action));
        call.permit(action)?;
        (action.run)(&call).await
    }
}

/// The whole form, bounded.
async fn read(body: &mut WireBody, bytes_max: usize) -> Result<Vec<u8>, Refused> {
    if body
        .length()
        .is_some_and(|length| length > bytes_max as u64)
    {
        return Err(Refused::too_large(bytes_max));
    }
    let mut form = Vec::new();
    while let Some(data) = body.next().await? {
        if form.len() + data.len() > bytes_max {
            return Err(Refused::too_large(bytes_max));
        }
        form.extend_from_slice(&data);
    }
    Ok(form)
}

impl From<S3Error> for Refused {
    fn from(error: S3Error) -> Self {
        Refused::of_signature(&error)
    }
}

#[cfg(test)]
mod tests;
