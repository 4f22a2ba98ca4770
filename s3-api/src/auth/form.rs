//! The signature of a form: it signs the policy, and the policy says what the form may hold.

use super::scope::Scope;
use super::verify::{Verifier, let_in};
use crate::encoding::hex_digest;
use crate::error::{Code, S3Error};
use crate::form::fields::Fields;
use crate::form::policy::Policy;
use identity::Caller;
use ring::hmac;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What is known of a form's sender, and how long its file may be.
pub(crate) struct VerifiedForm {
    /// Nobody in particular where nothing is signed.
    pub(crate) caller: Arc<Caller>,
    pub(crate) length: Option<RangeInclusive<u64>>,
}

/// Fields that only a signed form has, in either version.
const SIGNING_V4: [&str; 3] = ["x-amz-signature", "x-amz-algorithm", "x-amz-credential"];
const SIGNING_V2: [&str; 3] = ["signature", "awsaccesskeyid", "policy"];

impl Verifier {
    /// Finds out who signed the form, and whether it is what they signed.
    pub(crate) fn verify_form(
        &self,
        fields: &Fields,
        bucket: &str,
    ) -> Result<VerifiedForm, S3Error> {
        let has_any = |names: [&str; 3]| names.into_iter().any(|name| fields.has(name));
        let caller = if has_any(SIGNING_V4) {
            self.verify_v4_form(fields)?
        } else if has_any(SIGNING_V2) {
            self.check_v2_is_accepted()?;
            let access_key = fields.required("AWSAccessKeyId")?;
            let (policy, signature) = (fields.required("policy")?, fields.required("signature")?);
            let token = token(fields);
            self.check_v2_text((access_key, token), policy.as_bytes(), signature)?
        } else {
            return Ok(VerifiedForm {
                caller: Caller::anonymous(),
                length: None,
            });
        };
        let policy = Policy::parse(fields.required("policy")?)?;
        Ok(VerifiedForm {
            caller,
            length: policy.check(fields, bucket, self.now())?,
        })
    }

    fn verify_v4_form(&self, fields: &Fields) -> Result<Arc<Caller>, S3Error> {
        let policy = fields.required("policy")?;
        if fields.required("x-amz-algorithm")? != "AWS4-HMAC-SHA256" {
            return Err(S3Error::invalid_argument("x-amz-algorithm", "")
                .message("x-amz-algorithm only supports \"AWS4-HMAC-SHA256\""));
        }
        let credential = fields.required("x-amz-credential")?;
        let scope = Scope::parse(credential).ok_or_else(|| {
            S3Error::invalid_argument("x-amz-credential", credential).message(
                "the Credential is mal-formed; expecting \
                 \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
            )
        })?;
        let date = fields.required("x-amz-date")?;
        let signature = fields.required("x-amz-signature")?;
        self.check_scope(&scope, date)?;
        let credential = self.credential(scope.access_key, token(fields))?;
        let found = self.signing_key(&scope, &credential.secret);
        let given = hex_digest(signature.as_bytes()).unwrap_or_default();
        if hmac::verify(found.key(), policy.as_bytes(), &given).is_err() {
            return Err(S3Error::new(Code::SignatureDoesNotMatch)
                .extra("AWSAccessKeyId", scope.access_key)
                .extra("StringToSign", policy)
                .extra("SignatureProvided", signature));
        }
        self.keep_key(&scope, &credential.secret, &found);
        self.note_use(&credential, scope.service, scope.region);
        let_in(&credential)
    }
}

fn token(fields: &Fields) -> Option<&[u8]> {
    fields.get("x-amz-security-token").map(AsRef::as_ref)
}
