//! For interfaces that change identities without IAM's wire form: the same permissions, and the
//! same refusals.

use super::about::About;
use super::call::Call;
use super::parameters::Parameters;
use super::refused::Refused;
use super::table::ACTIONS;
use crate::handle::S3;
use http::StatusCode;
use http::request::Parts;
use identity::Caller;

/// Actions of Amazon's IAM that have no wire form here. All are about a user.
pub(crate) const OF_LOGINS: [&str; 7] = [
    "CreateLoginProfile",
    "UpdateLoginProfile",
    "DeleteLoginProfile",
    "DeactivateMFADevice",
    "CreateServiceSpecificCredential",
    "ListServiceSpecificCredentials",
    "DeleteServiceSpecificCredential",
];

/// What IAM would answer.
#[derive(Debug)]
pub struct CallRefusal {
    pub code: &'static str,
    pub status: StatusCode,
    pub message: String,
}

impl S3 {
    /// Refuses unless policies let the caller do an action of IAM, `CreateUser`, to what its
    /// parameters name. `parts` is the request as far as policies look at it.
    pub fn permit_iam(
        &self,
        caller: &Caller,
        parts: &Parts,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<(), CallRefusal> {
        let call = Call {
            parts,
            caller,
            identity: self.identity(),
            web_keys: self.web_keys(),
            parameters: &Parameters::given(parameters),
        };
        let row = ACTIONS
            .iter()
            .find(|row| row.is_of_iam() && row.name == action);
        let permitted = match row {
            Some(row) => call.permit(row),
            None if OF_LOGINS.contains(&action) => {
                call.permit_named(&format!("iam:{action}"), About::User)
            }
            None => Err(Refused::no_such_action(action, "2010-05-08")),
        };
        Ok(permitted?)
    }
}

impl From<Refused> for CallRefusal {
    fn from(refused: Refused) -> Self {
        Self {
            code: refused.code(),
            status: refused.status(),
            message: refused.into_message(),
        }
    }
}

/// Failures of the store are logged, and tell nobody anything.
impl From<identity::Error> for CallRefusal {
    fn from(error: identity::Error) -> Self {
        Refused::from(error).into()
    }
}
