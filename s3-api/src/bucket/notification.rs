//! Whom a bucket's owner wants to be told of what, on the wire. What it means is the business of
//! the crate that tells.

#[cfg(test)]
mod tests;

use super::document::{Document, Unset, to_bytes};
use crate::error::{Code, S3Error};
use crate::limits::NOTIFICATION_DOCUMENT_BYTES_MAX;
use crate::xml::reader::Element;
use crate::xml::writer::Writer;
use bytes::Bytes;
use pipeline::events::{Configuration, EventPattern, Filter, KIND, Rule, Service, TargetArn};
use pipeline::limits::{EVENT_FILTER_BYTES_MAX, EVENT_RULES_MAX, RULE_ID_CHARACTERS_MAX};
use ring::rand::{SecureRandom, SystemRandom};
use std::collections::HashSet;

/// The elements of rules, with the one that names the target.
const KINDS: [(Service, &str, &str); 3] = [
    (Service::Topic, "TopicConfiguration", "Topic"),
    (Service::Queue, "QueueConfiguration", "Queue"),
    (
        Service::Function,
        "CloudFunctionConfiguration",
        "CloudFunction",
    ),
];

impl Document for Configuration {
    const KIND: &'static str = KIND;
    const ROOT: &'static str = "NotificationConfiguration";
    const REQUEST_BYTES_MAX: usize = NOTIFICATION_DOCUMENT_BYTES_MAX;

    fn read(root: &Element<'_>) -> Result<Self, S3Error> {
        let rules = root.children().iter().map(rule);
        let rules = rules.collect::<Result<Vec<_>, _>>()?;
        if rules.len() > EVENT_RULES_MAX {
            return Err(invalid(format!(
                "The notification configuration has more than {EVENT_RULES_MAX} configurations."
            )));
        }
        let mut ids = HashSet::new();
        if !rules.iter().all(|rule| ids.insert(rule.id.as_str())) {
            return Err(invalid(
                "Same ID used for multiple configurations. IDs must be unique.",
            ));
        }
        let configuration = Configuration { rules };
        match configuration.overlap() {
            Some((one, other)) => Err(invalid(
                "Configurations overlap. Configurations on the same bucket cannot share a common \
                 event type.",
            )
            .extra("ArgumentName1", one.id.clone())
            .extra("ArgumentName2", other.id.clone())),
            None => Ok(configuration),
        }
    }

    fn write(&self, xml: &mut Writer) {
        for (service, element, target) in KINDS {
            let rules = self.rules.iter();
            for rule in rules.filter(|rule| rule.target.service == service) {
                xml.element(element, |xml| write(rule, target, xml));
            }
        }
    }

    fn unset() -> Unset<Self> {
        Unset::Shown(Configuration::default())
    }

    fn to_stored(&self) -> Result<Bytes, S3Error> {
        Configuration::to_stored(self).map_err(|long| {
            S3Error::new(Code::EntityTooLarge)
                .message(format!(
                    "The notification configuration is too long: {long}."
                ))
                .extra("ProposedSize", long.bytes.to_string())
                .extra("MaxSizeAllowed", long.limit.to_string())
        })
    }

    fn from_stored(stored: &[u8]) -> Option<Self> {
        Configuration::from_stored(stored)
    }

    fn shown(stored: &Bytes) -> Option<Bytes> {
        Some(to_bytes(&Configuration::from_stored(stored)?))
    }
}

fn rule(element: &Element<'_>) -> Result<Rule, S3Error> {
    if element.name() == "EventBridgeConfiguration" {
        return Err(S3Error::new(Code::NotImplemented)
            .message("There is no EventBridge to send events to."));
    }
    let kind = KINDS.iter().find(|(_, name, _)| *name == element.name());
    let (service, _, target) =
        kind.ok_or_else(|| S3Error::malformed(format!("there is no {} in it", element.name())))?;
    let (mut id, mut arn, mut filter, mut events) = (None, None, None, Vec::new());
    for child in element.children() {
        let text = child.text().trim();
        match child.name() {
            "Id" => id = Some(read_id(text)?),
            "Event" => events.push(read_event(text)?),
            "Filter" => filter = Some(read_filter(child)?),
            // Of the older form: who may call the function, which nobody asks here.
            "InvocationRole" if *service == Service::Function => {}
            name if name == *target => arn = Some(text),
            name => {
                return Err(S3Error::malformed(format!(
                    "there is no {name} in a rule for a {target}"
                )));
            }
        }
    }
    let arn = arn.ok_or_else(|| S3Error::malformed(format!("{target}Arn is missing")))?;
    if events.is_empty() {
        return Err(S3Error::malformed("Events: expected at least one"));
    }
    Ok(Rule {
        id: id.map_or_else(new_id, Ok)?,
        target: TargetArn::parse(*service, arn)
            .ok_or_else(|| unknown_target(arn, malformed_arn(*service)))?,
        events,
        filter,
    })
}

