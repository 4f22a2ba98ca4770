//! A bucket as a website: which pages it shows where a path names none, and where it redirects to.

use super::document::{Document, Unset};
use crate::encoding::{Keep, push_percent_encoded};
use crate::error::{Code, S3Error};
use crate::limits::ROUTING_RULES_MAX;
use crate::xml::reader::Element;
use crate::xml::writer::Writer;
use http::StatusCode;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Website {
    /// Everything is somewhere else.
    Elsewhere(Place),
    Pages(Pages),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pages {
    /// What is shown of a folder.
    pub(crate) index: String,
    /// What is shown of an error.
    pub(crate) error: Option<String>,
    rules: Vec<Rule>,
}

/// A host, and how to speak to it where that is not as the request came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    host: String,
    protocol: Option<Protocol>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Http,
    Https,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Rule {
    prefix: Option<String>,
    error: Option<StatusCode>,
    redirect: Redirect,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Redirect {
    host: Option<String>,
    protocol: Option<Protocol>,
    status: Option<StatusCode>,
    key: Option<NewKey>,
}

#[derive(Debug, PartialEq, Eq)]
enum NewKey {
    Whole(String),
    Prefix(String),
}

/// What of a request a redirect is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit<'a> {
    /// Of the address the visitor used: `http` or `https`.
    pub(crate) scheme: &'a str,
    pub(crate) host: &'a str,
    pub(crate) key: &'a [u8],
}

/// An answer that sends the visitor elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Redirection {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
}

impl Place {
    pub(crate) fn redirection(&self, visit: Visit<'_>) -> Redirection {
        let scheme = self
            .protocol
            .map_or(visit.scheme, |protocol| protocol.name());
        Redirection {
            status: StatusCode::MOVED_PERMANENTLY,
            location: location(scheme, &self.host, visit.key),
        }
    }
}

impl Pages {
    /// The redirect of the first rule that fits: `error` is how the answer failed, none while it
    /// is not known yet.
    pub(crate) fn redirection(
        &self,
        visit: Visit<'_>,
        error: Option<StatusCode>,
    ) -> Option<Redirection> {
        let rule = self.rules.iter().find(|rule| {
            let prefix = rule.prefix.as_deref().unwrap_or_default();
            rule.error == error && visit.key.starts_with(prefix.as_bytes())
        })?;
        Some(rule.redirection(visit))
    }
}

impl Rule {
    fn redirection(&self, visit: Visit<'_>) -> Redirection {
        let to = &self.redirect;
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let key = match &to.key {
            None => visit.key.to_vec(),
            Some(NewKey::Whole(key)) => key.clone().into_bytes(),
            Some(NewKey::Prefix(start)) => {
                let rest = visit.key.strip_prefix(prefix.as_bytes());
                [start.as_bytes(), rest.unwrap_or(visit.key)].concat()
            }
        };
        let scheme = to.protocol.map_or(visit.scheme, |protocol| protocol.name());
        Redirection {
            status: to.status.unwrap_or(StatusCode::MOVED_PERMANENTLY),
            location: location(scheme, to.host.as_deref().unwrap_or(visit.host), &key),
        }
    }
}

fn location(scheme: &str, host: &str, key: &[u8]) -> String {
    let mut location = format!("{scheme}://{host}/").into_bytes();
    push_percent_encoded(&mut location, key, Keep::Slash);
    String::from_utf8_lossy(&location).into_owned()
}

impl Protocol {
    fn name(self) -> &'static str {
        match self {
            Protocol::Http => "http",
            Protocol::Https => "https",
        }
    }

    fn read(text: &str) -> Result<Self, S3Error> {
        match text {
            "http" => Ok(Protocol::Http),
            "https" => Ok(Protocol::Https),
            _ => Err(invalid(
                "Invalid protocol, protocol can be http or https. If not defined the protocol \
                 will be selected automatically.",
            )),
        }
    }
}

impl Document for Website {
    const KIND: &'static str = "website";
    const ROOT: &'static str = "WebsiteConfiguration";

