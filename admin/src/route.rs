//! The table of routes: routing, the OpenAPI document and what is audited are made from it.

use crate::answer::{Answer, Nothing, Reply, read};
use crate::attention;
use crate::audit::{self, export};
use crate::body::RequestBody;
use crate::buckets::{self, allowed, config, uploads};
use crate::call::Call;
use crate::download;
use crate::events;
use crate::facts::Setting;
use crate::jobs;
use crate::kms;
use crate::lifecycle;
use crate::limits::{
    BODY_BYTES_MAX, KEYS_BODY_BYTES_MAX, LOGIN_BODY_BYTES_MAX, POLICY_BODY_BYTES_MAX,
};
use crate::links;
use crate::objects::{self, bulk, change, copies};
use crate::openapi;
use crate::page::{Page, PageQuery, SearchQuery};
use crate::people::{
    self, accounts, groups, keys, limits, permissions, policies, simulate, users, versions,
};
use crate::preview;
use crate::profile;
use crate::reading::ReadingLink;
use crate::refused::Refused;
use crate::second_factor::Drawn;
use crate::server::{self, history};
use crate::session::{login, own as sessions, who};
use crate::tokens::own as tokens;
use crate::zip;
use http::{Method, StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;
use std::any::TypeId;
use std::fmt;
use std::pin::Pin;

pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Result<Answer, Refused>> + Send + 'a>>;

/// A way in.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// Beneath `/api/v1`.
    pub(crate) path: &'static str,
    /// Metrics, the log and OpenAPI call it so.
    pub(crate) name: &'static str,
    /// What policies are asked for; `-` where nothing has to be allowed.
    pub(crate) action: &'static str,
    pub(crate) door: Door,
    pub(crate) audited: Audited,
    pub(crate) query: MakeSchema,
    pub(crate) request: MakeSchema,
    /// How long its body may be; 0 where it has none.
    pub(crate) body_bytes_max: usize,
    pub(crate) response: Response,
    pub(crate) summary: &'static str,
    pub(crate) run: for<'a> fn(&'a Call<'a>, RequestBody) -> Running<'a>,
}

/// Who gets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// Whoever brings an access token, or a token of a service.
    Bearer,
    /// Whoever has logged in himself: a token of a service is none of it.
    Login,
    /// Everybody; or the endpoint looks for itself.
    Open,
}

/// Whether the audit log tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audited {
    Yes,
    No,
}

/// The schema of something, or nothing.
pub(crate) type MakeSchema = fn(&mut SchemaGenerator) -> Option<Schema>;

pub(crate) enum Response {
    Json(StatusCode, MakeSchema),
    /// Something else, of one of these media types.
    Other(&'static [&'static str]),
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

fn schema<T: JsonSchema + 'static>(generator: &mut SchemaGenerator) -> Option<Schema> {
    let is_nothing = TypeId::of::<T>() == TypeId::of::<Nothing>();
    (!is_nothing).then(|| generator.subschema_for::<T>())
}

/// The schema with its properties at hand, for parameters.
fn whole<T: JsonSchema + 'static>(generator: &mut SchemaGenerator) -> Option<Schema> {
    let is_nothing = TypeId::of::<T>() == TypeId::of::<Nothing>();
    (!is_nothing).then(|| T::json_schema(generator))
}

