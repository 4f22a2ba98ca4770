//! GetBucketLifecycleConfiguration: the rules as they were set, and which small objects never
//! move by them.

use super::put_bucket_lifecycle_configuration::describe_minimum;
use super::shared::configuration;
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::Answer;
use pipeline::lifecycle::Configuration;

pub(crate) fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let mut answer = configuration::get::<Configuration>(request)?;
    if let Some(rules) = request.settings_of_bucket()?.lifecycle() {
        describe_minimum(rules.minimum, answer.headers_mut());
    }
    Ok(answer)
}
