//! Notes for those who want to be told of a change, to go along with it into the engine.

use crate::client::Client;
use crate::ops::post_object::Wish;
use crate::request::Permitted;
use identity::Caller;
use pipeline::events::{self, EventName, Origin};
use storage_engine::Notes;

/// What a delete may turn out to be.
pub(crate) const REMOVALS: [EventName; 2] = [EventName::RemovedDelete, EventName::RemovedMarker];

/// For a change of a key that may turn out to be any of these. Costs next to nothing where nobody
/// wants to be told.
pub(crate) fn notes(request: &Permitted<'_>, key: &[u8], may_be: &[EventName]) -> Notes {
    let Ok(bucket) = request.settings_of_bucket() else {
        return Notes::none();
    };
    let Some(configuration) = &bucket.notifications else {
        return Notes::none();
    };
    events::notes(configuration, key, may_be, || Origin {
        bucket: bucket.row.name.clone(),
        bucket_owner: bucket.row.owner.clone(),
        principal: principal(request.caller()),
        address: address(request),
        request_id: request.request_id().to_owned(),
        host_id: request.settings().host_id.clone(),
    })
}

/// For a body that comes with the request, which may be a form.
pub(crate) fn of_upload(request: &Permitted<'_>) -> Notes {
    let created = match request.extension::<Wish>() {
        Some(_) => EventName::CreatedPost,
        None => EventName::CreatedPut,
    };
    notes(request, &request.key(), &[created])
}

/// Users and sessions by their ids, accounts by the ids that own what they make.
pub(crate) fn principal(caller: &Caller) -> String {
    if caller.is_anonymous() {
        return "Anonymous".to_owned();
    }
    let (own, account) = (caller.unique_id(), &caller.account().id);
    match own.is_empty() || own == account {
        true => account.clone(),
        false => format!("AWS:{own}"),
    }
}

fn address(request: &Permitted<'_>) -> String {
    let client = request.extension::<Client>();
    client.map_or_else(String::new, |client| client.address.to_string())
}
