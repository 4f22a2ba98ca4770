//! Events: what waits for webhooks, what was given up, and giving that another chance or throwing it
//! away.

use crate::call::Call;
use crate::page;
use crate::refused::Refused;
use crate::time::shown_milliseconds;
use pipeline::events::{DeadLetter, Trouble, Waiting, letter_page, waiting};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventsQuery {
    /// Only what was for this webhook.
    webhook: Option<String>,
    /// Items of the page, 1 to 1,000; 100 unless given.
    limit: Option<u32>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
}

/// What is still to be told, and what could not be.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EventsView {
    webhooks: Vec<WebhookView>,
    /// What was given up: by webhook, the oldest first.
    items: Vec<DeadLetterView>,
    /// The `cursor` of the next page; null at the end.
    next: Option<String>,
}

/// The queue of a webhook. Counts end at a million.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookView {
    pub(crate) name: String,
    /// The server has such a webhook. Of one it has no more, what waits is given up after a day.
    is_configured: bool,
    pub(crate) waiting: u64,
    /// When the event that has waited longest happened.
    pub(crate) waiting_since: Option<String>,
    pub(crate) given_up: u64,
    #[serde(skip)]
    waiting_since_milliseconds: Option<u64>,
    /// Why events do not get through; null where they do, and until the first one after a start
    /// was tried.
    trouble: Option<TroubleView>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TroubleView {
    reason: String,
    /// When it was tried the last time.
    at: String,
    /// When it is tried again at the earliest.
    again: String,
}

impl From<Trouble> for TroubleView {
    fn from(trouble: Trouble) -> Self {
        Self {
            reason: trouble.reason,
            at: shown_milliseconds(trouble.at.0),
            again: shown_milliseconds(trouble.again.0),
        }
    }
}

/// An event that was given up.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DeadLetterView {
    webhook: String,
    id: String,
    /// `ObjectCreated:Put`; empty, like bucket and reason, of a note that cannot be read.
    event: String,
    bucket: String,
    key: String,
    /// Null where the bucket kept no versions.
    version: Option<String>,
    at: String,
    /// How often it was tried in vain; null where nobody has counted.
    attempts: Option<u32>,
    last_error: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Retried {
    retried: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EventsDeleted {
    deleted: usize,
}

pub(crate) async fn list(call: &Call<'_>, query: EventsQuery) -> Result<EventsView, Refused> {
    call.permit("cairn:ReadEvents")?;
    let limit = page::limit(query.limit)? as usize;
    let after = query.cursor.as_deref().map(page::place_of).transpose()?;
    let engine = &call.admin.engine;
    let letters = letter_page(engine, query.webhook.as_deref(), after, limit).await?;
    Ok(EventsView {
        webhooks: webhooks(call).await?,
        items: letters.letters.iter().map(DeadLetterView::of).collect(),
        next: letters.next.as_ref().map(page::cursor_of),
    })
}

pub(crate) async fn retry(call: &Call<'_>) -> Result<Retried, Refused> {
    call.permit("cairn:RetryEvents")?;
    let name = known(call).await?;
    let retried = call.admin.delivery.retry(Some(name)).await?;
    Ok(Retried { retried })
}

/// What waits stays, and is told.
pub(crate) async fn delete(call: &Call<'_>) -> Result<EventsDeleted, Refused> {
    call.permit("cairn:DeleteEvents")?;
    let name = known(call).await?;
    let deleted = call.admin.delivery.discard(name).await?;
    Ok(EventsDeleted { deleted })
}

/// The webhook that the path names: the server's, or one that something is left of.
async fn known<'a>(call: &'a Call<'_>) -> Result<&'a str, Refused> {
    let name = call.path(0);
    let mut known = webhooks(call).await?.into_iter();
    match known.any(|webhook| webhook.name == name) {
        true => Ok(name),
        false => {
            let message = "There is no such webhook, and no event for one of this name.";
            Err(Refused::not_found("NoSuchWebhook", message))
        }
    }
}

/// Those of the server, and those that something is left of.
pub(crate) async fn webhooks(call: &Call<'_>) -> Result<Vec<WebhookView>, Refused> {
    let configured = call.admin.delivery.targets();
    let mut troubles = call.admin.delivery.troubles();
    let mut queues = waiting(&call.admin.engine).await?;
    for name in &configured {
        if !queues.iter().any(|queue| queue.target == *name) {
            queues.push(Waiting {
                target: name.clone(),
                events: 0,
                oldest: None,
                given_up: 0,
            });
        }
    }
    queues.sort_by(|a, b| a.target.cmp(&b.target));
    let shown = queues.into_iter().map(|queue| WebhookView {
        is_configured: configured.contains(&queue.target),
        trouble: troubles.remove(&queue.target).map(TroubleView::from),
        name: queue.target,
        waiting: queue.events,
        waiting_since: queue.oldest.map(|oldest| shown_milliseconds(oldest.0)),
        waiting_since_milliseconds: queue.oldest.map(|oldest| oldest.0),
        given_up: queue.given_up,
    });
    Ok(shown.collect())
}

impl WebhookView {
    /// Whether an event has waited since this second, or longer.
    pub(crate) fn has_waited_since(&self, second: u64) -> bool {
        let since = self.waiting_since_milliseconds;
        self.waiting > 0 && since.is_some_and(|since| since / 1000 <= second)
    }
}

impl DeadLetterView {
    fn of(letter: &DeadLetter) -> Self {
        Self {
            webhook: letter.target.clone(),
            id: format!("{}-{}", letter.id.sequence, letter.id.number),
            event: letter.event.to_owned(),
            bucket: letter.bucket.clone(),
            key: String::from_utf8_lossy(&letter.key).into_owned(),
            version: letter.version.map(|version| version.to_string()),
            at: shown_milliseconds(letter.at.0),
            attempts: (letter.tries > 0).then_some(letter.tries),
            last_error: letter.reason.clone(),
        }
    }
}
