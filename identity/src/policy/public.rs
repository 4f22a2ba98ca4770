//! Amazon's definition of a public bucket policy: one that allows something to principals that are
//! not fixed, and has no condition that fixes them.

use ipnet::IpNet;

use super::arn::ArnPattern;
use super::condition::{Condition, Quantifier, Tests};
use super::principal::Who;
use super::statement::{Effect, Statement};
use super::text::Text;

/// Keys that tell who asks; a fixed value makes a statement non-public.
const FIXING_KEYS: [&str; 9] = [
    "aws:SourceArn",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:SourceOwner",
    "aws:SourceAccount",
    "aws:userid",
    "aws:PrincipalOrgID",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:DataAccessPointAccount",
];

pub(super) fn is_public(statement: &Statement) -> bool {
    let Some(principals) = &statement.principals else {
        return false;
    };
    let open = principals.negated || principals.list.contains(&Who::Everyone);
    let fixed = || statement.conditions.iter().any(is_fixing);
    statement.effect == Effect::Allow && open && !fixed()
}

/// Whether a condition holds for known callers only.
fn is_fixing(condition: &Condition) -> bool {
    let operator = condition.operator;
    // All of none is true, and so is what asks only if there is something.
    if operator.negated || operator.if_exists || operator.quantifier == Quantifier::All {
        return false;
    }
    let is = |key: &str| condition.key.eq_ignore_ascii_case(key);
    match &condition.tests {
        Tests::Address(networks) => is("aws:SourceIp") && networks.iter().all(is_narrow),
        Tests::Text(_, texts) if FIXING_KEYS.iter().any(|key| is(key)) => {
            texts.iter().all(Text::is_fixed)
        }
        Tests::Arn(names) if FIXING_KEYS.iter().any(|key| is(key)) => {
            names.iter().all(ArnPattern::is_fixed)
        }
        // The access point's name may vary where its account does not.
        Tests::Arn(names) if is("s3:DataAccessPointArn") => {
            names.iter().all(ArnPattern::has_fixed_account)
        }
        Tests::Text(_, texts) if is("s3:DataAccessPointArn") => {
            let account = |text: &Text| text.segments().get(4).is_some_and(Text::is_fixed);
            texts.iter().all(account)
        }
        _ => false,
    }
}

/// Broader networks than these are as good as everyone, private ones excepted.
fn is_narrow(network: &IpNet) -> bool {
    match network {
        IpNet::V4(network) => network.prefix_len() >= 8,
        IpNet::V6(network) => {
            network.prefix_len() >= 32 || network.network().segments()[0] & 0xfe00 == 0xfc00
        }
    }
}

#[cfg(test)]
mod tests;