    fn read(root: &Element<'_>) -> Result<Self, S3Error> {
        for child in root.children() {
            let is_known = [
                "IndexDocument",
                "ErrorDocument",
                "RedirectAllRequestsTo",
                "RoutingRules",
            ]
            .contains(&child.name());
            let unknown = || S3Error::malformed(format!("there is no {} in it", child.name()));
            is_known.then_some(()).ok_or_else(unknown)?;
        }
        let Some(elsewhere) = root.child("RedirectAllRequestsTo") else {
            return read_pages(root).map(Website::Pages);
        };
        if root.children().len() > 1 {
            return Err(invalid(
                "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
            ));
        }
        let host = text_of(elsewhere, "HostName")
            .ok_or_else(|| S3Error::malformed("RedirectAllRequestsTo: HostName is missing"))?;
        Ok(Website::Elsewhere(Place {
            host: read_host(host)?,
            protocol: text_of(elsewhere, "Protocol")
                .map(Protocol::read)
                .transpose()?,
        }))
    }

    fn write(&self, xml: &mut Writer) {
        match self {
            Website::Elsewhere(place) => xml.element("RedirectAllRequestsTo", |xml| {
                xml.text("HostName", &place.host);
                write_some(xml, "Protocol", place.protocol.map(Protocol::name));
            }),
            Website::Pages(pages) => pages.write(xml),
        }
    }

    fn unset() -> Unset<Self> {
        Unset::Refused(Code::NoSuchWebsiteConfiguration)
    }
}

impl Pages {
    fn write(&self, xml: &mut Writer) {
        xml.element("IndexDocument", |xml| xml.text("Suffix", &self.index));
        if let Some(key) = &self.error {
            xml.element("ErrorDocument", |xml| xml.text("Key", key));
        }
        if !self.rules.is_empty() {
            xml.element("RoutingRules", |xml| {
                for rule in &self.rules {
                    xml.element("RoutingRule", |xml| rule.write(xml));
                }
            });
        }
    }
}

impl Rule {
    fn write(&self, xml: &mut Writer) {
        if self.prefix.is_some() || self.error.is_some() {
            xml.element("Condition", |xml| {
                let code = self.error.as_ref().map(StatusCode::as_str);
                write_some(xml, "HttpErrorCodeReturnedEquals", code);
                write_some(xml, "KeyPrefixEquals", self.prefix.as_deref());
            });
        }
        let to = &self.redirect;
        xml.element("Redirect", |xml| {
            write_some(xml, "HostName", to.host.as_deref());
            let status = to.status.as_ref().map(StatusCode::as_str);
            write_some(xml, "HttpRedirectCode", status);
            write_some(xml, "Protocol", to.protocol.map(Protocol::name));
            match &to.key {
                None => {}
                Some(NewKey::Whole(key)) => xml.text("ReplaceKeyWith", key),
                Some(NewKey::Prefix(prefix)) => xml.text("ReplaceKeyPrefixWith", prefix),
            }
        });
    }

    fn read(element: &Element<'_>) -> Result<Self, S3Error> {
        let mut rule = Self::default();
        if let Some(condition) = element.child("Condition") {
            rule.prefix = text_of(condition, "KeyPrefixEquals").map(str::to_owned);
            let code = text_of(condition, "HttpErrorCodeReturnedEquals");
            rule.error = code.map(read_error_code).transpose()?;
            if rule.prefix.is_none() && rule.error.is_none() {
                return Err(invalid(
                    "Condition cannot be empty. To redirect all requests without a condition, the \
                     condition element shouldn't be present.",
                ));
            }
        }
        rule.redirect = Redirect::read(
            element
                .child("Redirect")
                .ok_or_else(|| S3Error::malformed("RoutingRules: Redirect is missing"))?,
        )?;
        Ok(rule)
    }
}

