//! Reads a request document into a small tree.
//!
//! The input is bounded before it comes here, the tree by [`DOCUMENT_ELEMENTS_MAX`] and
//! [`DOCUMENT_DEPTH_MAX`]. Document types are refused and only the five predefined entities and
//! character references are known, so nothing expands.

use crate::limits::{DOCUMENT_DEPTH_MAX, DOCUMENT_ELEMENTS_MAX};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;

/// An element: its name without prefix, the text directly inside it, and its children in order.
/// Attributes are not kept: no S3 request document gives them a meaning.
#[derive(Debug, Default)]
pub(crate) struct Element<'a> {
    name: Cow<'a, str>,
    text: Cow<'a, str>,
    children: Vec<Element<'a>>,
}

impl<'a> Element<'a> {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn children(&self) -> &[Element<'a>] {
        &self.children
    }

    /// The first child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element<'a>> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text as it stands.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The first child's text without the white space around it.
    pub(crate) fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim())
    }
}

/// Why a document was refused. The caller answers `MalformedXML` to all of them.
#[derive(Debug, thiserror::Error)]
pub(crate) enum XmlError {
    #[error("not utf-8")]
    NotUtf8,
    #[error("not well-formed: {0}")]
    Syntax(#[from] quick_xml::Error),
    #[error("no root element")]
    Empty,
    #[error("something follows the root element")]
    Trailing,
    #[error("a document type is not allowed")]
    DocumentType,
    #[error("unknown entity `{0}`")]
    UnknownEntity(String),
    #[error("more than {DOCUMENT_ELEMENTS_MAX} elements")]
    TooManyElements,
    #[error("nested deeper than {DOCUMENT_DEPTH_MAX}")]
    TooDeep,
}

/// Parses a whole document.
pub(crate) fn parse(document: &[u8]) -> Result<Element<'_>, XmlError> {
    let text = std::str::from_utf8(document).map_err(|_| XmlError::NotUtf8)?;
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut tree = Tree::default();
    loop {
        match reader.read_event()? {
            Event::Start(start) => tree.open(&start)?,
            Event::Empty(start) => {
                tree.open(&start)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.append(text.into_inner())?,
            Event::CData(text) => tree.append(text.into_inner())?,
            Event::GeneralRef(entity) => tree.append(resolve(&entity)?)?,
            Event::DocType(_) => return Err(XmlError::DocumentType),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => return tree.finish(),
        }
    }
}

/// What is open, outermost first, and the root once it is closed.
#[derive(Default)]
struct Tree<'a> {
    open: Vec<Element<'a>>,
    root: Option<Element<'a>>,
    elements: usize,
}

impl<'a> Tree<'a> {
    fn open(&mut self, start: &BytesStart<'a>) -> Result<(), XmlError> {
        if self.root.is_some() {
            return Err(XmlError::Trailing);
        }
        if self.open.len() == DOCUMENT_DEPTH_MAX {
            return Err(XmlError::TooDeep);
        }
        self.elements += 1;
        if self.elements > DOCUMENT_ELEMENTS_MAX {
            return Err(XmlError::TooManyElements);
        }
        let name = Cow::Owned(start.local_name().as_ref().to_owned());
        self.open.push(Element {
            name,
            ..Element::default()
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlError> {
        // The reader has matched the tags; an end without a start never gets here.
        let element = self.open.pop().ok_or(XmlError::Trailing)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn append(&mut self, text: Cow<'a, str>) -> Result<(), XmlError> {
        match self.open.last_mut() {
            Some(element) if element.text.is_empty() => element.text = text,
            Some(element) => element.text.to_mut().push_str(&text),
            None if text.trim().is_empty() => {}
            None => return Err(XmlError::Trailing),
        }
        Ok(())
    }

    fn finish(self) -> Result<Element<'a>, XmlError> {
        if !self.open.is_empty() {
            return Err(XmlError::Empty);
        }
        self.root.ok_or(XmlError::Empty)
    }
}

fn resolve<'a>(entity: &BytesRef<'a>) -> Result<Cow<'a, str>, XmlError> {
    if let Some(character) = entity.resolve_char_ref()? {
        return Ok(Cow::Owned(character.to_string()));
    }
    let name = entity.borrow().into_inner().into_owned();
    quick_xml::escape::resolve_predefined_entity(&name)
        .map(Cow::Borrowed)
        .ok_or(XmlError::UnknownEntity(name))
}

#[cfg(test)]
mod tests;
