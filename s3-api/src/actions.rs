//! The names of all actions that requests of S3, IAM and STS ask policies about.

use crate::iam;
use crate::op;

/// With their services: `s3:GetObject`. Some come twice.
pub fn known_actions() -> impl Iterator<Item = String> {
    let of_s3 = op::ACTIONS.iter().map(|known| known.name.to_owned());
    let of_calls = iam::ACTIONS.iter().map(|action| match action.is_of_iam() {
        true => format!("iam:{}", action.name),
        false => format!("sts:{}", action.name),
    });
    let of_logins = iam::OF_LOGINS.iter().map(|name| format!("iam:{name}"));
    let of_sessions = identity::sts::FURTHER_RIGHTS.map(str::to_owned);
    of_s3.chain(of_calls).chain(of_logins).chain(of_sessions)
}
