//! GetAccountSummary: what there is and what there may be.

use super::Iam;
use crate::limits;

impl Iam<'_> {
    /// Under the names that Amazon gives them.
    pub fn account_summary(&self) -> Vec<(&'static str, usize)> {
        let state = self.identity.state();
        let space = &self.space;
        let root = state.account_of_space(space);
        let root_keys = root.and_then(|root| state.keys_of.get(&root.id));
        let has_root_keys = root_keys.is_some_and(|keys| !keys.is_empty());
        let providers = state.providers.keys();
        let versions = state.policies.in_space(space);
        let versions = versions.filter_map(|policy| state.versions.get(&policy.id));
        vec![
            ("Users", state.users.count(space)),
            ("UsersQuota", limits::USERS_PER_ACCOUNT_MAX),
            ("Groups", state.groups.count(space)),
            ("GroupsQuota", limits::GROUPS_PER_ACCOUNT_MAX),
            ("Roles", state.roles.count(space)),
            ("RolesQuota", limits::ROLES_PER_ACCOUNT_MAX),
            ("Policies", state.policies.count(space)),
            ("PoliciesQuota", limits::POLICIES_PER_ACCOUNT_MAX),
            ("PolicySizeQuota", limits::MANAGED_POLICY_BYTES_MAX),
            (
                "PolicyVersionsInUse",
                versions.map(|versions| versions.len()).sum(),
            ),
            ("VersionsPerPolicyQuota", limits::VERSIONS_PER_POLICY_MAX),
            (
                "Providers",
                providers.filter(|(known, _)| known == space).count(),
            ),
            ("AccessKeysPerUserQuota", limits::KEYS_PER_USER_MAX),
            ("AccountAccessKeysPresent", usize::from(has_root_keys)),
            ("AccountMFAEnabled", 0),
            ("MFADevices", 0),
            ("MFADevicesInUse", 0),
            ("GroupsPerUserQuota", limits::GROUPS_PER_USER_MAX),
            (
                "AttachedPoliciesPerUserQuota",
                limits::ATTACHED_POLICIES_MAX,
            ),
            (
                "AttachedPoliciesPerGroupQuota",
                limits::ATTACHED_POLICIES_MAX,
            ),
            (
                "AttachedPoliciesPerRoleQuota",
                limits::ATTACHED_POLICIES_MAX,
            ),
            ("UserPolicySizeQuota", limits::USER_POLICIES_BYTES_MAX),
            ("GroupPolicySizeQuota", limits::GROUP_POLICIES_BYTES_MAX),
            ("RolePolicySizeQuota", limits::ROLE_POLICIES_BYTES_MAX),
            ("AssumeRolePolicySizeQuota", limits::TRUST_POLICY_BYTES_MAX),
        ]
    }
}
