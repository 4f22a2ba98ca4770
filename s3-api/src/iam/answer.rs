//! The documents that calls are answered with, and what many of them have in common.

use super::call::Call;
use super::refused::Refused;
use super::table::Action;
use crate::auth::Service;
use crate::date::iso8601_seconds;
use crate::encoding::{Keep, push_percent_encoded};
use crate::response::{Answer, document_bytes};
use crate::xml::writer::{Fragment, Writer};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use identity::iam::Page;
use identity::model::{Seconds, Tag};
use std::time::{Duration, UNIX_EPOCH};

/// What an action gives back: the elements inside its result.
pub(super) type Outcome = Result<Fragment, Refused>;

pub(super) fn namespace(service: Service) -> &'static str {
    match service {
        Service::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
        Service::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
    }
}

/// The whole answer. Actions that give nothing back have no result element.
pub(super) fn document(action: &Action, inside: &Fragment, request_id: &str) -> Answer {
    let mut xml = Writer::in_namespace(action.response, namespace(action.service));
    if let Some(result) = action.result {
        xml.element(result, |xml| xml.insert(inside));
    }
    xml.element("ResponseMetadata", |xml| xml.text("RequestId", request_id));
    let mut answer = document_bytes(StatusCode::OK, xml.finish());
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    answer
}

pub(super) fn nothing() -> Outcome {
    Ok(Fragment::default())
}

pub(super) fn inside(write: impl FnOnce(&mut Writer)) -> Outcome {
    Ok(Writer::fragment(write))
}

/// A list: each item in an element `member`.
pub(super) fn list<T>(
    xml: &mut Writer,
    name: &'static str,
    items: &[T],
    write: impl Fn(&mut Writer, &T),
) {
    xml.element(name, |xml| {
        for item in items {
            xml.element("member", |xml| write(xml, item));
        }
    });
}

pub(super) fn names<T: AsRef<str>>(xml: &mut Writer, name: &'static str, items: &[T]) {
    xml.element(name, |xml| {
        for item in items {
            xml.text("member", item.as_ref());
        }
    });
}

/// A page of a list, and where the next one begins.
pub(super) fn page<T>(
    name: &'static str,
    page: &Page<T>,
    write: impl Fn(&mut Writer, &T),
) -> Outcome {
    inside(|xml| {
        list(xml, name, &page.items, write);
        more(xml, page.marker.as_deref());
    })
}

/// The end of every page.
pub(super) fn more(xml: &mut Writer, marker: Option<&str>) {
    xml.boolean("IsTruncated", marker.is_some());
    if let Some(marker) = marker {
        xml.text("Marker", marker);
    }
}

/// A page of a list so short that it is at hand as a whole; the marker is a place in it.
pub(super) fn cut<T>(call: &Call<'_>, items: Vec<T>) -> Result<Page<T>, Refused> {
    let paging = call.parameters.paging()?;
    let from = match paging.marker {
        Some(marker) => marker
            .parse()
            .map_err(|_| Refused::invalid("Marker", Some(marker), "Member is no marker"))?,
        None => 0,
    };
    let count = paging
        .items_max
        .unwrap_or(identity::limits::PAGE_ITEMS_DEFAULT);
    let end = count.saturating_add(from);
    let marker = (end < items.len()).then(|| end.to_string());
    Ok(Page {
        items: items.into_iter().skip(from).take(count).collect(),
        marker,
    })
}

/// Tags, where there are any.
pub(super) fn tags(xml: &mut Writer, tags: &[Tag]) {
    if !tags.is_empty() {
        list(xml, "Tags", tags, tag);
    }
}

pub(super) fn tag(xml: &mut Writer, tag: &Tag) {
    xml.text("Key", &tag.key);
    xml.text("Value", &tag.value);
}

pub(super) fn boundary(xml: &mut Writer, arn: Option<&str>) {
    let Some(arn) = arn else {
        return;
    };
    xml.element("PermissionsBoundary", |xml| {
        xml.text("PermissionsBoundaryType", "Policy");
        xml.text("PermissionsBoundaryArn", arn);
    });
}

pub(super) fn date(xml: &mut Writer, name: &'static str, seconds: Seconds) {
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    xml.text(name, &iso8601_seconds(time.unwrap_or(UNIX_EPOCH)));
}

/// A policy document, which IAM writes in the percent form.
pub(super) fn document_text(xml: &mut Writer, name: &'static str, text: &str) {
    let mut encoded = Vec::with_capacity(text.len() * 2);
    push_percent_encoded(&mut encoded, text.as_bytes(), Keep::Nothing);
    xml.bytes(name, &encoded);
}
