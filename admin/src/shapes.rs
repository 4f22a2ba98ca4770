//! Configurations of buckets: JSON in the shape of Amazon's command line on one side, S3's documents
//! on the other, and one table between them.
//!
//! A shape says of each element what it is called in JSON, whether it is text, a number, a
//! boolean or has elements of its own, and whether there may be several. What no shape has is
//! refused on the way in and left out on the way out.

mod table;

use crate::limits::DOCUMENT_DEPTH_MAX;
use crate::refused::Refused;
use crate::xml::Element;
use serde_json::{Map, Number, Value};
pub(crate) use table::{Form, KINDS, Kind, Removal};

#[derive(Debug)]
pub(crate) enum Shape {
    Text,
    Number,
    Boolean,
    /// In order: S3 minds it in some documents.
    Fields(&'static [Field]),
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) element: &'static str,
    pub(crate) json: &'static str,
    pub(crate) many: Many,
    pub(crate) shape: &'static Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Many {
    One,
    /// An array in JSON; elements beside each other in the document.
    Beside,
    /// An array in JSON; elements of this name inside of one.
    Inside(&'static str),
    /// The attribute `xsi:type`.
    Attribute,
}

/// What S3 has answered, as JSON.
pub(crate) fn to_json(element: &Element, shape: &Shape) -> Value {
    match shape {
        Shape::Text => element.text.clone().into(),
        Shape::Number => {
            let number = element.text.trim().parse::<u64>().ok();
            number.map_or_else(|| element.text.clone().into(), Value::from)
        }
        Shape::Boolean => (element.text.trim() == "true").into(),
        Shape::Fields(fields) => {
            let mut object = Map::new();
            for field in *fields {
                if let Some(value) = field_to_json(element, field) {
                    object.insert(field.json.into(), value);
                }
            }
            object.into()
        }
    }
}

fn field_to_json(element: &Element, field: &Field) -> Option<Value> {
    let all = |inside: &Element, name: &str| -> Value {
        let items = inside.all(name).map(|item| to_json(item, field.shape));
        Value::Array(items.collect())
    };
    match field.many {
        Many::One => element
            .child(field.element)
            .map(|child| to_json(child, field.shape)),
        Many::Beside => {
            let items = all(element, field.element);
            items
                .as_array()
                .is_some_and(|items| !items.is_empty())
                .then_some(items)
        }
        Many::Inside(name) => element.child(field.element).map(|child| all(child, name)),
        Many::Attribute => element.kind.clone().map(Value::from),
    }
}

/// What a client sends, as a document for S3.
pub(crate) fn to_element(name: &str, value: &Value, shape: &Shape) -> Result<Element, Refused> {
    Reading { path: Vec::new() }.element(name, value, shape)
}

/// Where in the JSON something is wrong.
struct Reading {
    path: Vec<String>,
}

impl Reading {
    fn element(&mut self, name: &str, value: &Value, shape: &Shape) -> Result<Element, Refused> {
        let text = match (shape, value) {
            (Shape::Fields(fields), Value::Object(object)) => {
                return self.fields(name, object, fields);
            }
            (Shape::Text, Value::String(text)) => text.clone(),
            // Dates and codes are text to S3, but some write `404`.
            (Shape::Text, Value::Number(number)) => number.to_string(),
            (Shape::Number, Value::Number(number)) if Number::is_u64(number) => number.to_string(),
            (Shape::Boolean, Value::Bool(is)) => is.to_string(),
            (Shape::Fields(_), _) => return Err(self.wrong("an object")),
            (Shape::Text, _) => return Err(self.wrong("a string")),
            (Shape::Number, _) => return Err(self.wrong("a whole number")),
            (Shape::Boolean, _) => return Err(self.wrong("true or false")),
        };
        Ok(Element::of_text(name, text))
    }

    fn fields(
        &mut self,
        name: &str,
        object: &Map<String, Value>,
        fields: &[Field],
    ) -> Result<Element, Refused> {
        let unknown = object
            .keys()
            .find(|key| fields.iter().all(|field| field.json != **key));
        if let Some(unknown) = unknown {
            self.path.push(unknown.clone());
            let known: Vec<&str> = fields.iter().map(|field| field.json).collect();
            return Err(self.refuse(format!(
                "There is no such field. Known: {}.",
                known.join(", ")
            )));
        }
        if self.path.len() > DOCUMENT_DEPTH_MAX * 2 {
            return Err(self.refuse("It is nested too deeply.".into()));
        }
        let mut element = Element::new(name);
        for field in fields {
            let Some(value) = object.get(field.json).filter(|value| !value.is_null()) else {
                continue;
            };
            self.path.push(field.json.to_owned());
            self.field(&mut element, field, value)?;
            self.path.pop();
        }
        Ok(element)
    }

    fn field(&mut self, into: &mut Element, field: &Field, value: &Value) -> Result<(), Refused> {
        match field.many {
            Many::One => {
                let child = self.element(field.element, value, field.shape)?;
                into.children.push(child);
            }
            Many::Beside => {
                let items = self.items(field.element, value, field.shape)?;
                into.children.extend(items);
            }
            Many::Inside(name) => {
                let mut list = Element::new(field.element);
                list.children = self.items(name, value, field.shape)?;
                into.children.push(list);
            }
            Many::Attribute => {
                let kind = value.as_str().ok_or_else(|| self.wrong("a string"))?;
                into.kind = Some(kind.to_owned());
            }
        }
        Ok(())
    }

    fn items(&mut self, name: &str, value: &Value, shape: &Shape) -> Result<Vec<Element>, Refused> {
        let items = value.as_array().ok_or_else(|| self.wrong("an array"))?;
        let mut elements = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            self.path.push(at.to_string());
            elements.push(self.element(name, item, shape)?);
            self.path.pop();
        }
        Ok(elements)
    }

    fn wrong(&self, expected: &str) -> Refused {
        self.refuse(format!("It has to be {expected}."))
    }

    fn refuse(&self, message: String) -> Refused {
        Refused::field(self.path.join("."), message)
    }
}

#[cfg(test)]
mod tests;
