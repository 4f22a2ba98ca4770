//! What to do next, by what the interface has refused.

use http::StatusCode;

use super::{By, Refusal, part};

pub(super) fn of(refusal: &Refusal) -> Option<String> {
    let (code, place) = (refusal.code.as_str(), refusal.place.as_str());
    let advice = match code {
        "NoSuchBucket" => "cairn bucket list shows the buckets there are",
        "InvalidBucketName" => "choose another name, such as photos-2027",
        "NoSuchEntity" => return Some(where_to_look(place)),
        "EntityAlreadyExists" | "BucketAlreadyExists" | "BucketAlreadyOwnedByYou" => {
            "choose another name, or look at the one there is with show"
        }
        "BucketNotEmpty" => {
            "cairn bucket empty deletes what is in it, all versions and unfinished uploads too; \
             cairn bucket show counts them"
        }
        "MalformedXML" => {
            "the JSON is that of Amazon's command line: aws s3api help says which fields it has; \
             cairn bucket config show shows the one that is set"
        }
        "MalformedPolicy" => {
            "a bucket's policy is about itself and what is in it: arn:aws:s3:::BUCKET and \
             arn:aws:s3:::BUCKET/*; cairn bucket config show BUCKET policy shows the one that is set"
        }
        "InvalidArgument" if is_configuration(place, "notification") => {
            "name webhooks that the server has, as arn:cairn:sqs::NAME:webhook: cairn setting show \
             webhook shows them"
        }
        "DeleteConflict" => "take away first what it is attached to: cairn policy detach",
        "NoSuchConfiguration" => "cairn bucket config show --help names them all",
        "ServiceQuotaExceeded" | "LimitExceeded" => "remove one that is not needed any more",
        "NoSuchLifecycleConfiguration" => {
            "cairn bucket config set BUCKET lifecycle FILE gives a bucket rules"
        }
        "NoSuchWebhook" => "cairn events list shows the webhooks there are",
        "NoSuchKmsKey" => "cairn kms key list shows the keys there are",
        "KmsKeyExists" => "choose another name, or look at the one there is with show",
        "TooManyKmsKeyVersions" => "cairn kms key add makes a new one",
        "KmsKeyChanged" => "run the command again",
        "NoSuchToken" => "cairn token list shows the tokens there are, --user USER those of others",
        "TooManyTokens" => "cairn token list shows which are used, cairn token remove makes room",
        "NoSuchSession" => "cairn session list shows your own; nobody ends those of others",
        "NoSuchJob" => "cairn job list shows the jobs there are",
        "NoRootCredential" => {
            "start the server once, or give CAIRN_ROOT_USER and CAIRN_ROOT_PASSWORD as it has \
             them; or make a token of a user: --user USER"
        }
        "Unauthenticated" | "LoginRequired" if is_ones_own(place) => {
            return Some(where_one_is_somebody(place, refusal.by).to_owned());
        }
        "LoginRequired" => {
            "ask on the machine itself with --data DIR, or with the access token of a login"
        }
        "JobRunning" => {
            "wait until it has ended, or cancel it: cairn job list shows it, cairn job cancel ends \
             it"
        }
        "AccessDenied" | "Forbidden" => {
            "ask with a token of somebody who may, or on the machine itself with --data DIR"
        }
        "Unauthenticated" | "InvalidToken" | "ExpiredToken" | "SessionEnded" => {
            "give a token that is good: --token or CAIRN_TOKEN"
        }
        _ if is_configuration(place, "") && refusal.status == StatusCode::NOT_FOUND => {
            let bucket = part(place, 1)?;
            return Some(format!(
                "cairn bucket config list {bucket} shows which are set"
            ));
        }
        _ if refusal.status.is_server_error() => "the log of the server says more",
        _ => return None,
    };
    Some(advice.to_owned())
}

/// Of any kind, where none is named.
fn is_configuration(place: &str, kind: &str) -> bool {
    let is_one =
        part(place, 0).as_deref() == Some("buckets") && part(place, 2).as_deref() == Some("config");
    is_one && (kind.is_empty() || part(place, 3).as_deref() == Some(kind))
}

/// What belongs to whoever asks, and to nobody on the machine itself.
fn is_ones_own(place: &str) -> bool {
    part(place, 0).as_deref() == Some("profile")
}

fn where_one_is_somebody(place: &str, by: By) -> &'static str {
    match (part(place, 1), by) {
        (None, By::DataFolder) => {
            "ask the server by its address, with a token of whoever is meant: --server URL --token \
             TOKEN; cairn user show NAME shows any user here"
        }
        (None, By::Address) => "give the token of whoever is meant: --token or CAIRN_TOKEN",
        (Some(_), By::DataFolder) => {
            "ask the server by its address, with the access token of a login: --server URL --token \
             TOKEN"
        }
        (Some(_), By::Address) => {
            "give the access token of a login, which POST /api/v1/session answers: --token or \
             CAIRN_TOKEN"
        }
    }
}

/// Where names are found, of those that were asked for.
fn where_to_look(place: &str) -> String {
    let name = part(place, 1).unwrap_or_default();
    let list = match (part(place, 0).as_deref(), part(place, 2).as_deref()) {
        (_, Some("keys")) => {
            return format!("cairn key list {name} shows the keys that {name} has");
        }
        (Some("users"), Some("policies")) => {
            return format!("cairn policy list --user {name} shows the policies that {name} has");
        }
        (Some("groups"), Some("policies")) => {
            return format!("cairn policy list --group {name} shows the policies of {name}");
        }
        (Some("policies"), Some("version")) => {
            return format!("cairn policy version list {name} shows the versions of {name}");
        }
        (Some("users"), None) => "cairn user list and cairn account list show",
        (Some("groups"), None) => "cairn group list shows",
        (Some("policies"), _) => "cairn policy list shows",
        (Some("accounts"), None) => "cairn account list shows",
        _ => "cairn user list, group list, policy list and account list show",
    };
    format!("{list} what there is")
}
