//! What a declared policy limits those to who have it.

use identity::limits::REQUESTS_PER_SECOND_MAX;
use identity::model::Limits;
use serde::Deserialize;

use super::amount::Bytes;

/// All of them: what is not named is not limited.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LimitsTable {
    storage: Option<Bytes>,
    objects: Option<u64>,
    /// The interface's own spelling is understood too.
    #[serde(alias = "requests_per_second")]
    requests_per_second: Option<u32>,
    #[serde(alias = "largest_object")]
    largest_object: Option<Bytes>,
}

impl LimitsTable {
    pub(super) fn checked(self) -> Result<Limits, String> {
        if let Some(rate) = self.requests_per_second
            && !(1..=REQUESTS_PER_SECOND_MAX).contains(&rate)
        {
            return Err(format!(
                "limits: requests-per-second = {rate}: expected 1 to {REQUESTS_PER_SECOND_MAX}"
            ));
        }
        Ok(Limits {
            storage: self.storage.map(|Bytes(bytes)| bytes),
            objects: self.objects,
            requests_per_second: self.requests_per_second,
            largest_object: self.largest_object.map(|Bytes(bytes)| bytes),
        })
    }
}
