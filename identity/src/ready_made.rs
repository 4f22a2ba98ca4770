//! Managed policies that are there from the beginning, under Amazon's names and with Amazon's
//! meaning.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::Result;
use crate::policy::{Kind, Named, Policy};

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

impl ReadyMade {
    pub(crate) fn compile() -> Result<Self> {
        let mut policies = BTreeMap::new();
        for (name, description, document) in POLICIES {
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
