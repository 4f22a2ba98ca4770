//! The policy of a form: what its signer allows it to hold.

use super::fields::Fields;
use crate::date::parse_iso8601;
use crate::encoding::base64_bytes;
use crate::error::{Code, S3Error};
use crate::limits::FORM_CONDITIONS_MAX;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Debug)]
pub(crate) struct Policy {
    expiration: SystemTime,
    conditions: Vec<Condition>,
    /// How long the file may be.
    length: Option<RangeInclusive<u64>>,
}

#[derive(Debug)]
struct Condition {
    test: Test,
    /// In lower case.
    field: String,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    Equals,
    StartsWith,
}

impl Policy {
    /// Reads the field as it came.
    pub(crate) fn parse(base64: &str) -> Result<Self, S3Error> {
        let text = base64_bytes(base64.trim());
        let text = text.ok_or_else(|| invalid("Invalid Policy: Invalid Base64."))?;
        let document: Value =
            serde_json::from_slice(&text).map_err(|_| invalid("Invalid Policy: Invalid JSON."))?;
        let document = document.as_object();
        let document = document.ok_or_else(|| invalid("Invalid Policy: Invalid JSON."))?;
        let mut policy = Self {
            expiration: read_expiration(document)?,
            conditions: Vec::new(),
            length: None,
        };
        let conditions = document.get("conditions");
        let conditions = conditions
            .ok_or_else(|| invalid("Invalid Policy: Policy missing conditions."))?
            .as_array()
            .ok_or_else(|| {
                invalid("Invalid Policy: Invalid 'conditions' value: must be a List.")
            })?;
        if conditions.len() > FORM_CONDITIONS_MAX {
            return Err(invalid("Invalid Policy: Policy has too many conditions."));
        }
        for condition in conditions {
            policy.read_condition(condition)?;
        }
        Ok(policy)
    }

    /// Checks the form against it, and gives the bounds of the file's length. `bucket` is the one
    /// the form was sent to, whatever its fields say.
    pub(crate) fn check(
        &self,
        fields: &Fields,
        bucket: &str,
        now: SystemTime,
    ) -> Result<Option<RangeInclusive<u64>>, S3Error> {
        if self.expiration < now {
            return Err(denied("Policy expired."));
        }
        let key = fields.key()?;
        let value_of = |field: &str| match field {
            "bucket" => bucket.as_bytes(),
            "key" => key.as_bytes(),
            field => fields.get(field).unwrap_or_default(),
        };
        for condition in &self.conditions {
            if !condition.holds(value_of(&condition.field)) {
                return Err(denied(&format!("Policy Condition failed: {condition}")));
            }
        }
        let names = fields.iter().map(|(name, _)| name);
        let mut needed = std::iter::once("bucket").chain(names);
        match needed.find(|name| !self.covers(name)) {
            Some(name) => Err(denied(&format!("Extra input fields: {name}"))),
            None => Ok(self.length.clone()),
        }
    }

    /// Whether the signer knew of this field. Those that sign need no condition, and neither do
    /// checksums, which allow nothing.
    fn covers(&self, name: &str) -> bool {
        matches!(
            name,
            "policy" | "signature" | "awsaccesskeyid" | "x-amz-signature"
        ) || name.starts_with("x-ignore-")
            || name.starts_with("x-amz-checksum-")
            || self
                .conditions
                .iter()
                .any(|condition| condition.field == name)
    }

    /// `{"field": "value"}`, or a list with a test first.
    fn read_condition(&mut self, condition: &Value) -> Result<(), S3Error> {
        match condition {
            Value::Object(simple) => {
                let mut pairs = simple.iter();
                let (Some((field, value)), None) = (pairs.next(), pairs.next()) else {
                    return Err(invalid(
                        "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have \
                         exactly one property specified.",
                    ));
                };
                self.push(Test::Equals, field, value)
            }
            Value::Array(list) => self.read_list(list),
            _ => Err(invalid("Invalid Policy: Invalid Condition.")),
        }
    }

    fn read_list(&mut self, list: &[Value]) -> Result<(), S3Error> {
        let [test, first, second] = list else {
            return Err(invalid(
                "Invalid Policy: Invalid Condition: wrong number of arguments.",
            ));
        };
        let test = test.as_str().unwrap_or_default().to_ascii_lowercase();
        let test = match test.as_str() {
            "content-length-range" => return self.read_range(first, second),
            "eq" => Test::Equals,
            "starts-with" => Test::StartsWith,
            _ => {
                return Err(invalid(
                    "Invalid Policy: Invalid Condition: unknown operation.",
                ));
            }
        };
        let field = first.as_str().and_then(|field| field.strip_prefix('$'));
        let field = field.ok_or_else(|| {
            invalid("Invalid Policy: Invalid Condition: field names start with $.")
        })?;
        self.push(test, field, second)
    }

    fn read_range(&mut self, from: &Value, to: &Value) -> Result<(), S3Error> {
        let number = |value: &Value| {
            let text = value.as_str().map(str::parse);
            value.as_u64().or_else(|| text?.ok())
        };
        let (Some(from), Some(to)) = (number(from), number(to)) else {
            return Err(invalid(
                "Invalid Policy: Invalid content-length-range: two non-negative integers are \
                 needed.",
            ));
        };
        // Several ranges must all hold.
        let old = self.length.take().unwrap_or(0..=u64::MAX);
        self.length = Some(from.max(*old.start())..=to.min(*old.end()));
        Ok(())
    }

    fn push(&mut self, test: Test, field: &str, value: &Value) -> Result<(), S3Error> {
        let value = value
            .as_str()
            .ok_or_else(|| invalid("Invalid Policy: Invalid Condition: values are texts."))?;
        self.conditions.push(Condition {
            test,
            field: field.to_ascii_lowercase(),
            value: value.to_owned(),
        });
        Ok(())
    }
}

impl Condition {
    fn holds(&self, value: &[u8]) -> bool {
        let wanted = self.value.as_bytes();
        match self.test {
            Test::Equals => value == wanted,
            // A list of types begins as wanted if each of them does.
            Test::StartsWith if self.field == "content-type" => value
                .split(|&byte| byte == b',')
                .all(|kind| kind.trim_ascii_start().starts_with(wanted)),
            Test::StartsWith => value.starts_with(wanted),
        }
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let test = match self.test {
            Test::Equals => "eq",
            Test::StartsWith => "starts-with",
        };
        write!(f, "[\"{test}\", \"${}\", \"{}\"]", self.field, self.value)
    }
}

fn read_expiration(document: &Map<String, Value>) -> Result<SystemTime, S3Error> {
    let value = document.get("expiration");
    let value = value.ok_or_else(|| invalid("Invalid Policy: Policy missing expiration."))?;
    let text = value.as_str().unwrap_or_default();
    // Amazon takes no other form here.
    let is_plain = text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T');
    let moment = parse_iso8601(text).filter(|time| is_plain && *time >= UNIX_EPOCH);
    moment.ok_or_else(|| {
        invalid(format!(
            "Invalid Policy: Invalid 'expiration' value: '{text}'"
        ))
    })
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> S3Error {
    S3Error::new(Code::InvalidPolicyDocument).message(message)
}

fn denied(detail: &str) -> S3Error {
    S3Error::new(Code::AccessDenied).message(format!("Invalid according to Policy: {detail}"))
}

#[cfg(test)]
mod tests;
