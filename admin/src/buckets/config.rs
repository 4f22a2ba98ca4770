//! Configurations of buckets. What each looks like stands in the table of shapes.

use crate::answer::Nothing;
use crate::call::Call;
use crate::refused::Refused;
use crate::s3::Ask;
use crate::shapes::{self, Form, KINDS, Kind, Removal};
use crate::xml::{self, Element};
use http::{Method, StatusCode};
use serde_json::Value;

pub(crate) async fn get(call: &Call<'_>) -> Result<Value, Refused> {
    let kind = kind(call)?;
    let answered = ask(call, kind, Method::GET).send(call).await?;
    match kind.form {
        Form::Xml(shape) => Ok(shapes::to_json(&xml::parse(&answered.body)?, shape)),
        Form::Json => serde_json::from_slice(&answered.body)
            .map_err(|error| Refused::failure("a document of S3", &error)),
    }
}

pub(crate) async fn set(call: &Call<'_>, value: Value) -> Result<Nothing, Refused> {
    let kind = kind(call)?;
    let ask = ask(call, kind, Method::PUT);
    let ask = match kind.form {
        Form::Xml(shape) => ask.document(&shapes::to_element(kind.root, &value, shape)?),
        Form::Json => ask.text(value.to_string()),
    };
    ask.send(call).await?;
    Ok(Nothing {})
}

pub(crate) async fn delete(call: &Call<'_>) -> Result<Nothing, Refused> {
    let kind = kind(call)?;
    let ask = match kind.removal {
        Removal::Delete => ask(call, kind, Method::DELETE),
        Removal::Empty => ask(call, kind, Method::PUT).document(&Element::new(kind.root)),
        Removal::Never => {
            return Err(Refused::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "MethodNotAllowed",
                "A bucket always has this configuration; set another one.",
            ));
        }
    };
    ask.send(call).await?;
    Ok(Nothing {})
}

/// Whether a document could be a configuration of that kind: what its shape does not have is told.
/// What a bucket would say to it is only known when it is set.
pub fn check(kind: &str, value: &Value) -> Result<(), String> {
    let kind = named(kind).map_err(|refused| refused.message)?;
    let Form::Xml(shape) = kind.form else {
        return Ok(());
    };
    let made = shapes::to_element(kind.root, value, shape);
    made.map(|_| ()).map_err(|refused| match refused.field {
        Some(field) if !field.is_empty() => format!("{field}: {}", refused.message),
        _ => refused.message,
    })
}

fn ask(call: &Call<'_>, kind: &Kind, method: Method) -> Ask {
    Ask::bucket(method, call.path(0)).about(kind.query)
}

fn kind(call: &Call<'_>) -> Result<&'static Kind, Refused> {
    named(call.path(1))
}

fn named(asked: &str) -> Result<&'static Kind, Refused> {
    let found = KINDS.iter().find(|kind| kind.name == asked);
    found.ok_or_else(|| {
        let known: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let message = format!(
            "There is no such configuration. Known: {}.",
            known.join(", ")
        );
        Refused::not_found("NoSuchConfiguration", message)
    })
}