/// A route is: method, path, name, what has to be allowed, who gets in, whether it is audited, what
/// does it, `[query] [body]`, and `=> status answer` or `as "media type"`. The types of what
/// does it and those of the table are the same by construction.
macro_rules! routes {
    ($(
        $method:ident $path:literal $name:ident $action:literal $door:ident $audited:ident
        $module:ident :: $run:ident [$($query:ty)?] [$($body:ty)?] $(up to $max:ident)?
        $(=> $status:ident $answer:ty)? $(as $kind:literal $(or $other:literal)*)?, $summary:literal;
    )*) => {
        pub(crate) static ROUTES: &[Route] = &[$(
            Route {
                method: Method::$method,
                path: $path,
                name: stringify!($name),
                action: $action,
                door: Door::$door,
                audited: Audited::$audited,
                query: routes!(@query $($query)?),
                request: routes!(@schema $($body)?),
                body_bytes_max: routes!(@max [$($body)?] [$($max)?]),
                response: routes!(@response $($status $answer)? $($kind $($other)*)?),
                summary: $summary,
                run: |call, body| Box::pin(async move {
                    routes!(@input call body [$($query)?] [$($body)?] [$($max)?] given
                        $module::$run);
                    let outcome = given.await?;
                    routes!(@render outcome $($status $answer)?)
                }),
            },
        )*];
    };
    (@query) => { |_| None };
    (@query $query:ty) => { whole::<$query> };
    (@schema) => { |_| None };
    (@schema $body:ty) => { schema::<$body> };
    (@max [] []) => { 0 };
    (@max [$body:ty] []) => { BODY_BYTES_MAX };
    (@max [$body:ty] [$max:ident]) => { $max };
    (@response $status:ident $answer:ty) => {
        Response::Json(StatusCode::$status, schema::<$answer>)
    };
    (@response $($kind:literal)+) => { Response::Other(&[$($kind),+]) };
    (@input $call:ident $body:ident [] [] [] $given:ident $run:path) => {
        drop($body);
        $call.no_query()?;
        let $given = $run($call);
    };
    (@input $call:ident $body:ident [$query:ty] [] [] $given:ident $run:path) => {
        drop($body);
        let query: $query = $call.query()?;
        let $given = $run($call, query);
    };
    (@input $call:ident $body:ident [] [$read:ty] [] $given:ident $run:path) => {
        $call.no_query()?;
        let input: $read = read($body, BODY_BYTES_MAX).await?;
        let $given = $run($call, input);
    };
    (@input $call:ident $body:ident [] [$read:ty] [$max:ident] $given:ident $run:path) => {
        $call.no_query()?;
        let input: $read = read($body, $max).await?;
        let $given = $run($call, input);
    };
    (@input $call:ident $body:ident [$query:ty] [$read:ty] [] $given:ident $run:path) => {
        let query: $query = $call.query()?;
        let input: $read = read($body, BODY_BYTES_MAX).await?;
        let $given = $run($call, query, input);
    };
    (@render $outcome:ident $status:ident $answer:ty) => {{
        let reply: Reply<$answer> = $outcome.into();
        reply.render(StatusCode::$status)
    }};
    (@render $outcome:ident) => { Ok::<Answer, Refused>($outcome) };
}

