//! A call as the fuzzer reads it: up to the action, which needs a store.

use super::parameters::Parameters;
use super::refused::Refused;
use super::table::find;
use crate::auth::Service;
use crate::query::Query;
use crate::response::Answer;

/// What a call means, in words of ours, or how it is refused.
pub(crate) fn read(query: &str, form: &[u8]) -> Result<String, Box<Answer>> {
    let refuse = |refused: Refused| Box::new(refused.render(Service::Sts, "request"));
    understood(query, form).map_err(refuse)
}

fn understood(query: &str, form: &[u8]) -> Result<String, Refused> {
    let parameters = Parameters::parse(&Query::parse(Some(query))?, form)?;
    let action = find(&parameters, None)?;
    let paging = parameters.paging()?;
    let (markers, items_max) = (paging.marker, paging.items_max);
    let tags = parameters.tags()?;
    let duration = parameters.number("DurationSeconds")?;
    let is_default = parameters.boolean("SetAsDefault")?;
    let plain = ["TagKeys", "ThumbprintList", "ClientIDList"];
    let lists = plain.map(|name| parameters.list(name));
    let lists: Vec<_> = lists.into_iter().collect::<Result<_, _>>()?;
    let policies = parameters.list_of("PolicyArns", "arn")?;
    Ok(format!(
        "{action:?} {markers:?} {items_max:?} {tags:?} {duration:?} {is_default:?} {lists:?} \
         {policies:?} {parameters:?}"
    ))
}
