//! Configurations of buckets. What each looks like stands in the table of shapes.

use crate::answer::Nothing;
use crate::call::Call;
use crate::condition;
use crate::kms;
use crate::locks::Held;
use crate::refused::Refused;
use crate::s3::{Answered, Ask};
use crate::shapes::{self, Form, KINDS, Kind, Removal};
use crate::xml::{self, Element};
use http::{Method, StatusCode};
use s3_api::S3Error;
use s3_api::kms::{KeyId, Kms, KmsError};
use serde_json::Value;

/// Webhooks have been told already.
const SKIP: &str = "x-amz-skip-destination-validation";

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
    let text = match kind.form {
        Form::Xml(shape) => shapes::to_element(kind.root, &value, shape)?.document(),
        Form::Json => value.to_string(),
    };
    ask(call, kind, Method::PUT).permitted(call).await?;
    if kind.name == "encryption" {
        check_keys(call, &value).await?;
    }
    match change(call, kind, text).await {
        Ok(_) => Ok(Nothing {}),
        // Of XML nobody has spoken here.
        Err(refused) if refused.code == "MalformedXML" => {
            let wrong = wrong(kind, call.path(0), &value)?;
            Err(wrong.unwrap_or(refused))
        }
        Err(refused) => Err(refused),
    }
}

/// What waits for others is done before anybody is kept waiting: webhooks are told that they will
/// be told, which S3 does when it stores whom to tell.
async fn change(call: &Call<'_>, kind: &Kind, text: String) -> Result<Answered, Refused> {
    let put = || ask(call, kind, Method::PUT).text(text.clone());
    let tells = kind.name == "notification";
    if tells {
        put().try_out(call).await?;
    }
    let _held = hold(call, kind).await?;
    match tells {
        true => put().header(SKIP, "true").send(call).await,
        false => put().send(call).await,
    }
}

async fn hold(call: &Call<'_>, kind: &Kind) -> Result<Held, Refused> {
    condition::hold(call, &format!("{}/{}", call.path(0), kind.name)).await
}

/// S3 takes a key that is not there, as Amazon does, and refuses each object from then on. Whoever
/// sets one here wants to know at once; it has to be somebody who may set one.
async fn check_keys(call: &Call<'_>, value: &Value) -> Result<(), Refused> {
    let rules = value["Rules"].as_array().into_iter().flatten();
    for (at, rule) in rules.enumerate() {
        let named = rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"].as_str();
        let Some(Ok(id)) = named.map(KeyId::parse) else {
            continue;
        };
        if id.is_made_at_need() {
            continue;
        }
        match call.admin.keys.describe(&id).await {
            Ok(_) => continue,
            Err(KmsError::NoSuchKey(_)) => {}
            Err(error) => return Err(kms::refusal(error)),
        }
        let field = format!("Rules.{at}.ApplyServerSideEncryptionByDefault.KMSMasterKeyID");
        return Err(Refused {
            field: Some(field),
            ..Refused::new(
                StatusCode::BAD_REQUEST,
                "KMS.NotFoundException",
                format!("There is no key {}: make it first.", id.name()),
            )
        });
    }
    Ok(())
}

pub(crate) async fn delete(call: &Call<'_>) -> Result<Nothing, Refused> {
    let kind = kind(call)?;
    let (method, text) = match kind.removal {
        Removal::Delete => (Method::DELETE, None),
        Removal::Empty => (Method::PUT, Some(Element::new(kind.root).document())),
        Removal::Never => {
            return Err(Refused::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "MethodNotAllowed",
                "A bucket always has this configuration; set another one.",
            ));
        }
    };
    ask(call, kind, method.clone()).permitted(call).await?;
    let _held = hold(call, kind).await?;
    let ask = ask(call, kind, method);
    let ask = match text {
        Some(text) => ask.text(text),
        None => ask,
    };
    ask.send(call).await?;
    Ok(Nothing {})
}

/// Whether a document could be a configuration of that kind: what its shape does not have, and what
/// S3 would not take, is told with its field. What depends on the bucket, or on what else there is,
/// is only known when it is set.
pub fn check(bucket: &str, kind: &str, value: &Value) -> Result<(), String> {
    let wrong = named(kind).and_then(|kind| wrong(kind, bucket, value));
    match wrong.unwrap_or_else(Some) {
        None => Ok(()),
        Some(Refused { field, message, .. }) => Err(match field {
            Some(field) if !field.is_empty() => format!("{field}: {message}"),
            _ => message,
        }),
    }
}

/// What S3 would say to a document, in more words than it has for its clients.
fn wrong(kind: &Kind, bucket: &str, value: &Value) -> Result<Option<Refused>, Refused> {
    let read = |value: &Value| -> Result<Result<(), S3Error>, Refused> {
        let text = match kind.form {
            Form::Xml(shape) => shapes::to_element(kind.root, value, shape)?.document(),
            Form::Json => value.to_string(),
        };
        Ok(s3_api::check_configuration(
            kind.query,
            bucket,
            text.as_bytes(),
        ))
    };
    let Err(error) = read(value)? else {
        return Ok(None);
    };
    // The first of several rules that is wrong by itself as well.
    for (list, items) in lists(value) {
        for (at, item) in items.iter().enumerate() {
            let mut alone = value.clone();
            alone[list] = Value::Array(vec![item.clone()]);
            if let Err(error) = read(&alone)? {
                return Ok(Some(refused(&format!("{list}.{at}"), &error)));
            }
        }
    }
    Ok(Some(refused("", &error)))
}

/// Lists of objects that a document has at its top.
fn lists(value: &Value) -> impl Iterator<Item = (&str, &Vec<Value>)> {
    let fields = value.as_object().into_iter().flatten();
    let lists = fields.filter_map(|(name, value)| Some((name.as_str(), value.as_array()?)));
    lists.filter(|(_, items)| items.iter().all(Value::is_object))
}

fn refused(field: &str, error: &S3Error) -> Refused {
    Refused {
        code: error.code().name().into(),
        field: (!field.is_empty()).then(|| field.to_owned()),
        ..Refused::new(StatusCode::BAD_REQUEST, "", error.plain())
    }
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
