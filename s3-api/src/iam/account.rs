//! The account as a whole.

use super::answer::{Outcome, inside};
use super::call::Call;

pub(super) async fn summary(call: &Call<'_>) -> Outcome {
    let entries = call.iam().account_summary();
    inside(|xml| {
        xml.element("SummaryMap", |xml| {
            for (key, value) in entries {
                xml.element("entry", |xml| {
                    xml.text("key", key);
                    xml.number("value", value as u64);
                });
            }
        });
    })
}
