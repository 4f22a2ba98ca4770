//! The check both forms of signature share.

use super::canonical::{PathForm, Signable};
use super::chunked::ChunkSigner;
use super::keys::{FoundKey, SigningKeys};
use super::scope::Scope;
use super::{ContentSha256, Head, Hoisted, PayloadClaim, Scheme, SigV2, Verified};
use super::{header, presigned, scheme};
use crate::date::basic_iso8601;
use crate::encoding::hex_digest;
use crate::error::{Code, S3Error};
use crate::limits::CLOCK_SKEW_SECONDS_MAX;
use crate::request::Parsed;
use identity::model::Secret;
use identity::{Caller, Credential, Identity, Refusal, Suspended};
use ring::{digest, hmac};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Knows the credentials, the region and the time.
pub(crate) struct Verifier {
    identity: Identity,
    region: String,
    now: fn() -> SystemTime,
    keys: SigningKeys,
    sigv2: SigV2,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// A signature and what it is said to sign.
pub(crate) struct Claim<'a> {
    pub(crate) scope: Scope<'a>,
    pub(crate) signed_headers: &'a str,
    pub(crate) signature: &'a str,
    /// As it stands in the string to sign.
    pub(crate) time: Cow<'a, str>,
    /// As it stands in the canonical request.
    pub(crate) payload: &'a [u8],
    /// What the body is.
    pub(crate) content: ContentSha256,
    pub(crate) session_token: Option<&'a [u8]>,
    /// An `x-amz-` header that need not be signed; empty for none.
    pub(crate) exempt: &'static str,
}

impl Verifier {
    pub(crate) fn new(identity: Identity, region: String, now: fn() -> SystemTime) -> Self {
        Self {
            identity,
            region,
            now,
            keys: SigningKeys::default(),
            sigv2: SigV2::Refused,
        }
    }

    #[must_use]
    pub(crate) fn with_sigv2(self, sigv2: SigV2) -> Self {
        Self { sigv2, ..self }
    }

    pub(crate) fn sigv2(&self) -> SigV2 {
        self.sigv2
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.now)()
    }

    /// The key that signs in a scope.
    pub(crate) fn signing_key(&self, scope: &Scope<'_>, secret: &Secret) -> FoundKey {
        self.keys.find(scope, secret)
    }

    pub(crate) fn keep_key(&self, scope: &Scope<'_>, secret: &Secret, found: &FoundKey) {
        if let FoundKey::Derived(key) = found {
            self.keys.keep(scope, secret, key);
        }
    }

    /// Finds out who asks. A request without any signature is nobody's, which is no error here.
    pub(crate) fn verify(&self, request: &Parsed<'_>) -> Result<Verified, S3Error> {
        let now = self.now();
        let head = request.head();
        let claim = match scheme(head)? {
            Scheme::Anonymous => return unbound(request, Caller::anonymous()),
            Scheme::HeaderV2 => {
                let caller = self.verify_v2_header(request, now)?;
                return unbound(request, caller);
            }
            Scheme::PresignedV2 => {
                let caller = self.verify_v2_query(request, now)?;
                return unbound(request, caller);
            }
            Scheme::Header => header::claim(head, now)?,
            Scheme::Presigned => presigned::claim(head, now)?,
        };
        self.check_scope(&claim.scope, &claim.time)?;
        let credential = self.credential(claim.scope.access_key, claim.session_token)?;
        let (key, signature) = self.check_signature(head, &claim, &credential)?;
        let scope = claim.scope.signed_part();
        let signer = || ChunkSigner::new(key, &claim.time, scope, signature);
        let payload = claim.content.claim(signer);
        Ok(Verified {
            caller: let_in(&credential)?,
            payload,
        })
    }

    /// What belongs to an access key, and to the token of its session if it is one's.
    pub(crate) fn credential(
        &self,
        access_key: &str,
        token: Option<&[u8]>,
    ) -> Result<Arc<Credential>, S3Error> {
        let invalid_token = || S3Error::new(Code::InvalidToken);
        let token = token.map(std::str::from_utf8).transpose();
        let token = token.map_err(|_| invalid_token())?;
        let found = self.identity.find(access_key, token);
        found.map_err(|refusal| match refusal {
            Refusal::UnknownKey | Refusal::InactiveKey | Refusal::ExpiredKey => {
                S3Error::new(Code::InvalidAccessKeyId).extra("AWSAccessKeyId", access_key)
            }
            Refusal::InvalidToken => invalid_token(),
            Refusal::ExpiredToken => S3Error::new(Code::ExpiredToken),
        })
    }

    /// Of whoever's signature is right.
    pub(crate) fn note_use(&self, credential: &Credential, service: &str, region: &str) {
        self.identity.note_use(credential, service, region);
    }

    /// A signature is good for one region and service.
    pub(crate) fn check_scope(&self, scope: &Scope<'_>, time: &str) -> Result<(), S3Error> {
        let malformed = |message: String| {
            S3Error::new(Code::AuthorizationHeaderMalformed)
                .message(message)
                .extra("Region", self.region.as_str())
        };
        let Scope {
            region,
            service,
            date,
            ..
        } = *scope;
        if region != self.region {
            return Err(malformed(format!(
                "The authorization header is malformed; the region '{region}' is wrong; \
                 expecting '{}'",
                self.region
            )));
        }
        if service != "s3" {
            return Err(malformed(format!(
                "The authorization header is malformed; incorrect service \"{service}\". \
                 This endpoint belongs to \"s3\"."
            )));
        }
        if !time.starts_with(date) {
            return Err(malformed(format!(
                "The authorization header is malformed; Invalid credential date \"{date}\". \
                 This date is not the same as X-Amz-Date: \"{}\".",
                time.get(..8).unwrap_or(time)
            )));
        }
        Ok(())
    }

    /// Computes the signature and compares in constant time.
    pub(super) fn check_signature(
        &self,
        head: Head<'_>,
        claim: &Claim<'_>,
        credential: &Credential,
    ) -> Result<(Arc<hmac::Key>, [u8; 32]), S3Error> {
        let signable = Signable {
            method: &head.parts.method,
            uri: &head.parts.uri,
            query: head.query,
            headers: &head.parts.headers,
            signed_headers: claim.signed_headers,
            payload: claim.payload,
        };
        let is_hoisted = |name: &str| Hoisted::has(head.parts, name);
        signable.check_coverage(|name| name == claim.exempt || is_hoisted(name))?;
        let found = self.keys.find(&claim.scope, &credential.secret);
        let signature = hex_digest(claim.signature.as_bytes());
        let text = Texts::build(&signable, claim, PathForm::Raw)?;
        let mut valid = signature.filter(|tag| text.is_signed_by(found.key(), tag));
        if valid.is_none() && signable.path_forms_differ() {
            let other = Texts::build(&signable, claim, PathForm::Encoded)?;
            valid = signature.filter(|tag| other.is_signed_by(found.key(), tag));
        }
        let Some(signature) = valid else {
            return Err(text.mismatch(claim));
        };
        self.keep_key(&claim.scope, &credential.secret, &found);
        self.note_use(credential, claim.scope.service, claim.scope.region);
        Ok((Arc::clone(found.key()), signature))
    }
}

