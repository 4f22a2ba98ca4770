//! Taking the document apart. What the schema of the document refuses is refused here; `check`
//! looks at what the rules ask for.

use crate::error::{Code, S3Error};
use crate::xml::reader::Element;
use pipeline::lifecycle::{
    And, Configuration, Expiration, Filter, NoncurrentExpiration, NoncurrentTransition, Rule,
    Scope, Status, StorageClass, Transition, TransitionMinimum, TransitionTime,
};
use pipeline::limits::RULES_MAX;
use ring::rand::{SecureRandom, SystemRandom};
use std::str::FromStr;
use storage_engine::ids::Timestamp;
use storage_engine::row::Tag;
use time::format_description::well_known::Iso8601;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time};

const ONE_CONDITION: &str = "Filter: expected one of Prefix, Tag, ObjectSizeGreaterThan, \
                             ObjectSizeLessThan, and And for several of them";
const ONE_TIME: &str = "Expiration: expected one of Days, Date and ExpiredObjectDeleteMarker (true \
                        or false)";

pub(super) fn configuration(root: &Element<'_>) -> Result<Configuration, S3Error> {
    only(root, &["Rule"])?;
    let rules = root.children();
    if rules.is_empty() || rules.len() > RULES_MAX {
        let expected = format!("Rules: expected 1 to {RULES_MAX} of them");
        return Err(S3Error::malformed(expected));
    }
    check_versions_of_scopes(rules)?;
    Ok(Configuration {
        rules: rules.iter().map(rule).collect::<Result<_, _>>()?,
        minimum: TransitionMinimum::default(),
    })
}

