//! HeadObject: everything GetObject answers, except the bytes.

use super::get_object;
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::Answer;

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let found = request.engine().head(get_object::target(request)?).await;
    let info = found.map_err(|error| request.refusal(error))?;
    let (answer, _) = get_object::head(request, &info).await?;
    Ok(answer)
}
