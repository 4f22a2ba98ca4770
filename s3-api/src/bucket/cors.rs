//! The cross-origin rules of a bucket.

use super::document::{Document, Unset};
use crate::error::{Code, S3Error};
use crate::limits::{CORS_RULES_MAX, RULE_ID_CHARACTERS_MAX};
use crate::xml::reader::Element;
use crate::xml::writer::Writer;

/// What pages of other origins may do. The first rule that fits a request is the one that counts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cors {
    rules: Vec<Rule>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rule {
    id: Option<String>,
    headers: Vec<Pattern>,
    pub(crate) methods: Vec<String>,
    origins: Vec<Pattern>,
    pub(crate) exposed: Vec<String>,
    pub(crate) max_age_seconds: Option<u32>,
}

/// A text in which at most one `*` stands for anything.
#[derive(Debug, PartialEq, Eq)]
struct Pattern(String);

const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

pub(crate) fn is_method(name: &str) -> bool {
    METHODS.contains(&name)
}

impl Cors {
    /// The rule for a request; `headers` are those a page wants to send, in lower case.
    pub(crate) fn find(&self, origin: &str, method: &str, headers: &[String]) -> Option<&Rule> {
        self.rules.iter().find(|rule| {
            rule.methods.iter().any(|allowed| allowed == method)
                && rule.origins.iter().any(|allowed| allowed.fits(origin))
                && headers.iter().all(|header| rule.allows(header))
        })
    }
}

impl Rule {
    /// Whether every origin is meant, so that the answer need not depend on who asked.
    pub(crate) fn is_for_everybody(&self) -> bool {
        self.origins.iter().any(|origin| origin.0 == "*")
    }

    fn allows(&self, header: &str) -> bool {
        self.headers.iter().any(|allowed| allowed.fits(header))
    }

    fn read(element: &Element<'_>) -> Result<Self, S3Error> {
        let mut rule = Self::default();
        for child in element.children() {
            let text = child.text().trim();
            match child.name() {
                "ID" => rule.id = Some(read_id(text)?),
                "AllowedMethod" => rule.methods.push(read_method(text)?),
                "AllowedOrigin" => rule.origins.push(Pattern::read("AllowedOrigin", text)?),
                // Names of headers are the same in any case.
                "AllowedHeader" => {
                    let name = text.to_ascii_lowercase();
                    Pattern::read("AllowedHeader", text)?;
                    rule.headers.push(Pattern(name));
                }
                "ExposeHeader" => rule.exposed.push(read_exposed(text)?),
                "MaxAgeSeconds" => {
                    let seconds = text.parse().map_err(|_| {
                        S3Error::malformed("MaxAgeSeconds: expected a whole number")
                    })?;
                    rule.max_age_seconds = Some(seconds);
                }
                name => {
                    return Err(S3Error::malformed(format!(
                        "CORSRule: there is no {name} in it"
                    )));
                }
            }
        }
        if rule.methods.is_empty() || rule.origins.is_empty() {
            return Err(S3Error::malformed(
                "AllowedMethods and AllowedOrigins: expected at least one of each",
            ));
        }
        Ok(rule)
    }

    fn write(&self, xml: &mut Writer) {
        if let Some(id) = &self.id {
            xml.text("ID", id);
        }
        let patterns = |patterns: &[Pattern]| patterns.iter().map(|p| p.0.clone()).collect();
        let headers: Vec<String> = patterns(&self.headers);
        let origins: Vec<String> = patterns(&self.origins);
        for (name, texts) in [
            ("AllowedHeader", &headers),
            ("AllowedMethod", &self.methods),
            ("AllowedOrigin", &origins),
            ("ExposeHeader", &self.exposed),
        ] {
            texts.iter().for_each(|text| xml.text(name, text));
        }
        if let Some(seconds) = self.max_age_seconds {
            xml.number("MaxAgeSeconds", u64::from(seconds));
        }
    }
}

impl Pattern {
    fn read(element: &str, text: &str) -> Result<Self, S3Error> {
        if text.matches('*').count() > 1 {
            return Err(invalid(format!(
                "{element} \"{text}\" can not have more than one wildcard."
            )));
        }
        Ok(Self(text.to_owned()))
    }

    fn fits(&self, text: &str) -> bool {
        match self.0.split_once('*') {
            None => self.0 == text,
            Some((start, end)) => {
                text.len() >= start.len() + end.len()
                    && text.starts_with(start)
                    && text.ends_with(end)
            }
        }
    }
}

impl Document for Cors {
    const KIND: &'static str = "cors";
    const ROOT: &'static str = "CORSConfiguration";

    fn read(root: &Element<'_>) -> Result<Self, S3Error> {
        let mut rules = Vec::new();
        for child in root.children() {
            match child.name() {
                "CORSRule" => rules.push(Rule::read(child)?),
                name => return Err(S3Error::malformed(format!("there is no {name} in it"))),
            }
        }
        if rules.is_empty() {
            return Err(S3Error::malformed("CORSRules: expected at least one"));
        }
        if rules.len() > CORS_RULES_MAX {
            return Err(invalid(format!(
                "The number of CORS rules should not exceed allowed limit of {CORS_RULES_MAX} rules."
            )));
        }
        Ok(Self { rules })
    }

    fn write(&self, xml: &mut Writer) {
        for rule in &self.rules {
            xml.element("CORSRule", |xml| rule.write(xml));
        }
    }

    fn unset() -> Unset<Self> {
        Unset::Refused(Code::NoSuchCORSConfiguration)
    }
}

fn read_id(text: &str) -> Result<String, S3Error> {
    if text.chars().count() > RULE_ID_CHARACTERS_MAX {
        return Err(invalid(format!(
            "The ID of a rule may not have more than {RULE_ID_CHARACTERS_MAX} characters."
        )));
    }
    Ok(text.to_owned())
}

fn read_method(text: &str) -> Result<String, S3Error> {
    if is_method(text) {
        return Ok(text.to_owned());
    }
    Err(invalid(format!(
        "Found unsupported HTTP method in CORS config. Unsupported method is {text}"
    )))
}

fn read_exposed(text: &str) -> Result<String, S3Error> {
    if text.contains('*') {
        return Err(invalid(format!(
            "ExposeHeader \"{text}\" contains wildcard. We currently do not support wildcard for \
             ExposeHeader."
        )));
    }
    // It becomes part of a header.
    let is_name = http::HeaderName::from_bytes(text.as_bytes()).is_ok();
    let no_name = || S3Error::malformed("ExposeHeaders: expected names of headers");
    is_name.then(|| text.to_owned()).ok_or_else(no_name)
}

fn invalid(message: String) -> S3Error {
    S3Error::new(Code::InvalidRequest).message(message)
}

#[cfg(test)]
mod tests;
