//! A rule as a document shows it.

use crate::xml::writer::Writer;
use pipeline::lifecycle::{
    And, Expiration, Filter, NoncurrentTransition, Rule, Scope, Status, Transition, TransitionTime,
};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use storage_engine::ids::Timestamp;
use storage_engine::row::Tag;

pub(super) fn rule(rule: &Rule, xml: &mut Writer) {
    xml.element("Rule", |xml| {
        xml.text("ID", &rule.id);
        match &rule.scope {
            Scope::Prefix(prefix) => xml.text("Prefix", prefix),
            Scope::Filter(filter) => xml.element("Filter", |xml| inside_filter(filter, xml)),
        }
        let status = match rule.status {
            Status::Enabled => "Enabled",
            Status::Disabled => "Disabled",
        };
        xml.text("Status", status);
        rule.transitions
            .iter()
            .for_each(|moved| transition(moved, xml));
        if let Some(expiration) = &rule.expiration {
            xml.element("Expiration", |xml| inside_expiration(*expiration, xml));
        }
        let noncurrent = rule.noncurrent_transitions.iter();
        noncurrent.for_each(|moved| noncurrent_transition(moved, xml));
        if let Some(expiration) = &rule.noncurrent_expiration {
            xml.element("NoncurrentVersionExpiration", |xml| {
                noncurrent_time(expiration.days, expiration.kept, xml);
            });
        }
        if let Some(days) = rule.abort_days {
            xml.element("AbortIncompleteMultipartUpload", |xml| {
                xml.number("DaysAfterInitiation", days.into());
            });
        }
    });
}

fn inside_filter(filter: &Filter, xml: &mut Writer) {
    match filter {
        Filter::Everything => {}
        Filter::Prefix(prefix) => xml.text("Prefix", prefix),
        Filter::Tag(one) => tag(one, xml),
        Filter::LargerThan(size) => xml.number("ObjectSizeGreaterThan", *size),
        Filter::SmallerThan(size) => xml.number("ObjectSizeLessThan", *size),
        Filter::And(and) => xml.element("And", |xml| inside_and(and, xml)),
    }
}

fn inside_and(and: &And, xml: &mut Writer) {
    if let Some(prefix) = &and.prefix {
        xml.text("Prefix", prefix);
    }
    and.tags.iter().for_each(|one| tag(one, xml));
    if let Some(size) = and.larger_than {
        xml.number("ObjectSizeGreaterThan", size);
    }
    if let Some(size) = and.smaller_than {
        xml.number("ObjectSizeLessThan", size);
    }
}

fn tag(tag: &Tag, xml: &mut Writer) {
    xml.element("Tag", |xml| {
        xml.text("Key", &tag.key);
        xml.text("Value", &tag.value);
    });
}

fn inside_expiration(expiration: Expiration, xml: &mut Writer) {
    match expiration {
        Expiration::Days(days) => xml.number("Days", days.into()),
        Expiration::Date(date) => xml.time("Date", time(date)),
        Expiration::LoneMarker(goes) => xml.boolean("ExpiredObjectDeleteMarker", goes),
    }
}

fn transition(transition: &Transition, xml: &mut Writer) {
    xml.element("Transition", |xml| {
        match transition.time {
            TransitionTime::Days(days) => xml.number("Days", days.into()),
            TransitionTime::Date(date) => xml.time("Date", time(date)),
        }
        xml.text("StorageClass", transition.class.name());
    });
}

fn noncurrent_transition(transition: &NoncurrentTransition, xml: &mut Writer) {
    xml.element("NoncurrentVersionTransition", |xml| {
        noncurrent_time(transition.days, transition.kept, xml);
        xml.text("StorageClass", transition.class.name());
    });
}

fn noncurrent_time(days: u32, kept: Option<u32>, xml: &mut Writer) {
    xml.number("NoncurrentDays", days.into());
    if let Some(kept) = kept {
        xml.number("NewerNoncurrentVersions", kept.into());
    }
}

fn time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(at.0)
}
