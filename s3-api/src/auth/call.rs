//! The signature of a call of IAM or STS: Version 4 over the body itself, whatever a header says
//! of it.

use super::verify::{Claim, Verifier, let_in};
use super::{Head, Scheme, header, presigned, scheme};
use crate::error::{Code, S3Error};
use identity::{Caller, Credential};
use ring::digest;
use std::sync::Arc;

/// Services beside S3, as scopes name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    Iam,
    Sts,
}

impl Service {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Service::Iam => "iam",
            Service::Sts => "sts",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Service::Iam, Service::Sts]
            .into_iter()
            .find(|service| service.name() == name)
    }
}

/// A signature whose key is known and whose body is yet to be read.
pub(crate) struct CallClaim<'a> {
    pub(crate) service: Service,
    head: Head<'a>,
    claim: Claim<'a>,
    credential: Arc<Credential>,
}

/// IAM is one for all of Amazon's regions and signs for this one.
const GLOBAL_REGION: &str = "us-east-1";

impl Verifier {
    /// Who says to have made a call: enough to refuse strangers before their body is read. Nobody
    /// where there is no signature at all.
    pub(crate) fn claim_of_call<'a>(
        &self,
        head: Head<'a>,
    ) -> Result<Option<CallClaim<'a>>, S3Error> {
        let now = self.now();
        let claim = match scheme(head)? {
            Scheme::Anonymous => return Ok(None),
            Scheme::Header => header::claim_over(head, now, b"")?,
            Scheme::Presigned => presigned::claim(head, now)?,
            Scheme::HeaderV2 | Scheme::PresignedV2 => {
                return Err(S3Error::new(Code::AuthorizationHeaderMalformed)
                    .message("Only signatures of Version 4 are accepted."));
            }
        };
        let service = self.service_of(&claim)?;
        let credential = self.credential(claim.scope.access_key, claim.session_token)?;
        Ok(Some(CallClaim {
            service,
            head,
            claim,
            credential,
        }))
    }

    /// Who made the call, now that its body is known.
    pub(crate) fn verify_call(
        &self,
        call: CallClaim<'_>,
        body: &[u8],
    ) -> Result<Arc<Caller>, S3Error> {
        let digest = hex::encode(digest::digest(&digest::SHA256, body));
        let claim = Claim {
            payload: digest.as_bytes(),
            ..call.claim
        };
        self.check_signature(call.head, &claim, &call.credential)?;
        let_in(&call.credential)
    }

    /// Clients that know of no region leave it out of the scope. It is part of what is signed
    /// either way, so that leaving it out gives nothing away.
    fn service_of(&self, claim: &Claim<'_>) -> Result<Service, S3Error> {
        let refused =
            |message: &'static str| S3Error::new(Code::SignatureDoesNotMatch).message(message);
        let scope = &claim.scope;
        let service = Service::named(scope.service).ok_or_else(|| {
            refused("Credential should be scoped to correct service: 'iam' or 'sts'.")
        })?;
        if !["", GLOBAL_REGION, self.region()].contains(&scope.region) {
            return Err(refused("Credential should be scoped to a valid region."));
        }
        match claim.time.starts_with(scope.date) {
            true => Ok(service),
            false => Err(refused(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP.",
            )),
        }
    }
}
