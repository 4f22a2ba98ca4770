//! Actions that nobody has: a policy may name them, as with Amazon, and they allow nothing. Whoever
//! writes one is told so.

use crate::route::ROUTES;
use identity::limits::ACTION_BYTES_MAX;
use identity::policy::ActionPattern;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Of one document as many are told,
const TOLD_MAX: usize = 20;
/// and so many are looked at: each pattern is held against all that there are.
const LOOKED_AT_MAX: usize = 500;
/// How alike two names are, of which one is taken for the other.
const ALIKE_MIN: f64 = 0.9;

/// All that the server asks policies about: what the tables of S3, IAM and STS say, and the routes
/// of this interface. By their names in small letters, as nobody minds the case.
static KNOWN: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let of_routes = ROUTES.iter().flat_map(|route| route.action.split(", "));
    let of_routes = of_routes.filter(|action| action.contains(':'));
    let all = s3_api::known_actions().chain(of_routes.map(str::to_owned));
    all.map(|action| (action.to_lowercase(), action)).collect()
});

/// An action, or a pattern of actions, that means none there is.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct UnknownAction {
    action: String,
    /// What was likely meant.
    near: Option<String>,
    message: String,
}

/// Those in a document that is a policy, or may become one.
pub(crate) fn unknown_in(document: &Value) -> Vec<UnknownAction> {
    let statements = one_or_more(&document["Statement"]);
    let named = statements
        .flat_map(|statement| [&statement["Action"], &statement["NotAction"]])
        .flat_map(one_or_more)
        .filter_map(Value::as_str);
    unknown(named)
}

/// Those among these names, each once.
pub(crate) fn unknown<'a>(actions: impl Iterator<Item = &'a str>) -> Vec<UnknownAction> {
    let mut seen = BTreeSet::new();
    let new = actions.filter(|action| seen.insert(*action));
    let unknown = new.take(LOOKED_AT_MAX).filter(|action| !is_known(action));
    unknown.take(TOLD_MAX).map(UnknownAction::new).collect()
}

/// The same in words, for who has no interface yet.
pub fn unknown_actions(document: &Value) -> Vec<String> {
    let unknown = unknown_in(document).into_iter();
    unknown.map(|unknown| unknown.message).collect()
}

/// What is longer than any name can still be a pattern of some, and passes unread.
fn is_known(action: &str) -> bool {
    let is_pattern = action.contains(['*', '?']);
    if action.len() > ACTION_BYTES_MAX || !is_pattern {
        return is_pattern || KNOWN.contains_key(&action.to_lowercase());
    }
    let pattern = ActionPattern::new(action);
    KNOWN.values().any(|known| pattern.means(known))
}

impl UnknownAction {
    fn new(action: &str) -> Self {
        let near = near(action);
        let meant = near
            .as_ref()
            .map_or_else(String::new, |near| format!("; is {near} meant?"));
        Self {
            message: format!("no request asks for the action {action}: it changes nothing{meant}"),
            action: action.to_owned(),
            near,
        }
    }
}

/// Without its service it may still be one.
fn near(action: &str) -> Option<String> {
    if action.len() > ACTION_BYTES_MAX {
        return None;
    }
    let action = action.to_lowercase();
    let alike = |known: &str| {
        let known = match action.contains(':') {
            true => known,
            false => known.split_once(':').map_or(known, |(_, name)| name),
        };
        strsim::jaro_winkler(&action, known)
    };
    let measured = KNOWN.iter().map(|(small, known)| (alike(small), known));
    let (best, known) = measured.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best >= ALIKE_MIN).then(|| known.clone())
}

fn one_or_more(value: &Value) -> impl Iterator<Item = &Value> {
    let (one, more) = match value {
        Value::Array(items) => (None, items.as_slice()),
        Value::Null => (None, &[][..]),
        one => (Some(one), &[][..]),
    };
    one.into_iter().chain(more)
}

#[cfg(test)]
mod tests;
