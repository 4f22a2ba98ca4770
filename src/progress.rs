//! How far a long command has come, on standard error.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use storage_engine::{Unit, Work};

use crate::manage::text::counted;
use crate::signals::Signals;

/// On a terminal the line is renewed this often, elsewhere a new one is written now and then.
const TERMINAL_INTERVAL: Duration = Duration::from_millis(200);
const LOG_INTERVAL: Duration = Duration::from_secs(10);
/// Of the bar, in columns.
const BAR_COLUMNS: u64 = 20;

/// Shows work with its rate and the time left, and notices when somebody wants it to end.
#[derive(Debug)]
pub(crate) struct Progress {
    terminal: bool,
    shown: Option<Instant>,
    /// What is being done, since when, and how much was done then.
    task: Option<(&'static str, Instant, u64)>,
    interrupted: Arc<AtomicBool>,
}

impl Progress {
    /// Must be called within a runtime, which waits for the signals.
    pub(crate) fn start() -> io::Result<Progress> {
        let interrupted = Arc::new(AtomicBool::new(false));
        let mut signals = Signals::catch()?;
        let noticed = Arc::clone(&interrupted);
        tokio::spawn(async move {
            signals.next().await;
            noticed.store(true, Ordering::SeqCst);
        });
        Ok(Progress {
            terminal: io::stderr().is_terminal(),
            shown: None,
            task: None,
            interrupted,
        })
    }

    /// Says nothing of what ends soon.
    pub(crate) fn after_a_while(mut self) -> Progress {
        self.shown = Some(Instant::now());
        self
    }

    /// To be given to whatever does the work. `Break` once an interrupt has come.
    pub(crate) fn show(&mut self, work: Work) -> ControlFlow<()> {
        if self.interrupted.load(Ordering::SeqCst) {
            return ControlFlow::Break(());
        }
        let now = Instant::now();
        let (doing, since, from) = match self.task {
            Some(task) if task.0 == work.doing => task,
            _ => *self.task.insert((work.doing, now, work.done)),
        };
        let interval = if self.terminal {
            TERMINAL_INTERVAL
        } else {
            LOG_INTERVAL
        };
        if self.shown.is_none_or(|shown| now - shown >= interval) {
            self.shown = Some(now);
            let line = line(doing, work, now - since, work.done - from.min(work.done));
            match self.terminal {
                true => self.print(&format!("{}{line}", bar(work))),
                false => self.print(&line),
            }
        }
        ControlFlow::Continue(())
    }

    /// Leaves the terminal as it was found.
    pub(crate) fn finish(&mut self) {
        if self.terminal && self.shown.is_some() {
            self.print("");
        }
    }

    fn print(&self, line: &str) {
        let mut err = io::stderr().lock();
        // Nobody depends on seeing this.
        let _ = if self.terminal {
            write!(err, "\r\x1b[K{line}").and_then(|()| err.flush())
        } else {
            writeln!(err, "{line}")
        };
    }
}

/// `[=====>              ] `, where it is known how much there is.
fn bar(work: Work) -> String {
    let Some(full) = work
        .done
        .min(work.total)
        .saturating_mul(BAR_COLUMNS)
        .checked_div(work.total)
    else {
        return String::new();
    };
    let columns = (0..BAR_COLUMNS).map(|at| match at.cmp(&full) {
        std::cmp::Ordering::Less => '=',
        std::cmp::Ordering::Equal => '>',
        std::cmp::Ordering::Greater => ' ',
    });
    format!("[{}] ", columns.collect::<String>())
}

/// `done` is what was done in the time `elapsed`.
fn line(doing: &str, work: Work, elapsed: Duration, done: u64) -> String {
    let Work {
        done: so_far,
        total,
        unit,
        ..
    } = work;
    let mut line = format!("{doing}: {}", amount(so_far, unit));
    if let Some(percent) = so_far.saturating_mul(100).checked_div(total) {
        let percent = percent.min(100);
        line.push_str(&format!(" of {} ({percent} %)", amount(total, unit)));
    }
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    if milliseconds > 0 && done > 0 {
        let rate = done.saturating_mul(1000) / milliseconds;
        line.push_str(&format!(", {}/s", amount(rate, unit)));
        if total > so_far && rate > 0 {
            line.push_str(&format!(", {} left", duration((total - so_far) / rate)));
        }
    }
    line
}

pub(crate) fn amount(count: u64, unit: Unit) -> String {
    match unit {
        Unit::Rows => counted(count, "row"),
        Unit::Chunks => counted(count, "chunk"),
        Unit::Bytes if count >= 10 << 30 => format!("{} GiB", count >> 30),
        Unit::Bytes if count >= 10 << 20 => format!("{} MiB", count >> 20),
        Unit::Bytes => format!("{} KiB", count >> 10),
    }
}

fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests;
