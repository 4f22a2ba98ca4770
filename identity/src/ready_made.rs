//! Managed policies that are there from the beginning: some under Amazon's names and with Amazon's
//! meaning, and roles for people, with limits.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::Result;
use crate::model::Limits;
use crate::policy::{Kind, Named, Policy};

const GIB: u64 = 1 << 30;

/// Buckets that begin with one's name, and one's own keys.
const OWN: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"OwnBuckets","Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::${aws:username}","arn:aws:s3:::${aws:username}/*","arn:aws:s3:::${aws:username}-*"]},{"Sid":"ListOfBuckets","Effect":"Allow","Action":["s3:ListAllMyBuckets","s3:GetBucketLocation"],"Resource":"*"},{"Sid":"OwnKeys","Effect":"Allow","Action":["iam:GetUser","iam:ListAccessKeys","iam:CreateAccessKey","iam:UpdateAccessKey","iam:DeleteAccessKey","iam:GetAccessKeyLastUsed"],"Resource":"arn:aws:iam::*:user/${aws:username}"}]}"#;

/// Roles for people: name, description, document, limits.
const ROLES: [(&str, &str, &str, Limits); 4] = [
    (
        "guest",
        "Looks at all buckets and changes nothing; what it may have elsewhere is small.",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"*"}]}"#,
        Limits {
            storage: Some(GIB),
            objects: Some(1000),
            requests_per_second: Some(20),
            largest_object: Some(GIB / 10),
        },
    ),
    (
        "user",
        "Has buckets whose names begin with its own, and looks after its own access keys.",
        OWN,
        Limits {
            storage: Some(10 * GIB),
            objects: Some(100_000),
            requests_per_second: Some(100),
            largest_object: Some(5 * GIB),
        },
    ),
    (
        "premium",
        "The same as user, with far more of everything.",
        OWN,
        Limits {
            storage: Some(1024 * GIB),
            objects: Some(10_000_000),
            requests_per_second: Some(1000),
            largest_object: Some(1024 * GIB),
        },
    ),
    (
        "admin",
        "May do everything, without limits.",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        Limits {
            storage: None,
            objects: None,
            requests_per_second: None,
            largest_object: None,
        },
    ),
];

/// Path and name, description, document.
const POLICIES: [(&str, &str, &str); 6] = [
    (
        "AdministratorAccess",
        "Provides full access to all services and resources.",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    ),
    (
        "AmazonS3FullAccess",
        "Provides full access to all buckets.",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","s3-object-lambda:*"],"Resource":"*"}]}"#,
    ),
    (
        "AmazonS3ReadOnlyAccess",
        "Provides read only access to all buckets.",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*","s3-object-lambda:Get*","s3-object-lambda:List*"],"Resource":"*"}]}"#,
    ),
    (
        "IAMFullAccess",
        "Provides full access to users, groups, roles and policies.",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount","organizations:DescribeOrganization","organizations:DescribeOrganizationalUnit","organizations:DescribePolicy","organizations:ListChildren","organizations:ListParents","organizations:ListPoliciesForTarget","organizations:ListRoots","organizations:ListPolicies","organizations:ListTargetsForPolicy"],"Resource":"*"}]}"#,
    ),
    (
        "IAMReadOnlyAccess",
        "Provides read only access to users, groups, roles and policies.",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GenerateCredentialReport","iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy","iam:SimulatePrincipalPolicy"],"Resource":"*"}]}"#,
    ),
    (
        "ReadOnlyAccess",
        "Provides read only access to all services and resources.",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:Generate*","iam:Get*","iam:List*","iam:Simulate*","kms:Describe*","kms:Get*","kms:List*","s3:DescribeJob","s3:Get*","s3:List*","sns:Check*","sns:Get*","sns:List*","sqs:Get*","sqs:List*","sts:GetAccessKeyInfo","sts:GetCallerIdentity","sts:GetSessionToken"],"Resource":"*"}]}"#,
    ),
];

#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) named: Named,
    /// Until it is given others.
    pub(crate) limits: Limits,
}

/// By full name.
#[derive(Debug)]
pub(crate) struct ReadyMade {
    policies: BTreeMap<String, Ready>,
    /// Denies everything: stands in for a boundary that is not there.
    pub(crate) nothing: Named,
    /// Allows nothing and denies nothing: of a session that needs a policy and was given none.
    pub(crate) silence: Named,
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let amazons = POLICIES.iter().map(|(name, ..)| *name);
    amazons.chain(ROLES.iter().map(|(name, ..)| *name))
}

impl ReadyMade {
    pub(crate) fn compile() -> Result<Self> {
        let mut policies = BTreeMap::new();
        let amazons = POLICIES
            .map(|(name, description, document)| (name, description, document, Limits::default()));
        for (name, description, document, limits) in amazons.into_iter().chain(ROLES) {
            let arn = format!("arn:aws:iam::aws:policy/{name}");
            let named = Named {
                name: arn.as_str().into(),
                policy: Arc::new(Policy::parse(Kind::Identity, document)?),
            };
            policies.insert(
                arn,
                Ready {
                    name,
                    description,
                    named,
                    limits,
                },
            );
        }
        let stand_in = |name: &str, document| -> Result<Named> {
            Ok(Named {
                name: name.into(),
                policy: Arc::new(Policy::parse(Kind::Identity, document)?),
            })
        };
        let nothing = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
        let silence = r#"{"Statement":{"Effect":"Allow","NotAction":"*","Resource":"*"}}"#;
        Ok(ReadyMade {
            policies,
            nothing: stand_in("missing", nothing)?,
            silence: stand_in("no session policy", silence)?,
        })
    }

    pub(crate) fn get(&self, arn: &str) -> Option<&Ready> {
        self.policies.get(arn)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Ready)> {
        self.policies
            .iter()
            .map(|(arn, ready)| (arn.as_str(), ready))
    }
}
