//! Documents, read strictly: what is not understood is refused, never skipped.

use std::collections::HashSet;

use super::Kind;
use super::arn::ArnPattern;
use super::condition::{Condition, Operator, Tests};
use super::json::Json;
use super::malformed::{Field, Reason};
use super::principal::Who;
use super::statement::{Choice, Effect, Statement};
use super::text::{Text, Variables, Wild};
use crate::limits;

mod who;

#[cfg(test)]
mod tests;

type Members = Vec<(String, Json)>;

pub(super) fn statements(kind: Kind, document: &str) -> Result<Vec<Statement>, Reason> {
    let limit = match kind {
        Kind::Bucket => limits::BUCKET_POLICY_BYTES_MAX,
        Kind::Session => limits::SESSION_POLICY_BYTES_MAX,
        Kind::Identity | Kind::Trust => limits::DOCUMENT_BYTES_MAX,
    };
    if document.len() > limit {
        return Err(Reason::TooLarge { limit });
    }
    let Some(Json::Map(members)) = Json::parse(document) else {
        return Err(Reason::NotJson);
    };
    let mut variables = Variables::Literal;
    let mut found = None;
    for (name, value) in members {
        match (&*name, value) {
            ("Version", value) => variables = version(&value)?,
            ("Id", Json::Text(_)) => {}
            ("Statement", Json::Map(statement)) => found = Some(vec![Json::Map(statement)]),
            ("Statement", Json::List(statements)) => found = Some(statements),
            ("Id" | "Statement", _) => return Err(Reason::Syntax(name)),
            _ => return Err(Reason::UnknownField(name)),
        }
    }
    let found = found.filter(|statements| !statements.is_empty());
    let found = found.ok_or(Reason::Missing(Field::Statement))?;
    let reader = Reader { kind, variables };
    let statements = found
        .into_iter()
        .map(|statement| reader.statement(statement));
    let statements: Vec<Statement> = statements.collect::<Result<_, _>>()?;
    let mut sids = HashSet::new();
    let mut named = statements.iter().filter_map(Statement::sid);
    match named.all(|sid| sid.is_empty() || sids.insert(sid)) {
        true => Ok(statements),
        false => Err(Reason::DuplicateSid),
    }
}

/// Only the newer language has variables; in the older one `${…}` are characters.
fn version(value: &Json) -> Result<Variables, Reason> {
    match value {
        Json::Text(version) if version == "2012-10-17" => Ok(Variables::Filled),
        Json::Text(version) if version == "2008-10-17" => Ok(Variables::Literal),
        _ => Err(Reason::UnknownVersion),
    }
}

/// What all statements of a document have in common.
#[derive(Clone, Copy)]
struct Reader {
    kind: Kind,
    variables: Variables,
}

/// Elements as they were found.
#[derive(Default)]
struct Draft {
    sid: Option<Box<str>>,
    effect: Option<Effect>,
    principals: Option<Choice<Who>>,
    actions: Option<Choice<Text>>,
    resources: Option<Choice<ArnPattern>>,
    conditions: Vec<Condition>,
}

impl Reader {
    fn statement(self, statement: Json) -> Result<Statement, Reason> {
        let Json::Map(members) = statement else {
            return Err(Reason::Syntax("Statement".into()));
        };
        let mut draft = Draft::default();
        for (name, value) in members {
            self.element(&mut draft, name, value)?;
        }
        self.finish(draft)
    }

    fn element(self, draft: &mut Draft, name: String, value: Json) -> Result<(), Reason> {
        let negated = name.starts_with("Not");
        match &*name {
            "Sid" => draft.sid = Some(self.sid(value)?),
            "Effect" => draft.effect = Some(effect(value)?),
            "Principal" | "NotPrincipal" => {
                let list = who::parse(value)?;
                once(&mut draft.principals, &name, Choice { negated, list })?;
            }
            "Action" | "NotAction" => {
                let list = strings(&name, value)?;
                let list = list.iter().map(|action| self.action(action));
                let list = list.collect::<Result<_, _>>()?;
                once(&mut draft.actions, &name, Choice { negated, list })?;
            }
            "Resource" | "NotResource" => {
                let list = strings(&name, value)?;
                let list = list.iter().map(|resource| self.resource(resource));
                let list = list.collect::<Result<_, _>>()?;
                once(&mut draft.resources, &name, Choice { negated, list })?;
            }
            "Condition" => draft.conditions = self.conditions(value)?,
            _ => return Err(Reason::UnknownField(name)),
        }
        Ok(())
    }