/// Whoever it is whose signature has been found right.
pub(crate) fn let_in(credential: &Credential) -> Result<Arc<Caller>, S3Error> {
    let suspended = |why: Suspended| S3Error::new(Code::AccessDenied).message(why.to_string());
    credential.caller().cloned().map_err(suspended)
}

/// A request whose signature says nothing of its body, or that has none, can still say what its
/// body is.
fn unbound(request: &Parsed<'_>, caller: Arc<Caller>) -> Result<Verified, S3Error> {
    let payload = match request
        .header("x-amz-content-sha256")
        .map(ContentSha256::parse)
        .transpose()?
    {
        None | Some(ContentSha256::Unsigned) => PayloadClaim::Unsigned,
        Some(ContentSha256::Digest(digest)) => PayloadClaim::Sha256(digest),
        Some(ContentSha256::StreamingUnsignedTrailer) => PayloadClaim::Chunked {
            signer: None,
            trailer: true,
        },
        Some(ContentSha256::StreamingSigned { .. }) => {
            return Err(S3Error::new(Code::InvalidRequest)
                .message("Signed chunks need a request signed with Version 4."));
        }
    };
    Ok(Verified { caller, payload })
}

/// The canonical request and, behind it in the same buffer, the string to sign.
struct Texts {
    buffer: Vec<u8>,
    string_to_sign_at: usize,
}

impl Texts {
    fn build(signable: &Signable<'_>, claim: &Claim<'_>, form: PathForm) -> Result<Self, S3Error> {
        let mut buffer = Vec::with_capacity(1024);
        signable.push_to(&mut buffer, form)?;
        let hash = digest::digest(&digest::SHA256, &buffer);
        let string_to_sign_at = buffer.len();
        for piece in [
            "AWS4-HMAC-SHA256\n",
            &claim.time,
            "\n",
            claim.scope.signed_part(),
            "\n",
        ] {
            buffer.extend_from_slice(piece.as_bytes());
        }
        if let Ok(hash) = hash.as_ref().try_into() {
            crate::encoding::push_hex(&mut buffer, hash);
        }
        Ok(Self {
            buffer,
            string_to_sign_at,
        })
    }

    fn is_signed_by(&self, key: &hmac::Key, signature: &[u8; 32]) -> bool {
        hmac::verify(key, &self.buffer[self.string_to_sign_at..], signature).is_ok()
    }

    /// Tells the client what we signed: without it nobody finds a difference in canonicalisation.
    /// None of it is secret.
    fn mismatch(&self, claim: &Claim<'_>) -> S3Error {
        let (canonical, string_to_sign) = self.buffer.split_at(self.string_to_sign_at);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        S3Error::new(Code::SignatureDoesNotMatch)
            .extra("AWSAccessKeyId", claim.scope.access_key)
            .extra("StringToSign", text(string_to_sign))
            .extra("SignatureProvided", claim.signature)
            .extra("CanonicalRequest", text(canonical))
    }
}

/// Refuses a request made at a time too far from ours.
pub(crate) fn check_skew(time: SystemTime, now: SystemTime, text: &str) -> Result<(), S3Error> {
    let skew = distance(time, now);
    if skew <= Duration::from_secs(CLOCK_SKEW_SECONDS_MAX) {
        return Ok(());
    }
    Err(S3Error::new(Code::RequestTimeTooSkewed)
        .extra("RequestTime", text)
        .extra("ServerTime", basic_iso8601(now))
        .extra(
            "MaxAllowedSkewMilliseconds",
            (CLOCK_SKEW_SECONDS_MAX * 1000).to_string(),
        ))
}

fn distance(a: SystemTime, b: SystemTime) -> Duration {
    a.duration_since(b)
        .unwrap_or_else(|earlier| earlier.duration())
}