/// Amazon names the target that it could not reach, and the reason, beside its sentence, where no
/// client shows them: here the sentence has them, too.
pub(crate) fn unknown_target(arn: &str, reason: &str) -> S3Error {
    let sentence = "Unable to validate the following destination configurations";
    invalid(format!("{sentence}: {arn}: {reason}"))
        .extra("ArgumentName1", arn)
        .extra("ArgumentValue1", reason)
}

fn malformed_arn(service: Service) -> &'static str {
    match service {
        Service::Topic => "The ARN is not well formed: one is arn:cairn:sns::NAME:webhook",
        Service::Queue => "The ARN is not well formed: one is arn:cairn:sqs::NAME:webhook",
        Service::Function => "The ARN is not well formed: one is arn:cairn:lambda::NAME:webhook",
    }
}

fn read_id(text: &str) -> Result<String, S3Error> {
    if text.chars().count() > RULE_ID_CHARACTERS_MAX {
        return Err(S3Error::invalid_argument("Id", text).message(format!(
            "The ID may not have more than {RULE_ID_CHARACTERS_MAX} characters."
        )));
    }
    match text.is_empty() {
        true => new_id(),
        false => Ok(text.to_owned()),
    }
}

/// What a rule is called whose maker gave it no name.
fn new_id() -> Result<String, S3Error> {
    let mut bytes = [0; 16];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| S3Error::new(Code::InternalError))?;
    Ok(hex::encode(bytes))
}

fn read_event(text: &str) -> Result<EventPattern, S3Error> {
    EventPattern::parse(text).ok_or_else(|| {
        S3Error::invalid_argument("Event", text)
            .message("A specified event is not supported for notifications.")
    })
}

fn read_filter(element: &Element<'_>) -> Result<Filter, S3Error> {
    let mut filter = Filter::default();
    for key in element.children() {
        if key.name() != "S3Key" {
            return Err(S3Error::malformed("Filter: expected a Key"));
        }
        for rule in key.children() {
            if rule.name() != "FilterRule" {
                return Err(S3Error::malformed(
                    "Filter: expected FilterRules in the Key",
                ));
            }
            read_filter_rule(rule, &mut filter)?;
        }
    }
    Ok(filter)
}

fn read_filter_rule(rule: &Element<'_>, filter: &mut Filter) -> Result<(), S3Error> {
    let name = rule
        .child_text("Name")
        .ok_or_else(|| S3Error::malformed("FilterRules: Name is missing: prefix or suffix"))?;
    // White space belongs to a key.
    let value = rule.child("Value").map(Element::text).unwrap_or_default();
    if value.len() > EVENT_FILTER_BYTES_MAX {
        return Err(
            S3Error::invalid_argument("FilterRule.Value", value).message(
                "Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation",
            ),
        );
    }
    let (place, which) = match name.to_ascii_lowercase().as_str() {
        "prefix" => (&mut filter.prefix, "prefix"),
        "suffix" => (&mut filter.suffix, "suffix"),
        _ => {
            return Err(S3Error::invalid_argument("FilterRule.Name", name)
                .message("filter rule name must be either prefix or suffix"));
        }
    };
    match place.replace(value.to_owned()) {
        None => Ok(()),
        Some(_) => Err(
            S3Error::invalid_argument("FilterRule.Name", name).message(format!(
                "Cannot specify more than one {which} rule in a filter."
            )),
        ),
    }
}

fn write(rule: &Rule, target: &'static str, xml: &mut Writer) {
    xml.text("Id", &rule.id);
    xml.text(target, &rule.target.text());
    for event in &rule.events {
        xml.text("Event", event.text());
    }
    let Some(filter) = &rule.filter else {
        return;
    };
    xml.element("Filter", |xml| {
        xml.element("S3Key", |xml| {
            for (name, value) in [("Prefix", &filter.prefix), ("Suffix", &filter.suffix)] {
                let Some(value) = value else { continue };
                xml.element("FilterRule", |xml| {
                    xml.text("Name", name);
                    xml.text("Value", value);
                });
            }
        });
    });
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> S3Error {
    S3Error::new(Code::InvalidArgument).message(message)
}
