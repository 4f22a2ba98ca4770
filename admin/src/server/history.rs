//! The last hour, for who comes after it was slow.

use super::{Rates, rates};
use crate::call::Call;
use crate::facts::{Counted, Counters};
use crate::limits::{HISTORY_MOMENTS_MAX, HISTORY_STEP_SECONDS};
use crate::refused::Refused;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Means of ten seconds each, the oldest first: an hour of them once the server has run so long.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct HistoryView {
    /// How long each of them is.
    step_seconds: u64,
    items: Vec<Rates>,
}

pub(crate) async fn list(call: &Call<'_>) -> Result<HistoryView, Refused> {
    call.permit(super::WATCHING)?;
    Ok(HistoryView {
        step_seconds: HISTORY_STEP_SECONDS,
        items: call.admin.history.items(),
    })
}

#[derive(Default)]
pub(crate) struct History(Mutex<VecDeque<Rates>>);

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("History(..)")
    }
}

impl History {
    fn items(&self) -> Vec<Rates> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().cloned().collect()
    }

    /// How many answers there were in the last so many seconds, and how many of them failed.
    pub(crate) fn answers(&self, seconds: u64) -> (u64, u64) {
        let moments = usize::try_from(seconds / HISTORY_STEP_SECONDS).unwrap_or(usize::MAX);
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut all, mut failed) = (0.0, 0.0);
        for moment in held.iter().rev().take(moments) {
            let answers = moment.requests_per_second.by_class();
            all += answers.iter().sum::<f64>() * HISTORY_STEP_SECONDS as f64;
            failed += moment.failures_per_second * HISTORY_STEP_SECONDS as f64;
        }
        (whole(all), whole(failed))
    }

    fn add(&self, moment: Rates) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while held.len() >= HISTORY_MOMENTS_MAX {
            held.pop_front();
        }
        held.push_back(moment);
    }

    /// Looks at the counters from now on, until the server stops or nobody has this any more.
    pub(crate) fn begin(
        self: &Arc<Self>,
        counters: Arc<dyn Counters>,
        stopping: watch::Receiver<bool>,
    ) {
        let step = Duration::from_secs(HISTORY_STEP_SECONDS);
        tokio::spawn(keep(Arc::downgrade(self), counters, stopping, step));
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float saturates when it becomes an integer"
)]
fn whole(count: f64) -> u64 {
    count.round() as u64
}

async fn keep(
    history: Weak<History>,
    counters: Arc<dyn Counters>,
    mut stopping: watch::Receiver<bool>,
    step: Duration,
) {
    let mut ticks = interval(step);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    let mut before: (Instant, Counted) = (Instant::now(), counters.counted());
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        let Some(history) = history.upgrade() else {
            return;
        };
        let now = (Instant::now(), counters.counted());
        history.add(rates(&before, &now));
        before = now;
    }
}

#[cfg(test)]
mod tests;