routes! {
    POST "/session" LogIn "-" Open Yes login::log_in [] [login::Login]
        up to LOGIN_BODY_BYTES_MAX => CREATED login::LoggedIn,
        "Log in with a name and a password";
    GET "/session" GetSession "-" Bearer No who::describe [who::MayQuery] []
        => OK who::Described, "Who I am, and what I may";
    POST "/session/refresh" RefreshSession "-" Open No login::refresh [] [] => OK login::LoggedIn,
        "A new access token for the session's cookie";
    DELETE "/session" LogOut "-" Open Yes login::log_out [] [] => NO_CONTENT Nothing,
        "End the session";
    PUT "/profile/password" ChangeOwnPassword "-" Login Yes login::change_password
        [] [login::NewOwnPassword] => NO_CONTENT Nothing,
        "Change one's own password, which ends one's other sessions";

    GET "/profile" GetProfile "-" Bearer No profile::get [] [] => OK profile::Profile,
        "Who I am, with my limits and my second factor";
    POST "/profile/second-factor" BeginSecondFactor "-" Login Yes profile::begin_second_factor
        [] [profile::WithPassword] => OK Drawn,
        "Begin a second factor: what a device has to learn, as text and as a QR code";
    PUT "/profile/second-factor" SwitchOnSecondFactor "-" Login Yes
        profile::switch_on_second_factor [] [profile::WithCode] => OK profile::RecoveryCodes,
        "Switch the second factor on with its first code, which ends one's other sessions";
    DELETE "/profile/second-factor" RemoveSecondFactor "-" Login Yes
        profile::remove_second_factor [] [profile::WithBoth] => NO_CONTENT Nothing,
        "Take one's own second factor away, which ends one's other sessions";
    POST "/profile/second-factor/recovery-codes" RenewRecoveryCodes "-" Login Yes
        profile::renew_recovery_codes [] [profile::WithBoth] => OK profile::RecoveryCodes,
        "Ten new recovery codes instead of those there are";
    GET "/profile/sessions" ListOwnSessions "-" Login No sessions::list [PageQuery] []
        => OK Page<sessions::SessionView>, "Where one is logged in";
    DELETE "/profile/sessions/{id}" EndOwnSession "-" Login Yes sessions::end [] []
        => NO_CONTENT Nothing, "End one of one's own sessions";
    GET "/tokens" ListOwnTokens "-" Login No tokens::list [PageQuery] []
        => OK Page<tokens::TokenView>, "One's own service tokens";
    POST "/tokens" CreateToken "-" Login Yes tokens::create [] [tokens::NewToken]
        => CREATED tokens::TokenMade, "Make a service token, which is shown once";
    DELETE "/tokens/{id}" DeleteToken "-" Login Yes tokens::delete [] [] => NO_CONTENT Nothing,
        "Delete one of one's own service tokens";

    GET "/server" GetServer "cairn:GetServerInfo" Bearer No server::describe [] []
        => OK server::ServerView, "What is running, on which drive, and where S3 is";
    GET "/server/stats" GetStats "cairn:GetServerInfo" Bearer No server::stats [] []
        => OK server::Stats, "All counters at this moment";
    GET "/server/attention" ListConcerns "cairn:GetServerInfo" Bearer No attention::list [PageQuery] []
        => OK Page<attention::Concern>, "What somebody should do something about";
    GET "/server/live" WatchServer "cairn:GetServerInfo" Bearer No server::live [] []
        as "text/event-stream", "Rates and totals every second, as server-sent events";

    GET "/server/history" GetHistory "cairn:GetServerInfo" Bearer No history::list [] []
        => OK history::HistoryView, "Rates of the last hour, every ten seconds";
    GET "/server/settings" GetSettings "cairn:GetServerInfo" Bearer No server::settings [PageQuery] []
        => OK Page<Setting>, "What the server runs with, and where each setting comes from";

    GET "/buckets" ListBuckets "s3:ListAllMyBuckets" Bearer No buckets::list
        [buckets::BucketsQuery] [] => OK Page<buckets::BucketListed>,
        "Buckets, with exactly what those hold that one may look at";
    POST "/buckets" CreateBucket "s3:CreateBucket" Bearer Yes buckets::create
        [] [buckets::NewBucket] => CREATED buckets::BucketView, "Make a bucket";
    GET "/buckets/{name}" GetBucket "s3:ListBucket" Bearer No buckets::get [] []
        => OK buckets::BucketView, "One bucket";
    GET "/buckets/{name}/allowed" GetAllowed "-" Bearer No allowed::get [allowed::AllowedQuery] []
        => OK allowed::AllowedView, "What I may do to a bucket and to what is in it";
    DELETE "/buckets/{name}" DeleteBucket "s3:DeleteBucket" Bearer Yes buckets::delete [] []
        => NO_CONTENT Nothing, "Delete an empty bucket";
    PUT "/buckets/{name}/quota" SetBucketQuota "cairn:PutBucketQuota" Bearer Yes buckets::set_quota
        [] [buckets::QuotaView] => OK buckets::QuotaView, "Limit what a bucket may hold";
    PUT "/buckets/{name}/holder" SetBucketHolder "cairn:PutBucketHolder" Bearer Yes
        buckets::set_holder [] [buckets::HolderView] => OK buckets::HolderView,
        "Count a bucket towards the limits of another user";
    GET "/buckets/{name}/config/{kind}" GetBucketConfig "as S3" Bearer No config::get [] []
        => OK Value, "A configuration of a bucket, in the shape of Amazon's command line";
    PUT "/buckets/{name}/config/{kind}" SetBucketConfig "as S3" Bearer Yes config::set [] [Value]
        => NO_CONTENT Nothing, "Set a configuration of a bucket";
    DELETE "/buckets/{name}/config/{kind}" DeleteBucketConfig "as S3" Bearer Yes config::delete
        [] [] => NO_CONTENT Nothing, "Remove a configuration of a bucket";
    GET "/buckets/{name}/uploads" ListUploads "s3:ListBucketMultipartUploads" Bearer No
        uploads::list [uploads::UploadsQuery] [] => OK Page<uploads::UploadView>,
        "Uploads that nobody has finished";
    DELETE "/buckets/{name}/uploads" AbortUpload "s3:AbortMultipartUpload" Bearer Yes
        uploads::abort [uploads::UploadQuery] [] => NO_CONTENT Nothing,
        "Give up an unfinished upload with all its parts";
    POST "/buckets/{name}/empty" EmptyBucket
        "s3:ListBucketVersions, s3:ListBucketMultipartUploads" Bearer Yes jobs::empty [] [jobs::Emptying] => CREATED jobs::JobView,
        "Delete what one may of a bucket's versions and unfinished uploads, as a job";
    GET "/buckets/{name}/lifecycle/dry-run" PlanLifecycle
        "s3:GetLifecycleConfiguration, s3:ListBucketVersions" Bearer No
        lifecycle::dry_run [PageQuery] [] => OK lifecycle::DryRun,
        "What the lifecycle rules of a bucket would do now";

    GET "/buckets/{name}/objects" ListObjects "s3:ListBucket" Bearer No objects::list
        [objects::ListQuery] [] => OK objects::Listing,
        "Objects and prefixes under a prefix";
    GET "/buckets/{name}/versions" ListVersions "s3:ListBucketVersions" Bearer No objects::versions
        [objects::ListQuery] [] => OK objects::VersionListing,
        "All versions and delete markers under a prefix";
    GET "/buckets/{name}/object" GetObject "s3:GetObject" Bearer No objects::get
        [objects::ObjectQuery] [] => OK objects::ObjectDetail, "Everything about one object";
    PUT "/buckets/{name}/object/tags" SetObjectTags "s3:PutObjectTagging" Bearer Yes
        change::set_tags [objects::ObjectQuery] [change::Tags] => NO_CONTENT Nothing,
        "Replace the tags of an object";
    PUT "/buckets/{name}/object/metadata" SetObjectMetadata "s3:PutObject" Bearer Yes
        change::set_metadata [objects::ObjectQuery] [change::Metadata] => OK copies::Copied,
        "Replace the metadata of an object, which makes a new version";
    PUT "/buckets/{name}/object/retention" SetObjectRetention "s3:PutObjectRetention" Bearer Yes
        change::set_retention [change::RetentionQuery] [change::Retention] => NO_CONTENT Nothing,
        "Lock a version until a time";
    PUT "/buckets/{name}/object/legal-hold" SetObjectLegalHold "s3:PutObjectLegalHold" Bearer Yes
        change::set_legal_hold [objects::ObjectQuery] [change::LegalHold] => NO_CONTENT Nothing,
        "Lock a version until this is lifted";
    POST "/buckets/{name}/object/copy" CopyObject "s3:GetObject, s3:PutObject" Bearer Yes
        copies::copy [] [copies::CopyTo] => OK copies::Copied, "Copy an object";
    POST "/buckets/{name}/object/move" MoveObject
        "s3:GetObject, s3:PutObject, s3:DeleteObject" Bearer Yes
        copies::move_object [] [copies::CopyTo] => OK copies::Copied,
        "Copy an object, then delete it where it was";
    POST "/buckets/{name}/object/restore-version" RestoreVersion
        "s3:GetObjectVersion, s3:PutObject" Bearer Yes copies::restore_version
        [] [copies::Restore] => OK copies::Copied,
        "Make an old version the current one, or take a delete marker away";
    POST "/buckets/{name}/objects/delete" DeleteObjects "s3:DeleteObject" Bearer Yes
        bulk::delete [] [bulk::DeleteMany] up to KEYS_BODY_BYTES_MAX => OK bulk::Deleted,
        "Delete up to 1,000 objects or versions, each with its own outcome";
    POST "/buckets/{name}/zip" PrepareZip "s3:GetObject, s3:ListBucket" Bearer Yes zip::prepare
        [] [zip::Selection] up to KEYS_BODY_BYTES_MAX => CREATED zip::ZipLink,
        "A link that downloads a selection of objects as one ZIP, once";
    GET "/zip/{ticket}" DownloadZip "-" Open No zip::download [] [] as "application/zip",
        "What such a link leads to";
    POST "/buckets/{name}/preview" PreparePreview "s3:GetObject" Bearer No preview::prepare
        [] [preview::Wanted] => CREATED ReadingLink,
        "A link by which a browser plays an object, with the cookie that comes with it";
    GET "/preview/{ticket}" ShowPreview "-" Open No preview::show [] [] as "*/*",
        "What such a link leads to, whole or a range of it";
    POST "/buckets/{name}/download" PrepareDownload "s3:GetObject" Bearer Yes download::prepare
        [] [download::Wanted] => CREATED ReadingLink,
        "A link by which a browser downloads an object, with the cookie that comes with it";
    GET "/download/{ticket}" Download "-" Open No download::send
        [] [] as "application/octet-stream",
        "What such a link leads to, whole or the rest of it";
    HEAD "/preview/{ticket}" LookAtPreview "-" Open No preview::show [] [] as "*/*",
        "The same without the bytes";
    HEAD "/download/{ticket}" LookAtDownload "-" Open No download::send
        [] [] as "application/octet-stream",
        "The same without the bytes";
    POST "/buckets/{name}/presign" Presign "-" Bearer Yes links::presign [] [links::Presign]
        => OK links::Presigned, "A link that works without a login, for a while";

    GET "/users" ListUsers "iam:ListUsers" Bearer No users::list [SearchQuery] []
        => OK Page<users::UserListed>,
        "Users of the account, with their keys, groups and last logins";
    POST "/users" CreateUser "iam:CreateUser" Bearer Yes users::create [] [users::NewUser]
        => CREATED users::UserDetail, "Make a user";
    GET "/users/{name}" GetUser "iam:GetUser" Bearer No users::get [] [] => OK users::UserDetail,
        "One user, with groups and policies";
    PATCH "/users/{name}" UpdateUser "iam:UpdateUser" Bearer Yes users::update
        [] [users::UserChange] => OK users::UserChanged, "Rename a user, move it, tag it, set its boundary, suspend it";
    DELETE "/users/{name}" DeleteUser "iam:DeleteUser" Bearer Yes users::delete [] []
        => NO_CONTENT Nothing, "Delete a user with its keys, policies and memberships";
    GET "/users/{name}/permissions" GetUserPermissions "iam:SimulatePrincipalPolicy" Bearer No
        permissions::of_user [PageQuery] [] => OK Page<permissions::PermissionView>,
        "What a user may do: all statements in effect, and where each comes from";
    PUT "/users/{name}/password" SetUserPassword "iam:UpdateLoginProfile" Bearer Yes
        users::set_password [] [users::NewPassword] => NO_CONTENT Nothing,
        "Set the password a user logs in with, which ends its sessions";
    DELETE "/users/{name}/password" DeleteUserPassword "iam:DeleteLoginProfile" Bearer Yes
        users::delete_password [] [] => NO_CONTENT Nothing,
        "Take a user's password away, which ends its sessions";
    DELETE "/users/{name}/second-factor" RemoveUserSecondFactor "iam:DeactivateMFADevice" Bearer Yes
        users::remove_second_factor [] [] => NO_CONTENT Nothing,
        "Take away the second factor of who has lost it, which ends its sessions";
    GET "/users/{name}/sessions" ListUserSessions "cairn:ListUserSessions" Bearer No
        sessions::list_of_user [PageQuery] [] => OK Page<sessions::SessionView>,
        "Where a user is logged in";
    DELETE "/users/{name}/sessions/{id}" EndUserSession "cairn:EndUserSession" Bearer Yes
        sessions::end_of_user [] [] => NO_CONTENT Nothing, "End a session of a user";
    GET "/users/{name}/tokens" ListUserTokens "iam:ListServiceSpecificCredentials" Bearer No
        tokens::list_of_user [PageQuery] [] => OK Page<tokens::TokenView>,
        "Service tokens of a user";
    POST "/users/{name}/tokens" CreateUserToken "iam:CreateServiceSpecificCredential" Login Yes
        tokens::create_for_user [] [tokens::NewToken] => CREATED tokens::TokenMade,
        "Make a service token of a user, which is shown once";
    DELETE "/users/{name}/tokens/{id}" DeleteUserToken "iam:DeleteServiceSpecificCredential" Bearer
        Yes tokens::delete_of_user [] [] => NO_CONTENT Nothing, "Delete a service token of a user";
    GET "/users/{name}/keys" ListKeys "iam:ListAccessKeys" Bearer No keys::list [PageQuery] []
        => OK Page<keys::KeyView>, "Access keys of a user";
    POST "/users/{name}/keys" CreateKey "iam:CreateAccessKey" Bearer Yes keys::create
        [] [keys::NewKey] => CREATED keys::KeyMade, "Make an access key; its secret is shown once";
    PATCH "/users/{name}/keys/{id}" UpdateKey "iam:UpdateAccessKey" Bearer Yes keys::update
        [] [keys::KeyChange] => NO_CONTENT Nothing, "Switch an access key on or off";
    DELETE "/users/{name}/keys/{id}" DeleteKey "iam:DeleteAccessKey" Bearer Yes keys::delete [] []
        => NO_CONTENT Nothing, "Delete an access key";
    PUT "/users/{name}/attached/{policy}" AttachUserPolicy "iam:AttachUserPolicy" Bearer Yes
        people::attach_to_user [] [] => NO_CONTENT Nothing, "Attach a managed policy to a user";
    DELETE "/users/{name}/attached/{policy}" DetachUserPolicy "iam:DetachUserPolicy" Bearer Yes
        people::detach_from_user [] [] => NO_CONTENT Nothing,
        "Detach a managed policy from a user";
    GET "/users/{name}/policies/{policy}" GetUserPolicy "iam:GetUserPolicy" Bearer No
        people::get_of_user [] [] => OK Value, "A policy inside of a user";
    PUT "/users/{name}/policies/{policy}" SetUserPolicy "iam:PutUserPolicy" Bearer Yes
        people::put_in_user [] [Value] => NO_CONTENT Nothing, "Set a policy inside of a user";
    DELETE "/users/{name}/policies/{policy}" DeleteUserPolicy "iam:DeleteUserPolicy" Bearer Yes
        people::delete_of_user [] [] => NO_CONTENT Nothing, "Delete a policy inside of a user";

    GET "/groups" ListGroups "iam:ListGroups" Bearer No groups::list [SearchQuery] []
        => OK Page<groups::GroupSummary>, "Groups of the account";
    POST "/groups" CreateGroup "iam:CreateGroup" Bearer Yes groups::create [] [groups::NewGroup]
        => CREATED groups::GroupDetail, "Make a group";
    GET "/groups/{name}" GetGroup "iam:GetGroup" Bearer No groups::get [] []
        => OK groups::GroupDetail, "One group, with its members and policies";
    PATCH "/groups/{name}" UpdateGroup "iam:UpdateGroup" Bearer Yes groups::update
        [] [groups::GroupChange] => OK groups::GroupDetail, "Rename a group or move it";
    DELETE "/groups/{name}" DeleteGroup "iam:DeleteGroup" Bearer Yes groups::delete [] []
        => NO_CONTENT Nothing, "Delete a group with its policies and memberships";
    PUT "/groups/{name}/members/{user}" AddMember "iam:AddUserToGroup" Bearer Yes
        groups::add_member [] [] => NO_CONTENT Nothing, "Put a user into a group";
    DELETE "/groups/{name}/members/{user}" RemoveMember "iam:RemoveUserFromGroup" Bearer Yes
        groups::remove_member [] [] => NO_CONTENT Nothing, "Take a user out of a group";
    PUT "/groups/{name}/attached/{policy}" AttachGroupPolicy "iam:AttachGroupPolicy" Bearer Yes
        people::attach_to_group [] [] => NO_CONTENT Nothing, "Attach a managed policy to a group";
    DELETE "/groups/{name}/attached/{policy}" DetachGroupPolicy "iam:DetachGroupPolicy" Bearer Yes
        people::detach_from_group [] [] => NO_CONTENT Nothing,
        "Detach a managed policy from a group";
    GET "/groups/{name}/policies/{policy}" GetGroupPolicy "iam:GetGroupPolicy" Bearer No
        people::get_of_group [] [] => OK Value, "A policy inside of a group";
    PUT "/groups/{name}/policies/{policy}" SetGroupPolicy "iam:PutGroupPolicy" Bearer Yes
        people::put_in_group [] [Value] => NO_CONTENT Nothing, "Set a policy inside of a group";
    DELETE "/groups/{name}/policies/{policy}" DeleteGroupPolicy "iam:DeleteGroupPolicy" Bearer Yes
        people::delete_of_group [] [] => NO_CONTENT Nothing, "Delete a policy inside of a group";

    GET "/policies" ListPolicies "iam:ListPolicies" Bearer No policies::list
        [policies::PoliciesQuery] [] => OK Page<policies::PolicySummary>,
        "Managed policies: ready-made ones and the account's own";
    POST "/policies" CreatePolicy "iam:CreatePolicy" Bearer Yes policies::create
        [] [policies::NewPolicy] => CREATED policies::PolicyDetail, "Make a managed policy";
    GET "/policies/{name}" GetPolicy "iam:GetPolicy, iam:GetPolicyVersion" Bearer No policies::get
        [] [] => OK policies::PolicyDetail, "A managed policy, with its document";
    PUT "/policies/{name}" UpdatePolicy "iam:CreatePolicyVersion" Bearer Yes policies::update
        [] [policies::NewDocument] => OK policies::PolicyDetail,
        "Give a managed policy another document; the oldest of five versions goes";
    GET "/policies/{name}/versions" ListPolicyVersions
        "iam:ListPolicyVersions, iam:GetPolicyVersion" Bearer No versions::list [PageQuery] []
        => OK Page<versions::VersionView>, "The last five documents of a managed policy";
    PUT "/policies/{name}/version" SetPolicyVersion "iam:SetDefaultPolicyVersion" Bearer Yes
        versions::set_default [] [versions::DefaultVersion] => OK policies::PolicyDetail,
        "Bring an old version of a managed policy back";
    GET "/policies/{name}/uses" ListPolicyUses "iam:ListEntitiesForPolicy" Bearer No
        versions::uses [PageQuery] [] => OK Page<versions::PolicyUse>, "Who has a managed policy";
    GET "/policies/{name}/limits" GetPolicyLimits "iam:GetPolicy" Bearer No limits::get [] []
        => OK limits::LimitsView, "What a managed policy limits those to who have it";
    PUT "/policies/{name}/limits" SetPolicyLimits "cairn:PutPolicyLimits" Bearer Yes limits::set
        [] [limits::LimitsView] => OK limits::LimitsView,
        "Limit whoever has a managed policy, from the next request on";
    DELETE "/policies/{name}/limits" DeletePolicyLimits "cairn:DeletePolicyLimits" Bearer Yes
        limits::reset [] [] => NO_CONTENT Nothing,
        "Take a policy's limits away; a ready-made one gets those back that it came with";
    DELETE "/policies/{name}" DeletePolicy "iam:DeletePolicy" Bearer Yes policies::delete [] []
        => NO_CONTENT Nothing, "Delete a managed policy that nobody has";

    GET "/accounts" ListAccounts "cairn:ListAccounts" Bearer No accounts::list [SearchQuery] []
        => OK Page<accounts::AccountView>, "Accounts: who buckets belong to";
    POST "/accounts" CreateAccount "cairn:CreateAccount" Bearer Yes accounts::create
        [] [accounts::AccountWanted] => CREATED accounts::AccountMade,
        "Make an account with an access key; its secret is shown once";
    GET "/accounts/{name}" GetAccount "cairn:ListAccounts" Bearer No accounts::get [] []
        => OK accounts::AccountDetail, "One account, with its policies";
    PUT "/accounts/{name}/attached/{policy}" AttachAccountPolicy
        "cairn:ListAccounts, iam:AttachUserPolicy" Bearer Yes
        accounts::attach_policy [] [] => NO_CONTENT Nothing,
        "Attach a managed policy to an account without a number";
    DELETE "/accounts/{name}/attached/{policy}" DetachAccountPolicy
        "cairn:ListAccounts, iam:DetachUserPolicy" Bearer Yes accounts::detach_policy [] [] => NO_CONTENT Nothing,
        "Detach a managed policy from an account";
    DELETE "/accounts/{name}" DeleteAccount "cairn:DeleteAccount" Bearer Yes accounts::delete [] []
        => NO_CONTENT Nothing, "Delete an account with its keys and policies; its buckets stay";
    GET "/accounts/{name}/keys" ListAccountKeys "cairn:ListAccounts" Bearer No accounts::list_keys
        [PageQuery] [] => OK Page<keys::KeyView>, "Access keys of an account's root";
    POST "/accounts/{name}/keys" CreateAccountKey "cairn:ManageAccountKeys" Bearer Yes
        accounts::create_key [] [keys::NewKey] => CREATED keys::KeyMade,
        "Make an access key of an account's root; its secret is shown once";
    PATCH "/accounts/{name}/keys/{id}" UpdateAccountKey "cairn:ManageAccountKeys" Bearer Yes
        accounts::update_key [] [keys::KeyChange] => NO_CONTENT Nothing,
        "Switch an access key of an account's root on or off";
    DELETE "/accounts/{name}/keys/{id}" DeleteAccountKey "cairn:ManageAccountKeys" Bearer Yes
        accounts::delete_key [] [] => NO_CONTENT Nothing,
        "Delete an access key of an account's root";

    POST "/policy-check" CheckPolicy "-" Bearer No policies::check [] [policies::CheckedDocument]
        up to POLICY_BODY_BYTES_MAX => OK policies::Warnings, "What is odd about a policy: actions that no request asks for";
    POST "/simulate" Simulate "iam:SimulatePrincipalPolicy" Bearer No simulate::simulate
        [] [simulate::Question] => OK simulate::Answers,
        "Whether somebody may do something, and because of which statements";

    GET "/audit" ListAudit "cairn:ReadAudit" Bearer No audit::list [audit::AuditQuery] []
        => OK Page<audit::Entry>, "Who changed what, from where, and what came of it";
    GET "/audit/export" ExportAudit "cairn:ReadAudit" Bearer No export::export
        [export::ExportQuery] [] as "application/x-ndjson" or "text/csv",
        "The same as a file: lines of JSON, or CSV";

    GET "/jobs" ListJobs "cairn:RunJob" Bearer No jobs::list [PageQuery] []
        => OK Page<jobs::JobView>, "Jobs that run, and the last ones of each kind that ended";
    POST "/jobs" StartJob "cairn:RunJob" Bearer Yes jobs::start [] [jobs::NewJob]
        => CREATED jobs::JobView, "Scrub, check or back up the running store, or follow lifecycle rules";
    GET "/jobs/{id}" GetJob "cairn:RunJob" Bearer No jobs::get [] [] => OK jobs::JobView,
        "One job, with how far it is and how long it will take";
    DELETE "/jobs/{id}" DeleteJob "cairn:RunJob" Bearer Yes jobs::delete [] []
        => ACCEPTED jobs::JobView, "Cancel a job that runs, or forget one that has ended";
    GET "/lifecycle/runs" ListLifecycleRuns "cairn:ReadLifecycle" Bearer No lifecycle::runs [PageQuery] []
        => OK Page<lifecycle::RunView>, "What lifecycle did, run by run";
    GET "/events" ListEvents "cairn:ReadEvents" Bearer No events::list [events::EventsQuery] []
        => OK events::EventsView, "What waits for webhooks, and what could not be told";
    POST "/events/{webhook}/retry" RetryEvents "cairn:RetryEvents" Bearer Yes events::retry [] []
        => OK events::Retried, "Tell a webhook once more what was given up";
    DELETE "/events/{webhook}" DeleteEvents "cairn:DeleteEvents" Bearer Yes events::delete [] []
        => OK events::EventsDeleted, "Throw away what was given up of a webhook, for good";

    GET "/kms/keys" ListKmsKeys "kms:ListKeys" Bearer No kms::list [PageQuery] []
        => OK Page<kms::KmsKeyView>, "Keys that wrap the keys of encrypted objects";
    POST "/kms/keys" CreateKmsKey "kms:CreateKey" Bearer Yes kms::create [] [kms::NewKmsKey]
        => CREATED kms::KmsKeyView, "Make such a key; it cannot be deleted";
    GET "/kms/keys/{id}" GetKmsKey "kms:DescribeKey" Bearer No kms::get [] []
        => OK kms::KmsKeyView, "One such key";
    POST "/kms/keys/{id}/rotate" RotateKmsKey "kms:RotateKeyOnDemand" Bearer Yes kms::rotate [] []
        => OK kms::KmsKeyView, "Wrap with a new version; what older ones wrapped still opens";
    POST "/kms/keys/{id}/disable" DisableKmsKey "kms:DisableKey" Bearer Yes kms::disable [] []
        => OK kms::KmsKeyView, "Let a key wrap and open nothing until it is enabled again";
    POST "/kms/keys/{id}/enable" EnableKmsKey "kms:EnableKey" Bearer Yes kms::enable [] []
        => OK kms::KmsKeyView, "Let a disabled key be used again";

    GET "/openapi.json" GetOpenApi "-" Open No openapi::serve [] [] as "application/json",
        "This interface as an OpenAPI 3.1 document";
}
