//! Everything the admin interface does, and what does it on the command line. That nothing is left
//! out is held by `tests/manage_server.rs`.

use super::*;

/// By the name of the operation: the command, or why there is none.
pub(super) enum By {
    Command(&'static str),
    Not(&'static str),
}

use By::{Command as C, Not};

const OF_PEOPLE: &str = "for people at a browser: a command has no login";
const OF_FIGURES: &str = "figures over time are kept by who collects `/metrics`";
const OF_OBJECTS: &str = "objects are S3's: `aws s3`, `aws s3api` and every other client";

pub(super) const OPERATIONS: &[(&str, By)] = &[
    ("LogIn", Not(OF_PEOPLE)),
    ("RefreshSession", Not(OF_PEOPLE)),
    ("LogOut", Not(OF_PEOPLE)),
    ("GetSession", C("profile show")),
    ("ChangeOwnPassword", Not(OF_PEOPLE)),
    ("GetProfile", C("profile show")),
    ("BeginSecondFactor", Not(OF_PEOPLE)),
    ("SwitchOnSecondFactor", Not(OF_PEOPLE)),
    ("RemoveSecondFactor", Not(OF_PEOPLE)),
    ("RenewRecoveryCodes", Not(OF_PEOPLE)),
    ("ListOwnSessions", C("session list")),
    ("EndOwnSession", C("session remove")),
    ("ListOwnTokens", C("token list")),
    ("CreateToken", C("token add")),
    ("DeleteToken", C("token remove")),
    ("GetServer", C("status")),
    ("ListConcerns", C("status")),
    ("GetStats", C("status")),
    ("GetHistory", Not(OF_FIGURES)),
    ("WatchServer", C("status")),
    ("GetSettings", C("setting list")),
    ("ListBuckets", C("bucket list")),
    ("CreateBucket", C("bucket add")),
    ("GetBucket", C("bucket show")),
    ("DeleteBucket", C("bucket remove")),
    ("GetAllowed", C("policy test")),
    ("SetBucketQuota", C("quota set")),
    ("SetBucketHolder", C("bucket holder set")),
    ("GetBucketConfig", C("bucket config show")),
    ("SetBucketConfig", C("bucket config set")),
    ("DeleteBucketConfig", C("bucket config remove")),
    ("ListUploads", C("bucket upload list")),
    ("AbortUpload", C("bucket upload remove")),
    ("EmptyBucket", C("bucket empty")),
    ("PlanLifecycle", C("lifecycle dry-run")),
    ("ListObjects", Not(OF_OBJECTS)),
    ("ListVersions", Not(OF_OBJECTS)),
    ("GetObject", Not(OF_OBJECTS)),
    ("SetObjectTags", Not(OF_OBJECTS)),
    ("SetObjectMetadata", Not(OF_OBJECTS)),
    ("SetObjectRetention", Not(OF_OBJECTS)),
    ("SetObjectLegalHold", Not(OF_OBJECTS)),
    ("CopyObject", Not(OF_OBJECTS)),
    ("MoveObject", Not(OF_OBJECTS)),
    ("RestoreVersion", Not(OF_OBJECTS)),
    ("DeleteObjects", Not(OF_OBJECTS)),
    ("PrepareZip", Not(OF_OBJECTS)),
    ("DownloadZip", Not(OF_OBJECTS)),
    ("Presign", Not(OF_OBJECTS)),
    ("PreparePreview", Not(OF_OBJECTS)),
    ("ShowPreview", Not(OF_OBJECTS)),
    ("ListUsers", C("user list")),
    ("CreateUser", C("user add")),
    ("GetUser", C("user show")),
    ("UpdateUser", C("user rename")),
    ("DeleteUser", C("user remove")),
    ("SetUserPassword", C("user password")),
    ("DeleteUserPassword", C("user password")),
    ("RemoveUserSecondFactor", C("user second-factor remove")),
    ("ListUserTokens", C("token list")),
    ("CreateUserToken", C("token add")),
    ("DeleteUserToken", C("token remove")),
    ("ListKeys", C("key list")),
    ("CreateKey", C("key add")),
    ("UpdateKey", C("key disable")),
    ("DeleteKey", C("key remove")),
    ("AttachUserPolicy", C("policy attach")),
    ("DetachUserPolicy", C("policy detach")),
    ("GetUserPolicy", C("policy show")),
    ("SetUserPolicy", C("policy set")),
    ("DeleteUserPolicy", C("policy remove")),
    ("ListGroups", C("group list")),
    ("CreateGroup", C("group add")),
    ("GetGroup", C("group show")),
    ("UpdateGroup", C("group rename")),
    ("DeleteGroup", C("group remove")),
    ("AddMember", C("group join")),
    ("RemoveMember", C("group leave")),
    ("AttachGroupPolicy", C("policy attach")),
    ("DetachGroupPolicy", C("policy detach")),
    ("GetGroupPolicy", C("policy show")),
    ("SetGroupPolicy", C("policy set")),
    ("DeleteGroupPolicy", C("policy remove")),
    ("ListPolicies", C("policy list")),
    ("CreatePolicy", C("policy add")),
    ("GetPolicy", C("policy show")),
    ("UpdatePolicy", C("policy set")),
    ("GetPolicyLimits", C("policy limits show")),
    ("SetPolicyLimits", C("policy limits set")),
    ("DeletePolicyLimits", C("policy limits remove")),
    ("DeletePolicy", C("policy remove")),
    ("ListAccounts", C("account list")),
    ("CreateAccount", C("account add")),
    ("GetAccount", C("account show")),
    ("DeleteAccount", C("account remove")),
    ("ListAccountKeys", C("key list")),
    ("CreateAccountKey", C("key add")),
    ("UpdateAccountKey", C("key disable")),
    ("DeleteAccountKey", C("key remove")),
    ("CheckPolicy", C("policy add")),
    ("Simulate", C("policy test")),
    ("GetUserPermissions", C("user permission list")),
    ("ListPolicyUses", C("policy holder list")),
    ("ListPolicyVersions", C("policy version list")),
    ("SetPolicyVersion", C("policy version set")),
    ("AttachAccountPolicy", C("policy attach")),
    ("DetachAccountPolicy", C("policy detach")),
    ("ListAudit", C("audit list")),
    ("ExportAudit", C("audit export")),
    ("ListJobs", C("job list")),
    ("StartJob", C("check")),
    ("GetJob", C("job show")),
    ("DeleteJob", C("job cancel")),
    ("ListLifecycleRuns", C("lifecycle runs")),
    ("ListEvents", C("events list")),
    ("RetryEvents", C("events retry")),
    ("ListKmsKeys", C("kms key list")),
    ("CreateKmsKey", C("kms key add")),
    ("GetKmsKey", C("kms key show")),
    ("RotateKmsKey", C("kms key rotate")),
    ("DisableKmsKey", C("kms key disable")),
    ("EnableKmsKey", C("kms key enable")),
    (
        "GetOpenApi",
        Not("a document for programs: `/api/v1/openapi.json`"),
    ),
];

#[test]
fn what_is_named_is_a_command() {
    for (operation, by) in OPERATIONS {
        let By::Command(path) = by else { continue };
        let mut command = Cli::command();
        for word in path.split(' ') {
            let found = command.find_subcommand(word).cloned();
            command = found.unwrap_or_else(|| panic!("{operation}: no {path}"));
        }
        assert!(!command.has_subcommands(), "{operation}: {path} and what?");
    }
}