/// The first rule decides whether the document is of the older form, with prefixes in the rules,
/// or of the newer, with filters. They do not mix.
fn check_versions_of_scopes(rules: &[Element<'_>]) -> Result<(), S3Error> {
    let has = |rule: &Element<'_>, name| rule.child(name).is_some();
    let is_older = rules.first().is_some_and(|rule| has(rule, "Prefix"));
    let refuse = |message| Err(S3Error::new(Code::InvalidRequest).message(message));
    for rule in rules {
        if is_older && has(rule, "Filter") {
            return refuse("Filter element can only be used in Lifecycle V2.");
        }
        if !is_older && has(rule, "Prefix") {
            return refuse(
                "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported \
                 in the Filter.",
            );
        }
    }
    Ok(())
}

fn rule(rule: &Element<'_>) -> Result<Rule, S3Error> {
    only(
        rule,
        &[
            "ID",
            "Prefix",
            "Filter",
            "Status",
            "Transition",
            "Expiration",
            "NoncurrentVersionTransition",
            "NoncurrentVersionExpiration",
            "AbortIncompleteMultipartUpload",
        ],
    )?;
    let each = |name: &'static str| rule.children().iter().filter(move |e| e.name() == name);
    Ok(Rule {
        id: id(rule)?,
        status: match single(rule, "Status")?.map(|status| status.text().trim()) {
            Some("Enabled") => Status::Enabled,
            Some("Disabled") => Status::Disabled,
            _ => return Err(S3Error::malformed("Status: expected Enabled or Disabled")),
        },
        scope: scope(rule)?,
        expiration: single(rule, "Expiration")?.map(expiration).transpose()?,
        transitions: each("Transition")
            .map(transition)
            .collect::<Result<_, _>>()?,
        noncurrent_expiration: single(rule, "NoncurrentVersionExpiration")?
            .map(noncurrent_expiration)
            .transpose()?,
        noncurrent_transitions: each("NoncurrentVersionTransition")
            .map(noncurrent_transition)
            .collect::<Result<_, _>>()?,
        abort_days: single(rule, "AbortIncompleteMultipartUpload")?
            .map(abort)
            .transpose()?,
    })
}

/// A rule without a name gets one that nobody else has.
fn id(rule: &Element<'_>) -> Result<String, S3Error> {
    match single(rule, "ID")?.map(Element::text) {
        Some(id) if !id.is_empty() => Ok(id.to_owned()),
        _ => {
            let mut bytes = [0; 16];
            let filled = SystemRandom::new().fill(&mut bytes);
            filled.map_err(|_| S3Error::new(Code::InternalError))?;
            Ok(hex::encode(bytes))
        }
    }
}

fn scope(rule: &Element<'_>) -> Result<Scope, S3Error> {
    match (single(rule, "Prefix")?, single(rule, "Filter")?) {
        (Some(prefix), None) => Ok(Scope::Prefix(prefix.text().to_owned())),
        (None, Some(element)) => Ok(Scope::Filter(filter(element)?)),
        _ => Err(S3Error::malformed(
            "Filter: expected one, {} for all objects, and no Prefix beside it",
        )),
    }
}

fn filter(filter: &Element<'_>) -> Result<Filter, S3Error> {
    let condition = match filter.children() {
        [] => return Ok(Filter::Everything),
        [condition] => condition,
        _ => return Err(S3Error::malformed(ONE_CONDITION)),
    };
    match condition.name() {
        "Prefix" => Ok(Filter::Prefix(condition.text().to_owned())),
        "Tag" => Ok(Filter::Tag(tag(condition)?)),
        "ObjectSizeGreaterThan" => Ok(Filter::LargerThan(size(condition)?)),
        "ObjectSizeLessThan" => Ok(Filter::SmallerThan(size(condition)?)),
        "And" => Ok(Filter::And(and(condition)?)),
        _ => Err(S3Error::malformed(ONE_CONDITION)),
    }
}

fn and(and: &Element<'_>) -> Result<And, S3Error> {
    only(
        and,
        &[
            "Prefix",
            "Tag",
            "ObjectSizeGreaterThan",
            "ObjectSizeLessThan",
        ],
    )?;
    if and.children().len() < 2 {
        return Err(S3Error::malformed("And: expected two conditions or more"));
    }
    let tags = and.children().iter().filter(|child| child.name() == "Tag");
    Ok(And {
        prefix: single(and, "Prefix")?.map(|prefix| prefix.text().to_owned()),
        tags: tags.map(tag).collect::<Result<_, _>>()?,
        larger_than: single(and, "ObjectSizeGreaterThan")?
            .map(size)
            .transpose()?,
        smaller_than: single(and, "ObjectSizeLessThan")?.map(size).transpose()?,
    })
}

fn tag(tag: &Element<'_>) -> Result<Tag, S3Error> {
    only(tag, &["Key", "Value"])?;
    let text = |name| {
        let element = required(tag, name)?;
        Ok::<_, S3Error>(element.text().to_owned())
    };
    Ok(Tag {
        key: text("Key")?,
        value: text("Value")?,
    })
}

fn expiration(expiration: &Element<'_>) -> Result<Expiration, S3Error> {
    match expiration.children() {
        [days] if days.name() == "Days" => positive(
            days,
            "'Days' for Expiration action must be a positive integer",
        )
        .map(Expiration::Days),
        [at] if at.name() == "Date" => date(at).map(Expiration::Date),
        [marker] if marker.name() == "ExpiredObjectDeleteMarker" => match marker.text().trim() {
            "true" => Ok(Expiration::LoneMarker(true)),
            "false" => Ok(Expiration::LoneMarker(false)),
            _ => Err(S3Error::malformed(ONE_TIME)),
        },
        _ => Err(S3Error::malformed(ONE_TIME)),
    }
}

fn transition(transition: &Element<'_>) -> Result<Transition, S3Error> {
    only(transition, &["Days", "Date", "StorageClass"])?;
    let time = match (single(transition, "Days")?, single(transition, "Date")?) {
        (Some(days), None) => TransitionTime::Days(not_negative(
            days,
            "'Days' in Transition action must be nonnegative",
        )?),
        (None, Some(at)) => TransitionTime::Date(date(at)?),
        _ => {
            return Err(S3Error::malformed(
                "Transition: expected either Days or Date",
            ));
        }
    };
    Ok(Transition {
        time,
        class: class(transition)?,
    })
}

fn noncurrent_expiration(expiration: &Element<'_>) -> Result<NoncurrentExpiration, S3Error> {
    only(expiration, &["NoncurrentDays", "NewerNoncurrentVersions"])?;
    let days = required(expiration, "NoncurrentDays")?;
    let message = "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive \
                   integer";
    Ok(NoncurrentExpiration {
        days: positive(days, message)?,
        kept: kept(expiration)?,
    })
}

fn noncurrent_transition(transition: &Element<'_>) -> Result<NoncurrentTransition, S3Error> {
    only(
        transition,
        &["NoncurrentDays", "NewerNoncurrentVersions", "StorageClass"],
    )?;
    let days = required(transition, "NoncurrentDays")?;
    let message = "'NoncurrentDays' in NoncurrentVersionTransition action must be nonnegative";
    Ok(NoncurrentTransition {
        days: not_negative(days, message)?,
        kept: kept(transition)?,
        class: class(transition)?,
    })
}

fn abort(abort: &Element<'_>) -> Result<u32, S3Error> {
    only(abort, &["DaysAfterInitiation"])?;
    let days = required(abort, "DaysAfterInitiation")?;
    let message = "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a \
                   positive integer";
    positive(days, message)
}

fn kept(parent: &Element<'_>) -> Result<Option<u32>, S3Error> {
    let message = "'NewerNoncurrentVersions' must be a positive integer";
    let element = single(parent, "NewerNoncurrentVersions")?;
    element
        .map(|element| positive(element, message))
        .transpose()
}

fn class(transition: &Element<'_>) -> Result<StorageClass, S3Error> {
    let name = required(transition, "StorageClass")?;
    let class = StorageClass::named(name.text().trim());
    class.ok_or_else(|| S3Error::malformed("StorageClass: there is no such storage class"))
}

fn positive(element: &Element<'_>, message: &'static str) -> Result<u32, S3Error> {
    match not_negative(element, message)? {
        0 => Err(S3Error::new(Code::InvalidArgument).message(message)),
        number => Ok(number),
    }
}

/// A number of the schema's: 32 bits with a sign.
fn not_negative(element: &Element<'_>, message: &'static str) -> Result<u32, S3Error> {
    let number: i32 = whole(element)?;
    u32::try_from(number).map_err(|_| S3Error::new(Code::InvalidArgument).message(message))
}

fn size(element: &Element<'_>) -> Result<u64, S3Error> {
    let number: i64 = whole(element)?;
    u64::try_from(number).map_err(|_| {
        S3Error::new(Code::InvalidRequest)
            .message(format!("'{}' must be nonnegative", element.name()))
    })
}

/// A date, with or without a time of day, which must be midnight.
fn date(element: &Element<'_>) -> Result<Timestamp, S3Error> {
    let text = element.text().trim();
    let with_zone = || OffsetDateTime::parse(text, &Iso8601::DEFAULT).ok();
    let with_time = || {
        let local = PrimitiveDateTime::parse(text, &Iso8601::DEFAULT).ok()?;
        Some(local.assume_utc())
    };
    let alone = || {
        let date = Date::parse(text, &Iso8601::DEFAULT).ok()?;
        Some(date.with_time(Time::MIDNIGHT).assume_utc())
    };
    let at = with_zone().or_else(with_time).or_else(alone);
    let nanoseconds = at.ok_or_else(no_date)?.unix_timestamp_nanos();
    let day = 24 * 3600 * 1_000_000_000;
    let milliseconds = u64::try_from(nanoseconds / 1_000_000).map_err(|_| no_date())?;
    match nanoseconds % day {
        0 => Ok(Timestamp(milliseconds)),
        _ => Err(S3Error::new(Code::InvalidArgument).message("'Date' must be at midnight GMT")),
    }
}

/// The one child of that name, if there is one.
fn single<'e, 'x>(
    parent: &'e Element<'x>,
    name: &'static str,
) -> Result<Option<&'e Element<'x>>, S3Error> {
    let mut found = parent
        .children()
        .iter()
        .filter(|child| child.name() == name);
    match (found.next(), found.next()) {
        (one, None) => Ok(one),
        _ => Err(S3Error::malformed(format!("{name}: expected once"))),
    }
}

fn required<'e, 'x>(
    parent: &'e Element<'x>,
    name: &'static str,
) -> Result<&'e Element<'x>, S3Error> {
    single(parent, name)?.ok_or_else(|| {
        let parent = parent.name();
        S3Error::malformed(format!("{parent}: {name} is missing"))
    })
}

fn whole<N: FromStr>(element: &Element<'_>) -> Result<N, S3Error> {
    let number = element.text().trim().parse();
    number.map_err(|_| S3Error::malformed(format!("{}: expected a whole number", element.name())))
}

fn no_date() -> S3Error {
    S3Error::malformed("Date: expected one such as 2030-01-31")
}

fn only(parent: &Element<'_>, names: &[&str]) -> Result<(), S3Error> {
    let mut children = parent.children().iter();
    match children.find(|child| !names.contains(&child.name())) {
        None => Ok(()),
        Some(unknown) => Err(S3Error::malformed(format!(
            "{}: there is no {} in it",
            parent.name(),
            unknown.name()
        ))),
    }
}