    fn finish(self, draft: Draft) -> Result<Statement, Reason> {
        let effect = draft.effect.ok_or(Reason::Missing(Field::Effect))?;
        let wants_principal = matches!(self.kind, Kind::Bucket | Kind::Trust);
        match &draft.principals {
            None if wants_principal => return Err(Reason::Missing(Field::Principal)),
            Some(_) if !wants_principal => return Err(Reason::PrincipalGiven),
            Some(principals) if principals.negated && effect == Effect::Allow => {
                return Err(Reason::NotPrincipalAllows);
            }
            _ => {}
        }
        let actions = draft.actions.ok_or(Reason::Missing(Field::Action))?;
        match &draft.resources {
            None if self.kind != Kind::Trust => return Err(Reason::Missing(Field::Resource)),
            Some(_) if self.kind == Kind::Trust => return Err(Reason::ResourceGiven),
            _ => {}
        }
        Ok(Statement {
            sid: draft.sid,
            effect,
            principals: draft.principals,
            actions,
            resources: draft.resources,
            conditions: draft.conditions,
        })
    }

    /// IAM takes letters and digits; S3 takes anything.
    fn sid(self, value: Json) -> Result<Box<str>, Reason> {
        let Json::Text(sid) = value else {
            return Err(Reason::Syntax("Sid".into()));
        };
        let is_plain = sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match is_plain || self.kind == Kind::Bucket {
            true => Ok(sid.into()),
            false => Err(Reason::Sid),
        }
    }

    fn action(self, action: &str) -> Result<Text, Reason> {
        let malformed = || Reason::Action(action.to_owned());
        if action != "*" {
            let (vendor, name) = action.split_once(':').ok_or_else(malformed)?;
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            let is_pattern = |byte: u8| is_word(byte) || matches!(byte, b'*' | b'?' | b'_');
            let plain = !vendor.is_empty() && vendor.bytes().all(is_word);
            if !plain || name.is_empty() || !name.bytes().all(is_pattern) {
                return Err(malformed());
            }
            let about_sessions = vendor.eq_ignore_ascii_case("sts");
            if self.kind == Kind::Trust && !about_sessions {
                return Err(Reason::TrustAction);
            }
        }
        Ok(Text::parse(action, Wild::Cards, Variables::Literal))
    }

    fn resource(self, resource: &str) -> Result<ArnPattern, Reason> {
        let pattern = ArnPattern::parse(resource, self.variables);
        pattern.ok_or_else(|| Reason::Resource(resource.to_owned()))
    }

    fn conditions(self, value: Json) -> Result<Vec<Condition>, Reason> {
        let mut conditions = Vec::new();
        for (name, keys) in members("Condition", value)? {
            let operator = Operator::parse(&name).ok_or_else(|| Reason::Operator(name.clone()))?;
            for (key, values) in members(&name, keys)? {
                // `aws:username`, or the name of a provider with a claim behind it.
                if !key.contains(':') {
                    return Err(Reason::ConditionKey(key));
                }
                let values = scalars(&name, values)?;
                let tests = Tests::parse(operator.base, &values, self.variables);
                let tests = tests.ok_or_else(|| Reason::Value {
                    operator: name.clone(),
                    value: values.join(", "),
                })?;
                conditions.push(Condition {
                    operator,
                    key: key.into(),
                    tests,
                });
            }
        }
        Ok(conditions)
    }
}

/// An element and its negation exclude each other.
fn once<T>(place: &mut Option<T>, name: &str, value: T) -> Result<(), Reason> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Reason::Syntax(name.to_owned())),
    }
}

fn effect(value: Json) -> Result<Effect, Reason> {
    match value {
        Json::Text(effect) if effect == "Allow" => Ok(Effect::Allow),
        Json::Text(effect) if effect == "Deny" => Ok(Effect::Deny),
        Json::Text(effect) => Err(Reason::Effect(effect)),
        _ => Err(Reason::Syntax("Effect".into())),
    }
}

fn members(name: &str, value: Json) -> Result<Members, Reason> {
    match value {
        Json::Map(members) => Ok(members),
        _ => Err(Reason::Syntax(name.to_owned())),
    }
}

/// A string or a list of strings, at least one.
fn strings(name: &str, value: Json) -> Result<Vec<String>, Reason> {
    let values = match value {
        Json::List(values) if !values.is_empty() => values,
        Json::Text(_) => vec![value],
        _ => return Err(Reason::Syntax(name.to_owned())),
    };
    let text = |value| match value {
        Json::Text(text) => Ok(text),
        _ => Err(Reason::Syntax(name.to_owned())),
    };
    values.into_iter().map(text).collect()
}

/// Strings, numbers and truth values, one or a list of them.
fn scalars(name: &str, value: Json) -> Result<Vec<String>, Reason> {
    let values = match value {
        Json::List(values) => values,
        one => vec![one],
    };
    let scalar = |value| match value {
        Json::Text(text) | Json::Number(text) => Ok(text),
        Json::Bool(value) => Ok(value.to_string()),
        _ => Err(Reason::Syntax(name.to_owned())),
    };
    values.into_iter().map(scalar).collect()
}