impl Redirect {
    fn read(element: &Element<'_>) -> Result<Self, S3Error> {
        let (whole, prefix) = (
            text_of(element, "ReplaceKeyWith"),
            text_of(element, "ReplaceKeyPrefixWith"),
        );
        let key = match (whole, prefix) {
            (None, None) => None,
            (Some(key), None) => Some(NewKey::Whole(key.to_owned())),
            (None, Some(prefix)) => Some(NewKey::Prefix(prefix.to_owned())),
            (Some(_), Some(_)) => {
                return Err(invalid(
                    "You can only define ReplaceKeyPrefix or ReplaceKey but not both.",
                ));
            }
        };
        let redirect = Self {
            host: text_of(element, "HostName").map(read_host).transpose()?,
            protocol: text_of(element, "Protocol")
                .map(Protocol::read)
                .transpose()?,
            status: text_of(element, "HttpRedirectCode")
                .map(read_redirect_code)
                .transpose()?,
            key,
        };
        if redirect == Self::default() {
            return Err(S3Error::malformed(
                "Redirect: expected something that changes",
            ));
        }
        Ok(redirect)
    }
}

fn read_pages(root: &Element<'_>) -> Result<Pages, S3Error> {
    let index = root.child("IndexDocument").ok_or_else(|| {
        S3Error::invalid_argument("IndexDocument", "null").message(
            "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
        )
    })?;
    let suffix = index.child_text("Suffix").unwrap_or_default();
    if suffix.is_empty() || suffix.contains('/') {
        return Err(S3Error::invalid_argument("IndexDocument", suffix)
            .message("The IndexDocument Suffix is not well formed"));
    }
    let error = root
        .child("ErrorDocument")
        .map(|error| error.child_text("Key").unwrap_or_default());
    if error.is_some_and(|key| key.is_empty() || crate::target::check_key(key.as_bytes()).is_err())
    {
        return Err(
            S3Error::invalid_argument("ErrorDocument", error.unwrap_or_default())
                .message("The ErrorDocument Key is not well formed"),
        );
    }
    let rules = root
        .child("RoutingRules")
        .map_or(&[][..], Element::children);
    if rules.len() > ROUTING_RULES_MAX {
        return Err(invalid(format!(
            "{} routing rules provided, the number of routing rules in a website configuration is \
             limited to {ROUTING_RULES_MAX}.",
            rules.len()
        )));
    }
    let rules = rules.iter().map(|rule| match rule.name() {
        "RoutingRule" => Rule::read(rule),
        name => Err(S3Error::malformed(format!(
            "RoutingRules: there is no {name} in them"
        ))),
    });
    Ok(Pages {
        index: suffix.to_owned(),
        error: error.map(str::to_owned),
        rules: rules.collect::<Result<_, _>>()?,
    })
}

/// It becomes part of a header.
fn read_host(text: &str) -> Result<String, S3Error> {
    let is_authority = text.parse::<http::uri::Authority>().is_ok() && !text.contains('@');
    let no_host = || S3Error::malformed("HostName: expected the name of a host");
    is_authority.then(|| text.to_owned()).ok_or_else(no_host)
}

fn read_error_code(text: &str) -> Result<StatusCode, S3Error> {
    let code = text
        .parse()
        .ok()
        .filter(|code: &StatusCode| code.is_client_error() || code.is_server_error());
    code.ok_or_else(|| {
        invalid(format!(
            "The provided HTTP error code ({text}) is not valid. Valid codes are 4XX or 5XX."
        ))
    })
}

fn read_redirect_code(text: &str) -> Result<StatusCode, S3Error> {
    let code = text.parse().ok();
    let code = code.filter(|code: &StatusCode| code.is_redirection() && code.as_u16() != 300);
    code.ok_or_else(|| {
        invalid(format!(
            "The provided HTTP redirect code ({text}) is not valid. Valid codes are 3XX except \
             300."
        ))
    })
}

/// The text of an element that is there and not empty.
fn text_of<'a>(element: &'a Element<'_>, name: &str) -> Option<&'a str> {
    element.child_text(name).filter(|text| !text.is_empty())
}

fn write_some(xml: &mut Writer, name: &'static str, text: Option<&str>) {
    if let Some(text) = text {
        xml.text(name, text);
    }
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> S3Error {
    S3Error::new(Code::InvalidRequest).message(message)
}

#[cfg(test)]
mod tests;
