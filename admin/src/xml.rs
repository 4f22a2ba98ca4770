//! Documents of S3 as small trees, read and written.

use crate::limits::{DOCUMENT_DEPTH_MAX, S3_ANSWER_ELEMENTS_MAX};
use crate::refused::Refused;
use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};

/// The namespace of every document.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// The value of `xsi:type`, the one attribute that means something.
    pub(crate) kind: Option<String>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn of_text(name: &str, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::new(name)
        }
    }

    pub(crate) fn with(mut self, child: Element) -> Self {
        self.children.push(child);
        self
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of a child; empty where there is none.
    pub(crate) fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| &child.text)
    }

    pub(crate) fn number_of(&self, name: &str) -> u64 {
        self.text_of(name).parse().unwrap_or_default()
    }

    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.text_of(name) == "true"
    }

    /// The whole document.
    pub(crate) fn document(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        self.write(&mut out, true);
        out
    }

    fn write(&self, out: &mut String, is_root: bool) {
        out.push('<');
        out.push_str(&self.name);
        if is_root {
            out.push_str(&format!(" xmlns=\"{NAMESPACE}\""));
        }
        if let Some(kind) = &self.kind {
            let kind = escape(kind.as_str());
            out.push_str(&format!(" xmlns:xsi=\"{INSTANCE}\" xsi:type=\"{kind}\""));
        }
        out.push('>');
        out.push_str(&escape(self.text.as_str()));
        for child in &self.children {
            child.write(out, false);
        }
        out.push_str(&format!("</{}>", self.name));
    }
}

/// Reads what S3 has answered.
pub(crate) fn parse(text: &[u8]) -> Result<Element, Refused> {
    read(text).map_err(|what| Refused::failure("a document of S3", &what))
}

fn read(text: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    let mut count = 0;
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match event {
            Event::Start(start) => {
                count += 1;
                if open.len() > DOCUMENT_DEPTH_MAX || count > S3_ANSWER_ELEMENTS_MAX {
                    return Err("it is too large".into());
                }
                open.push(begin(&start)?);
            }
            Event::Empty(start) => {
                let element = begin(&start)?;
                close(&mut open, element)?;
            }
            Event::End(_) => {
                let element = open.pop().ok_or("it ends twice")?;
                close(&mut open, element)?;
            }
            Event::Text(text) => {
                top(&mut open)?.text.push_str(&text.into_inner());
            }
            Event::GeneralRef(name) => {
                let name = name.into_inner();
                let reference = format!("&{name};");
                let shown = match &*name {
                    // S3 says so of a name that has one, though XML knows no such sign.
                    "#x0" => "\0".into(),
                    _ => quick_xml::escape::unescape(&reference).map_err(|it| it.to_string())?,
                };
                top(&mut open)?.text.push_str(&shown);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let mut root = open.pop().ok_or("it is empty")?;
    if !open.is_empty() {
        return Err("it ends early".into());
    }
    root.children.pop().ok_or_else(|| "it is empty".into())
}

fn begin(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element::new(start.local_name().as_ref());
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attribute.key.local_name().as_ref() == "type" {
            element.kind = Some(attribute.value.into_owned());
        }
    }
    Ok(element)
}

fn top(open: &mut [Element]) -> Result<&mut Element, String> {
    open.last_mut().ok_or_else(|| "it ends twice".into())
}

fn close(open: &mut [Element], mut element: Element) -> Result<(), String> {
    // What stands between elements is nothing but their layout.
    if !element.children.is_empty() {
        element.text.clear();
    }
    top(open)?.children.push(element);
    Ok(())
}

#[cfg(test)]
mod tests;
